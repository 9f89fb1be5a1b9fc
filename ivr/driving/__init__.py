"""One caller led through a flow on the real switch."""
