"""Who is in the menu, and what his conversation asks of the rest of the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from cti.domain.events import Event
from cti.domain.ids import ChannelId
from ivr.kinds.shapes import Flow
from ivr.language.actions import Found, LookUp, NotFound, TakeCallback, ToQueue
from ivr.language.edition import Edition
from ivr.language.facts import Facts


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who is led: `hotline` is the number dialled, empty when not known."""

    channel_id: ChannelId
    channel: str
    hotline: str
    is_taken_over: bool = False
    comes_back: bool = False
    """From a talk, or from a number where nobody answered: the dialplan knows at which node he goes on."""


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """What conversations ask of the rest of the service. `clock` gives aware UTC instants.

    `look_up`, `take_callback` and `may_call` (a number) raise DomainError when it does not work, or is not allowed.
    """

    submit: Callable[[Event], None]
    clock: Callable[[], datetime]
    facts: Callable[[Caller, Edition], Facts]
    look_up: Callable[[LookUp, Caller], Awaitable[Found | NotFound]]
    take_callback: Callable[[Caller, TakeCallback], Awaitable[None]]
    may_call: Callable[[Caller, str], Awaitable[None]]
    on_queued: Callable[[Caller, ToQueue, Flow], None]
    """Told of each caller who is handed to a queue, just before he is there. Quick, never raises."""
