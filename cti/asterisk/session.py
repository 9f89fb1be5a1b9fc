"""One login, from connect to the end of the connection: handshake, heartbeat, listings. It is never used twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn

import msgspec

from cti.asterisk import handshake
from cti.asterisk.actions import ActionTable
from cti.asterisk.connection import AmiConnection
from cti.asterisk.frames import Fields, MalformedFrame, NotAnAsterisk, Quarantine
from cti.asterisk.intake import Intake
from cti.asterisk.menus import MenuTable
from cti.asterisk.resync import Gate, list_floor
from cti.asterisk.states import Address, LinkGauges, LinkLost, LinkOptions, LinkRefused, LinkState, SwitchFacts
from cti.domain.errors import SwitchError, SwitchRefused
from cti.domain.events import Event, FloorListed, LinkLagged, LinkUp

log = logging.getLogger(__name__)

_PATIENCE = 4
"""So many ping limits may pass while other bytes still come: the switch is busy, not dead."""
_RETRY_LISTING_S = 5.0
_LAST_WORDS_S = 0.1
"""A refusal and the end of the connection come in one block: time to read the words before the end."""


class Session:
    """Runs once. `enter(state, reason)` is told each step."""

    def __init__(
        self,
        address: Address,
        options: LinkOptions,
        *,
        submit: Callable[[Event], None],
        enter: Callable[[LinkState, str], None],
        quarantine: Quarantine,
    ) -> None:
        self._address = address
        self._options = options
        self._submit = submit
        self._enter = enter
        self._quarantine = quarantine
        self._booted: asyncio.Future[Fields] = asyncio.get_running_loop().create_future()
        self._resync = asyncio.Event()
        self._is_doubted = False
        self.connection = AmiConnection(feed=self._feed, host=address.host, port=address.port, tls=address.tls)
        self.connection.lost.add_done_callback(lambda lost: self._lose(lost.result()))
        self.actions = ActionTable(self.connection.write)
        self.menus = MenuTable()
        self.gate = Gate(submit, self._overflowed)
        self.intake = Intake(
            deliver=self.gate.deliver,
            doubt=self.doubt,
            booted=self._take_booted,
            actions=self.actions,
            menus=self.menus,
            quarantine=quarantine,
        )
        self.facts = SwitchFacts()
        self.is_up = False
        self.was_up = False
        self.resync_count = 0
        self._refusal: LinkRefused | None = None
        self.heartbeat_s: float | None = None

    async def run(self) -> NoReturn:
        """Connect, log in, stay in step.

        Raises: LinkLost, LinkRefused, OSError, TimeoutError.
        """
        self._enter(LinkState.CONNECTING, "")
        await self.connection.open(limit_s=self._options.connect_limit_s)
        live = asyncio.ensure_future(self._live())
        try:
            await self._first_end(live)
        finally:
            live.cancel()
            self.connection.close()
            self._lose("the link was closed")
            # What was held did happen: the floor takes it before it learns that the link is down.
            self.gate.open()

    async def _first_end(self, live: asyncio.Future[None]) -> NoReturn:
        """Raise why the session ends: a refusal before everything else, then the loss of the connection."""
        lost = self.connection.lost
        ends: set[asyncio.Future[Any]] = {live, lost}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if lost.done() and not self.was_up:
            await asyncio.wait({live}, timeout=_LAST_WORDS_S)
        if self._refusal is not None:
            raise self._refusal
        errors = _flat(live.exception()) if live.done() else []
        for error in errors:
            if isinstance(error, LinkRefused):
                raise error
        if lost.done():
            raise LinkLost(lost.result())
        first = errors[0]
        if isinstance(first, SwitchError | MalformedFrame):
            raise LinkLost(str(first)) from first
        raise first

    def request_resync(self) -> None:
        """List the switch again, soon."""
        self._resync.set()

    def doubt(self, reason: str, lost_count: int = 1) -> None:
        """Something was lost or cannot be believed: say so once, then list the switch."""
        if not self._is_doubted:
            self._is_doubted = True
            self._submit(LinkLagged(at=datetime.now(UTC), lost_count=lost_count, reason=reason))
        self.request_resync()

    async def list_floor(self, *, limit_s: float) -> FloorListed:
        """Ask for everything now. Raises: NotSent, SwitchRefused, OutcomeUnknown."""
        return await list_floor(self.actions, started_at=self.facts.started_at, limit_s=limit_s, reject=self.doubt)

    def measure(self, gauges: LinkGauges) -> LinkGauges:
        """Return `gauges` with this connection's figures filled in."""
        intake = self.intake
        return msgspec.structs.replace(
            gauges,
            frames=intake.frame_count,
            events=intake.event_count,
            ignored=intake.ignored_count,
            foreign_results=self.menus.foreign_count,
            pending_actions=len(self.actions),
            pending_menus=len(self.menus),
            held_events=len(self.gate),
            lag_s=intake.lag_s,
            lag_max_s=intake.lag_max_s,
            heartbeat_s=self.heartbeat_s,
            last_read_at=intake.read_at,
        )

    # --- the steps --------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        options = self._options
        self._enter(LinkState.LOGGING_IN, "")
        await handshake.log_in(self.actions, self._address, limit_s=options.answer_limit_s)
        settings = await handshake.ask_settings(self.actions, limit_s=options.answer_limit_s)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_heartbeat())
            booted = await self._wait_for_boot()
            self.facts = await handshake.learn_facts(self.actions, settings, booted, limit_s=options.answer_limit_s)
            self.is_up = self.was_up = True
            facts = self.facts
            log.info("logged in as %r: Asterisk %s, up since %s", self._address, facts.version, facts.started_at)
            self._submit(
                LinkUp(
                    at=datetime.now(UTC),
                    system_name=facts.system_name,
                    version=facts.version,
                    started_at=facts.started_at,
                )
            )
            self.intake.learn_system_name(facts.system_name)
            tasks.create_task(self._stay_in_step())

    async def _wait_for_boot(self) -> Fields:
        """Return the FullyBooted frame. Asterisk takes logins before it is ready to act."""
        self._enter(LinkState.BOOTING, "waiting for FullyBooted")
        limit_s = self._options.boot_limit_s
        try:
            async with asyncio.timeout(limit_s):
                return await self._booted
        except TimeoutError:
            raise LinkRefused(
                "rights.system",
                f"no FullyBooted within {limit_s:g} s: the AMI account lacks read class `system`, or Asterisk hangs",
            ) from None

    async def _stay_in_step(self) -> None:
        """List the switch at once and whenever asked to, with live events held meanwhile."""
        self._resync.set()
        while True:
            await self._resync.wait()
            self._resync.clear()
            self._is_doubted = False
            self.gate.shut()
            self._enter(LinkState.LISTING, "")
            try:
                inside = self.menus.inside()
                listed = await self.list_floor(limit_s=self._options.list_limit_s)
            except SwitchRefused as refused:
                self.gate.open()
                self._enter(LinkState.UP, f"cannot list calls and queues: {refused.message}")
                await asyncio.sleep(_RETRY_LISTING_S)
                self._resync.set()
                continue
            self._take_listing(listed, inside)
            self._enter(LinkState.UP, "")
            await asyncio.sleep(self._options.resync_gap_s)

    def _take_listing(self, listed: FloorListed, inside_before: frozenset[str]) -> None:
        in_menu = {row.channel for row in listed.channels if row.is_in_menu}
        for channel in inside_before - {row.channel for row in listed.channels}:
            self.menus.leave(channel)
        for channel in in_menu - inside_before:
            self.menus.found(channel)
        self._submit(listed)
        self.resync_count += 1
        self.gate.open()

    async def _watch_heartbeat(self) -> None:
        """Ping for as long as the connection lives; cut it when nothing answers and no byte comes."""
        options = self._options
        loop = asyncio.get_running_loop()
        is_refusing = False
        while True:
            sent, seen = loop.time(), self.intake.byte_count
            ping = asyncio.ensure_future(
                self.actions.ask([("Action", "Ping")], limit_s=options.ping_limit_s * _PATIENCE)
            )
            try:
                while not (await asyncio.wait({ping}, timeout=options.ping_limit_s))[0]:
                    if self.intake.byte_count == seen:
                        raise LinkLost(f"no sign of life for {loop.time() - sent:.1f} s")
                    seen = self.intake.byte_count
                await ping
                if is_refusing:
                    is_refusing = False
                    self._enter(LinkState.UP, "")
            except SwitchRefused as refused:
                # Asterisk: `core stop gracefully` refuses every action, Ping too, while calls go on.
                is_refusing = self.is_up
                if is_refusing:
                    self._enter(LinkState.UP, f"the switch refuses every command: {refused.message}")
            finally:
                ping.cancel()
            self.heartbeat_s = loop.time() - sent
            await asyncio.sleep(options.ping_every_s)

    # --- what comes in ----------------------------------------------------------------------------------------------

    def _feed(self, data: bytes) -> None:
        try:
            self.intake.feed(data)
        except NotAnAsterisk as reason:
            self._refusal = LinkRefused("switch.not_asterisk", f"{self._address!r} is no manager port: {reason}")
            raise
        except MalformedFrame as reason:
            self._quarantine.put(b"", str(reason))
            raise

    def _take_booted(self, fields: Fields) -> None:
        if not self._booted.done():
            self._booted.set_result(fields)

    def _overflowed(self, lost_count: int) -> None:
        self.doubt("more events than can be held during a listing", lost_count)

    def _lose(self, reason: str) -> None:
        self.is_up = False
        self.actions.lose(reason)
        self.menus.lose(reason)


def _flat(error: BaseException | None) -> list[BaseException]:
    """The errors inside a group, in order."""
    if isinstance(error, BaseExceptionGroup):
        return [inner for part in error.exceptions for inner in _flat(part)]
    return [error] if error is not None else []
