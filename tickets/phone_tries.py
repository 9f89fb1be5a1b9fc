"""How often callers may be wrong about a ticket: nobody finds out by trying whose number belongs to it."""

from __future__ import annotations

from collections.abc import Callable

from cti.web.attempts import AttemptLimit

HOUR_S, DAY_S = 3600.0, 86_400.0
IN_A_CALL, OF_A_CALLER, OF_A_TICKET, OF_ALL = 3, 6, 10, 100
"""Wrong ones: in one call, of one number in an hour, about one ticket in a day, of everybody in an hour.

Callers' numbers can be forged, so a ticket and all of them together have limits of their own: four digits of one ticket
are then guessed in 1,000 days at most.
"""


class PhoneTries:
    """Counts wrong ones. `now` gives seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._call = AttemptLimit(IN_A_CALL, DAY_S, now)
        self._caller = AttemptLimit(OF_A_CALLER, HOUR_S, now)
        self._ticket = AttemptLimit(OF_A_TICKET, DAY_S, now)
        self._all = AttemptLimit(OF_ALL, HOUR_S, now)

    def may_try(self, call_id: str, caller: str, ticket: str) -> bool:
        """Whether this caller may name this ticket now."""
        return not any(limit.wait_s(key) for limit, key in self._keys(call_id, caller, ticket))

    def was_wrong(self, call_id: str, caller: str, ticket: str) -> None:
        """Count one."""
        for limit, key in self._keys(call_id, caller, ticket):
            limit.attempt(key)

    def _keys(self, call_id: str, caller: str, ticket: str) -> list[tuple[AttemptLimit, str]]:
        keys = [(self._call, call_id), (self._all, "all")]
        if caller:
            keys.append((self._caller, caller))
        if ticket:
            keys.append((self._ticket, ticket))
        return keys
