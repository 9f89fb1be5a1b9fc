"""The link to Asterisk: one connection at a time, kept up for ever; `cti.domain.switch.Switch` over AMI.

Nothing is ever sent twice by us. An answer that did not come is `OutcomeUnknown`; what happened arrives as an event.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from cti.asterisk.actions import reply_of
from cti.asterisk.agi import check_line
from cti.asterisk.encode import KEY_S, encode
from cti.asterisk.encode import channel as checked_channel
from cti.asterisk.frames import Quarantine
from cti.asterisk.session import Session
from cti.asterisk.states import Address, LinkGauges, LinkLost, LinkOptions, LinkRefused, LinkState, SwitchFacts
from cti.domain.commands import Command, PressKey
from cti.domain.errors import CallGone, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import Event, FloorListed, LinkDown
from cti.domain.switch import MenuResult, Reply

log = logging.getLogger(__name__)

_NO_CHANNEL = ("does not exist", "Failed to add AGI command", "No such channel")
"""Asterisk's words for a channel that is not there or not in the menu."""


class AmiLink:
    """The service's one way to Asterisk. `submit` gets every event in the order of the socket; it must never wait."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str,
        secret: str,
        submit: Callable[[Event], None],
        tls: ssl.SSLContext | None = None,
        options: LinkOptions | None = None,
    ) -> None:
        self._address = Address(host, port, username, secret, tls)
        self._options = options or LinkOptions()
        self._submit = submit
        self._session: Session | None = None
        self._closing = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._told_reason: str | None = None
        self._connects = 0
        self._resyncs = 0
        self.quarantine = Quarantine()
        """Suspicious frames of all connections."""
        self.state = LinkState.CLOSED
        self.reason = ""
        """Why it is not up, for people; empty when all is well."""
        self.refusal_code = ""
        """`LinkRefused.code` while the state is `refused`."""
        self.since = datetime.now(UTC)

    # --- life -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, and connect again after every loss, until `aclose`."""
        self._ended.clear()
        failures = 0
        try:
            while not self._closing.is_set():
                session = self._session = Session(
                    self._address, self._options, submit=self._submit, enter=self._enter, quarantine=self.quarantine
                )
                reason, state = await self._run_session(session)
                if self._closing.is_set():
                    break
                failures = 1 if session.was_up else failures + 1
                self._go_down(reason, state)
                is_refused = state is LinkState.REFUSED
                await self._pause(self._options.refused_retry_s if is_refused else self._delay_s(failures))
        finally:
            self._go_down("the service closed the link", LinkState.CLOSED)
            self._ended.set()

    async def aclose(self) -> None:
        """End the connection and `run`; waiting commands get OutcomeUnknown."""
        self._closing.set()
        if self._session is not None:
            self._session.connection.abort("the service closed the link")
        await self._ended.wait()

    async def _run_session(self, session: Session) -> tuple[str, LinkState]:
        """Run one connection to its end; return why it ended and what the link does next: wait, or wait long."""
        try:
            self.refusal_code = ""
            await session.run()
        except LinkRefused as refused:
            self.refusal_code = refused.code
            return str(refused), LinkState.REFUSED
        except OSError as unreachable:
            return self._why_unreachable(unreachable), LinkState.WAITING
        except LinkLost as lost:
            return str(lost), LinkState.WAITING
        finally:
            self._resyncs += session.resync_count
            self._connects += session.was_up

    def _delay_s(self, failures: int) -> float:
        """Back-off with jitter, so that several services do not all knock at once after a restart."""
        options = self._options
        return min(options.most_retry_s, options.first_retry_s * 1.6 ** (failures - 1)) * random.uniform(0.75, 1.25)

    async def _pause(self, delay_s: float) -> None:
        try:
            async with asyncio.timeout(delay_s):
                await self._closing.wait()
        except TimeoutError:
            pass

    def _why_unreachable(self, error: OSError) -> str:
        where = f"{self._address.host}:{self._address.port}"
        match error:
            case socket.gaierror():
                return f"the host name {self._address.host!r} is unknown"
            case ConnectionRefusedError():
                return f"nothing listens at {where}: is Asterisk running, is `enabled = yes` in manager.conf?"
            case TimeoutError():
                return f"no answer from {where}: wrong address, or a firewall"
            case _:
                return f"{where}: {error.strerror or error}"

    def _enter(self, state: LinkState, reason: str) -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason, self.since = state, reason, datetime.now(UTC)

    def _go_down(self, reason: str, state: LinkState) -> None:
        """Tell the floor, once for each loss and each new reason."""
        self._enter(state, reason)
        if reason != self._told_reason or (self._session is not None and self._session.was_up):
            self._told_reason = reason
            level = logging.INFO if state is LinkState.CLOSED else logging.WARNING
            log.log(level, "no link to %r: %s", self._address, reason)
            self._submit(LinkDown(at=datetime.now(UTC), reason=reason))

    # --- how it stands ----------------------------------------------------------------------------------------------

    @property
    def address(self) -> Address:
        """Where it logs in."""
        return self._address

    @property
    def is_up(self) -> bool:
        """Logged in and fully booted."""
        return self._session is not None and self._session.is_up

    @property
    def facts(self) -> SwitchFacts:
        """What Asterisk said about itself at the last login."""
        return self._session.facts if self._session else SwitchFacts()

    @property
    def session(self) -> Session:
        """The connection in use. Raises: NotSent."""
        if self._session is None or not self._session.is_up:
            raise NotSent(f"the switch is away: {self.reason or self.state}")
        return self._session

    @property
    def gauges(self) -> LinkGauges:
        """Figures for the check page and the metrics."""
        s = self._session
        is_counted = s is None or self.state in (LinkState.WAITING, LinkState.REFUSED, LinkState.CLOSED)
        gauges = LinkGauges(
            state=self.state,
            reason=self.reason,
            since=self.since,
            connects=self._connects + (0 if is_counted or s is None else s.was_up),
            resyncs=self._resyncs + (0 if is_counted or s is None else s.resync_count),
            quarantined=self.quarantine.count,
        )
        return gauges if s is None else s.measure(gauges)

    def request_resync(self) -> None:
        """List the switch again, soon; nothing happens while the link is down, because every login lists it."""
        if self._session is not None:
            self._session.request_resync()

    # --- cti.domain.switch.Switch -----------------------------------------------------------------------------------

    async def send(self, command: Command, *, limit_s: float = 5.0) -> Reply:
        """Send one command; see `Switch.send`."""
        action = encode(command)
        reply = reply_of(await self.session.actions.ask(action, limit_s=limit_s))
        if isinstance(command, PressKey) and not command.is_received:
            await asyncio.sleep(KEY_S)
        return reply

    async def run_menu(self, channel: str, line: str, *, limit_s: float = 60.0) -> MenuResult:
        """Run one AGI command on a channel in the menu; see `Switch.run_menu`."""
        action = [("Action", "AGI"), ("Channel", checked_channel(channel)), ("Command", check_line(line))]
        session = self.session
        command_id, waiter = session.menus.begin(channel)
        try:
            async with asyncio.timeout(limit_s):
                await self._add_menu_command(session, channel, [*action, ("CommandID", command_id)], limit_s)
                return await asyncio.shield(waiter)
        except TimeoutError as late:
            raise OutcomeUnknown(f"menu: no result within {limit_s:g} s", channel=channel, waited_s=limit_s) from late

    async def _add_menu_command(
        self, session: Session, channel: str, action: list[tuple[str, str]], limit_s: float
    ) -> None:
        try:
            await session.actions.ask(action, limit_s=limit_s)
        except (NotSent, SwitchRefused) as failed:
            session.menus.give_up(channel)
            if any(words in failed.message for words in _NO_CHANNEL):
                session.menus.leave(channel)
                raise CallGone("the caller is not in the menu any more", channel=channel) from failed
            raise

    async def list_floor(self) -> FloorListed:
        """Ask for channels, bridges, queues together; see `Switch.list_floor`."""
        return await self.session.list_floor(limit_s=self._options.list_limit_s)
