"""What every view is made of: the two frames, and the step that calls and pops both show."""

from __future__ import annotations

from datetime import datetime

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Something as seen from outside, inside an entity."""


class Entity(View, frozen=True, kw_only=True, tag=True):
    """A view that has a key of its own on a topic; tagged (`type`), so that the wire can tell them apart."""


class MenuStepView(View, frozen=True, kw_only=True):
    """One step in the menu."""

    at: datetime
    flow: str
    node: str
    digits: str
    outcome: str
    version: int = 0
    """Of the flow; 0 is the one that was shipped."""
    words: str = ""
    """What the key means in the flow's own words; the reason of a refusal."""


class NoticeView(View, frozen=True, kw_only=True):
    """The recording notice was heard to its end. `wording`: which recording of which words."""

    at: datetime
    wording: str
