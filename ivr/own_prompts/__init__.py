"""Recordings of the company's own: taken in, looked at, brought to level, kept."""
