"""Words and rules of the live floor. Pure: no clock, no randomness, no input or output."""
