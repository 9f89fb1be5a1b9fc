"""The table of actions that wait for an answer: deadlines, lists, nothing ever sent twice."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Sequence

from cti.asterisk.encode import to_wire
from cti.asterisk.frames import Fields
from cti.domain.errors import NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.switch import Reply

_NO_CLASS = ("Permission denied",)
_ROWS_LIMIT = 20_000
"""Rows of one list. 90 calls make some hundred; more than this is no list of ours."""


class Listed:
    """An answer that comes as rows: `rows` are event frames in order, `reply` is the response before them."""

    def __init__(self, reply: Fields, rows: list[Fields]) -> None:
        self.reply = reply
        self.rows = rows

    def of(self, event: str) -> list[Fields]:
        """The rows of one kind."""
        return [row for row in self.rows if row["Event"] == event]


class _Pending:
    """One action on its way."""

    def __init__(self, action: str, *, is_list: bool) -> None:
        self.action = action
        self.is_list = is_list
        self.reply: Fields | None = None
        self.rows: list[Fields] = []
        self.answered: asyncio.Future[Listed] = asyncio.get_running_loop().create_future()

    def finish(self) -> None:
        if self.reply is not None and not self.answered.done():
            self.answered.set_result(Listed(self.reply, self.rows))

    def fail(self, error: Exception) -> None:
        if not self.answered.done():
            self.answered.set_exception(error)


class ActionTable:
    """Actions of one connection. Its ids hold a random part, so that no text of a caller can guess one."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._prefix = secrets.token_hex(6)
        self._count = 0
        self._pending: dict[str, _Pending] = {}
        self._lost: str | None = None
        self.done: Counter[str] = Counter()
        """Successes by action."""

    def __len__(self) -> int:
        return len(self._pending)

    async def ask(self, action: Sequence[tuple[str, str]], *, limit_s: float) -> Fields:
        """Send one action and return the headers of its Success.

        Raises: NotSent, SwitchRefused, OutcomeUnknown, Invalid.
        """
        return (await self._run(action, limit_s=limit_s, is_list=False)).reply

    async def list_rows(self, action: Sequence[tuple[str, str]], *, limit_s: float) -> Listed:
        """Send one list action and return its rows. Raises: as `ask`."""
        return await self._run(action, limit_s=limit_s, is_list=True)

    def owns(self, fields: Fields) -> bool:
        """Tell whether a frame belongs to an action that still waits."""
        return fields.get("ActionID", "") in self._pending

    def receive(self, fields: Fields) -> None:
        """Take a response or a list row of an action that still waits."""
        pending = self._pending[fields["ActionID"]]
        if "Event" not in fields:
            pending.reply = fields
            # Asterisk: a list begins with EventList: start; an error, or an empty list of an old module, has none.
            if not pending.is_list or fields["Response"] != "Success":
                pending.finish()
        elif fields.get("EventList") == "Complete":
            pending.rows.append(fields)
            pending.finish()
        elif fields.get("EventList") == "Cancelled" or len(pending.rows) >= _ROWS_LIMIT:
            pending.fail(OutcomeUnknown(f"the list of {pending.action} broke off", code="switch.unknown"))
        else:
            pending.rows.append(fields)

    def lose(self, reason: str) -> None:
        """The connection is gone: every waiting action's outcome is unknown, new ones are not sent."""
        self._lost = reason
        for pending in self._pending.values():
            pending.fail(OutcomeUnknown(f"{pending.action}: {reason} before an answer came"))

    async def _run(self, action: Sequence[tuple[str, str]], *, limit_s: float, is_list: bool) -> Listed:
        name = action[0][1]
        if self._lost is not None:
            raise NotSent(f"{name} was not sent: {self._lost}")
        self._count += 1
        action_id = f"{self._prefix}-{self._count}"
        wire = to_wire([*action, ("ActionID", action_id)])
        pending = self._pending[action_id] = _Pending(name, is_list=is_list)
        try:
            self._write(wire)
            async with asyncio.timeout(limit_s):
                listed = await pending.answered
        except TimeoutError as late:
            raise OutcomeUnknown(f"{name}: no answer within {limit_s:g} s", waited_s=limit_s) from late
        finally:
            del self._pending[action_id]
        _check(name, listed.reply)
        self.done[name] += 1
        return listed


def _check(name: str, reply: Fields) -> None:
    if reply["Response"] in ("Success", "Goodbye", "Follows"):
        return
    words = reply.get("Message", reply["Response"])
    code = "switch.permission" if words in _NO_CLASS else "switch.refused"
    raise SwitchRefused(f"{name}: {words}", code=code, words=words)


def reply_of(fields: Fields) -> Reply:
    """Return a Success as the domain sees it: the words, and what else came with them."""
    kept = {name: value for name, value in fields.items() if name not in ("Response", "Message", "ActionID")}
    return Reply(fields.get("Message", ""), kept)
