"""Callers who are not served: in memory for every step of a menu, in the database for ever. Changed after commit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.phone import number_key, written_forms
from cti.store.work import Database, Work
from ivr.store import blocked as store
from ivr.store.blocked import StoredBlock

FEWEST_DIGITS = 7
"""Shorter ones are emergency and service numbers, and our own agents: a list may not shut those out."""
COUNTED = timedelta(days=30)


class BlockList:
    """Who is blocked now. `is_blocked` is asked while callers wait: it looks at memory only."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._until: dict[str, datetime | None] = {}
        """Number's key -> when it ends; None: never."""

    async def load(self) -> None:
        """Read everything. Raises: DatabaseAway."""
        async with self._database.look() as session:
            self._until = {one.digits: one.until for one in await store.list_blocked(session)}

    def is_blocked(self, number: str) -> bool:
        """Whether this caller is not served; who withholds the number is never blocked."""
        key = number_key(number)
        if key not in self._until:
            return False
        until = self._until[key]
        return until is None or self._clock() < until

    async def list(self) -> list[tuple[StoredBlock, int]]:
        """Blocks in force, newest first, each with the calls it refused in the last 30 days. Raises: DatabaseAway."""
        now = self._clock()
        async with self._database.look() as session:
            blocks = [one for one in await store.list_blocked(session) if one.until is None or now < one.until]
            forms = {form: one.digits for one in blocks for form in written_forms(one.digits)}
            refused = await store.count_refused(session, tuple(forms), now - COUNTED)
        counts = dict.fromkeys((one.digits for one in blocks), 0)
        for number, count in refused.items():
            counts[forms[number]] += count
        return [(one, counts[one.digits]) for one in blocks]

    async def block(self, work: Work, number: str, *, why: str, until: datetime | None, by: str) -> str:
        """Block a number, or say anew why and how long. Returns its key.

        Raises: Invalid `blocked.number`, `blocked.until`.
        """
        key, now = number_key(number), self._clock()
        if len(key) < FEWEST_DIGITS:
            text = "Only whole telephone numbers can be blocked: short ones are services or colleagues."
            raise Invalid(text, code="blocked.number", field="number")
        if until is not None and until <= now:
            raise Invalid("That time is over already.", code="blocked.until", field="until")
        await store.put_blocked(work.session, StoredBlock(digits=key, why=why, until=until, at=now, by=by))
        work.after_commit(lambda: self._until.update({key: until}))
        return key

    async def unblock(self, work: Work, key: str) -> None:
        """Serve this number again. Raises: NotFound `blocked.unknown`."""
        if not await store.delete_blocked(work.session, key):
            raise unknown()
        work.after_commit(lambda: self._until.pop(key, None))


def unknown() -> NotFound:
    """Nobody is blocked under that key."""
    return NotFound("This number is not blocked, or no longer.", code="blocked.unknown")


def withheld(call_id: str) -> Conflict:
    """There is no number to block."""
    return Conflict("This caller has withheld the number.", code="blocked.withheld", call_id=call_id)
