"""The promises with something left to be done, by id and by telephone number, and what of them is not written yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from cti.domain.phone import number_key
from ivr.promises.promise import OPEN, Promise


class PromiseList:
    """One promise a number counts, the newest."""

    def __init__(self) -> None:
        self.unwritten: dict[int, Promise] = {}
        """Newer than the database has it."""
        self._by_id: dict[int, Promise] = {}
        self._by_number: dict[str, int] = {}

    def __iter__(self) -> Iterator[Promise]:
        return iter(list(self._by_id.values()))

    def __bool__(self) -> bool:
        return bool(self._by_id)

    def get(self, promise_id: int | None) -> Promise | None:
        """Find an open one."""
        return None if promise_id is None else self._by_id.get(promise_id)

    def of_number(self, number: str) -> Promise | None:
        """Find the open one of whoever has this number."""
        key = number_key(number)
        return self.get(self._by_number.get(key)) if key else None

    def in_state(self, *states: str) -> list[Promise]:
        """Return those in one of these states, who has waited longest first."""
        return sorted((one for one in self._by_id.values() if one.state in states), key=lambda one: one.waits_since)

    def note(self, promise: Promise) -> None:
        """Take one as it is in the database; one that is over leaves the list."""
        key = number_key(promise.number)
        if promise.state in OPEN:
            self._by_id[promise.id] = promise
            self._by_number[key] = promise.id
            return
        self._by_id.pop(promise.id, None)
        if self._by_number.get(key) == promise.id:
            del self._by_number[key]

    def change(self, promise: Promise) -> None:
        """Take one that is to be written."""
        self.note(promise)
        self.unwritten[promise.id] = promise

    def written(self, promise: Promise) -> None:
        """The database has it, in this state."""
        if self.unwritten.get(promise.id) in (promise, None):
            self.unwritten.pop(promise.id, None)


def changed(promise: Promise, state: str, at: datetime, why: str = "", by: str = "") -> Promise:
    """Return the promise in another state."""
    return msgspec.structs.replace(promise, state=state, why=why, changed_at=at, changed_by=by)
