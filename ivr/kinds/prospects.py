"""What a caller is told of his wait, in the menu and while he waits: his place, and the minutes expected. Pure."""

from __future__ import annotations

from ivr.kinds.own_words import QUEUE_PLACE, QUEUE_PLACE_END, QUEUE_WAIT, QUEUE_WAIT_END
from ivr.kinds.shapes import Flow, Spoken
from ivr.kinds.values import minutes
from ivr.language.speech import spoken

_NUMBER, _MINUTES = Spoken(say="number", of="place"), Spoken(say="minutes", of="wait")


def prospects(flow: Flow, *, ahead_count: int | None, wait_s: float | None) -> tuple[str, ...]:
    """Return the prompts, as far as anybody knows (None: nobody does). Who is first is told no place."""
    place = spoken(_NUMBER, str(ahead_count + 1), flow.language) if ahead_count else ()
    wait = spoken(_MINUTES, minutes(wait_s), flow.language)
    return (
        *((QUEUE_PLACE, *place, QUEUE_PLACE_END) if place else ()),
        *((QUEUE_WAIT, *wait, QUEUE_WAIT_END) if wait else ()),
    )
