"""Who is to be called back: asked for a person, got none, and has not been talked with since. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec


class LostRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a person that nobody served; `outcome` as in the visit, or the reason of a refusal at the door."""

    call_id: str
    number: str
    hotline: str
    queue: str
    outcome: str
    lost_at: datetime
    waited_s: float


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A call from or to a number. `talked`: an agent spoke with the customer."""

    number: str
    direction: str
    started_at: datetime
    is_over: bool
    talked: bool


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the call-back list: the newest lost request of a number."""

    newest: LostRequest
    times: int
    tried_at: datetime | None


def missed_callers(lost: Iterable[LostRequest], contacts: Iterable[Contact]) -> list[Missed]:
    """Return whom to call back, who has waited longest first.

    A number leaves the list when an agent has talked with it after the loss, either way round, and while its owner is
    on the line again by himself. A call back in vain keeps it there, with the instant.
    """
    by_number: dict[str, list[LostRequest]] = {}
    for one in lost:
        by_number.setdefault(one.number, []).append(one)
    seen: dict[str, list[Contact]] = {}
    for contact in contacts:
        seen.setdefault(contact.number, []).append(contact)
    found = [_missed(requests, seen.get(number, [])) for number, requests in by_number.items()]
    return sorted((one for one in found if one is not None), key=lambda one: one.newest.lost_at)


def _missed(requests: list[LostRequest], contacts: list[Contact]) -> Missed | None:
    talked_at = max((contact.started_at for contact in contacts if contact.talked), default=None)
    open_ones = [one for one in requests if talked_at is None or one.lost_at > talked_at]
    if not open_ones:
        return None
    newest = max(open_ones, key=lambda one: one.lost_at)
    later = [contact for contact in contacts if contact.started_at >= newest.lost_at]
    if any(contact.talked or (contact.direction == "in" and not contact.is_over) for contact in later):
        return None
    tries = [contact.started_at for contact in later if contact.direction == "out"]
    return Missed(newest=newest, times=len({one.call_id for one in open_ones}), tried_at=max(tries, default=None))
