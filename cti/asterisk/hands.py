"""The second AMI account: writes what the first may not, hears nothing. `cti.domain.switch.Hands` over AMI.

Each command has a connection of its own, some 5 ms long: there is nothing to keep alive, to resume or to restart, and
a stolen main account cannot ride on it. Order between two commands is the caller's business.
"""

from __future__ import annotations

import asyncio
import logging

from cti.asterisk.actions import ActionTable, reply_of
from cti.asterisk.connection import AmiConnection
from cti.asterisk.encode import to_wire
from cti.asterisk.encode_hands import (
    FOLDER_QUESTION,
    STOP_S,
    check_renewal,
    encode_hand,
    part_question,
    renewal,
    secret_question,
)
from cti.asterisk.frames import Fields, FrameSplitter, parse
from cti.asterisk.handshake import log_in
from cti.asterisk.states import Address, LinkLost, LinkRefused
from cti.domain.commands import DropSecret, HandCommand, RenewRecording
from cti.domain.errors import NotSent, SwitchError, SwitchRefused
from cti.domain.switch import Reply

log = logging.getLogger(__name__)

_NO_ENTRY = "Database entry not found"
_LOGIN_LIMIT_S = 3.0


class Hands:
    """Logs in for each command. Several at once are several connections."""

    def __init__(self, address: Address, *, login_limit_s: float = _LOGIN_LIMIT_S) -> None:
        self._address = address
        self._login_limit_s = login_limit_s

    async def send(self, command: HandCommand, *, limit_s: float = 5.0) -> Reply:
        """Do one thing; see `cti.domain.switch.Hands`."""
        if isinstance(command, RenewRecording):
            check_renewal(command)
            with await self._come_in() as actions:
                return reply_of(await _renew(actions, command, limit_s))
        action = encode_hand(command)
        to_wire(action)
        with await self._come_in() as actions:
            try:
                return reply_of(await actions.ask(action, limit_s=limit_s))
            except SwitchRefused as refused:
                if isinstance(command, DropSecret) and await _has_no_secret(actions, command, limit_s):
                    return Reply(refused.message)
                raise

    async def list_commands(self) -> frozenset[str]:
        """Return the actions this account may use. Raises: LinkRefused, LinkLost, OSError, SwitchError."""
        with await self._log_in() as actions:
            listed = await actions.ask([("Action", "ListCommands")], limit_s=self._login_limit_s)
        return frozenset(listed) - {"Response", "ActionID", "Message"}

    async def _come_in(self) -> _Line:
        """Log in. Raises: NotSent, because whatever goes wrong here, nothing was done yet."""
        try:
            return await self._log_in()
        except (LinkRefused, LinkLost, SwitchError, OSError) as failed:
            raise NotSent(f"the second AMI account {self._address!r}: {failed or 'no answer'}") from failed

    async def _log_in(self) -> _Line:
        line = _Line(self._address)
        try:
            await line.connection.open(limit_s=self._login_limit_s)
            await log_in(line.actions, self._address, limit_s=self._login_limit_s, events=False)
        except BaseException:
            line.connection.close()
            raise
        return line


class _Line:
    """One connection until the end of its `with`. Answers go to the table of actions, everything else is dropped."""

    def __init__(self, address: Address) -> None:
        self._splitter = FrameSplitter()
        self.connection = AmiConnection(feed=self._feed, host=address.host, port=address.port, tls=address.tls)
        self.actions = ActionTable(self.connection.write)
        self.connection.lost.add_done_callback(lambda lost: self.actions.lose(lost.result()))

    def __enter__(self) -> ActionTable:
        return self.actions

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _feed(self, data: bytes) -> None:
        for body in self._splitter.feed(data):
            fields = parse(body)
            if self.actions.owns(fields):
                self.actions.receive(fields)


async def _has_no_secret(actions: ActionTable, command: DropSecret, limit_s: float) -> bool:
    """Asterisk: DBDel says the same of a key that is not there and of a database that cannot be written (manager.c)."""
    try:
        await actions.ask(secret_question(command), limit_s=limit_s)
    except SwitchRefused as refused:
        return _NO_ENTRY in refused.message
    return False


async def _renew(actions: ActionTable, command: RenewRecording, limit_s: float) -> Fields:
    """Stop, wait, begin: in that order, or the new part is as silent as the old one.

    A part that runs already (the service was killed before it heard of it) is only told again: begun anew it would
    write over its own beginning.
    """
    folder = (await actions.ask(FOLDER_QUESTION, limit_s=limit_s)).get("Value", "")
    stop, begin, count, tell = renewal(command, folder)
    known = (await actions.ask(part_question(command), limit_s=limit_s)).get("Value", "")
    if known.isdecimal() and int(known) >= command.part:
        return await actions.ask(tell, limit_s=limit_s)
    try:
        await actions.ask(stop, limit_s=limit_s)
    except SwitchRefused as refused:
        # It may have ended by itself; a channel that is gone refuses the next action too.
        log.info("nothing to stop before part %d: %s", command.part, refused.message)
    await asyncio.sleep(STOP_S)
    begun = await actions.ask(begin, limit_s=limit_s)
    for action in (count, tell):
        await actions.ask(action, limit_s=limit_s)
    return begun
