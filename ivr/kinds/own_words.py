"""Prompts that kinds say by themselves: no flow names them, every language must have them. Pure."""

from __future__ import annotations

YOU_TYPED = "you-typed"
CONFIRM = "confirm-1-2"
"""1 if that is right, 2 to type it again."""
INVALID_NUMBER = "invalid-number"
QUEUE_PLACE, QUEUE_PLACE_END = "queue-place", "queue-place-end"
QUEUE_WAIT, QUEUE_WAIT_END = "queue-wait", "queue-wait-end"
"""Around the caller's place (number) and the wait expected (minutes)."""
OWN_PROMPTS = (YOU_TYPED, CONFIRM, INVALID_NUMBER, QUEUE_PLACE, QUEUE_PLACE_END, QUEUE_WAIT, QUEUE_WAIT_END)
