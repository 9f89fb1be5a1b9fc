"""Flows as people write them: a strict text with the line of every mistake. Pure."""
