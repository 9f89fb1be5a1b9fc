"""Looks at the Asterisk set-up with what the account may ask; each finding says what to do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any

from cti.asterisk.conf_facts import check_restart, check_system_name, check_timestamps, check_transport, check_version
from cti.asterisk.conf_rights import (
    check_hands,
    check_modules,
    check_read_classes,
    check_wide_rights,
    check_write_classes,
    hands_locked_out,
)
from cti.asterisk.frames import Fields
from cti.asterisk.hands import Hands
from cti.asterisk.home import wanted_restart
from cti.asterisk.link import AmiLink
from cti.asterisk.session import Session
from cti.asterisk.states import LinkLost, LinkRefused, LinkState
from cti.domain.errors import SwitchError
from cti.domain.findings import Finding, Level

QUEUES = ("consult", "complaints", "service", "fallback", "test")
MENU_CONTEXTS = ("hotline", "survey")
"""Where the service leads callers: from outside, and after a talk."""
_ASK_LIMIT_S = 4.0
_FOREIGN_BAD = 50
_CLOCK_WARN_S = 0.5
_CLOCK_BAD_S = 2.0
_Question = Coroutine[Any, Any, Finding]
_FIXES = {
    "login.refused": "Compare HOTLINE_AMI_USER and its secret with manager.conf; look at `permit`; `manager reload`.",
    "login.in_use": "Stop the other service, or set allowmultiplelogin=yes and use one service per switch.",
    "rights.reporting": "Add `reporting` to `write =` of the account in manager.conf, then `manager reload`.",
    "rights.system": "Add `system` to `read =` of the account in manager.conf, then `manager reload`.",
    "switch.too_old": "Install Asterisk 22.10.1 or newer, or unset HOTLINE_AMI_HOST to use the system's own.",
    "switch.not_asterisk": "Point HOTLINE_AMI_HOST and HOTLINE_AMI_PORT at Asterisk's manager port (5038 by default).",
}


class ConfCheck:
    """Call it for the findings of this moment. Nothing on the switch is changed."""

    def __init__(
        self,
        link: AmiLink,
        *,
        hands: Hands | None = None,
        queues: Sequence[str] = QUEUES,
        line_limit: int | None = None,
        restart_wanted: Path | None = None,
    ) -> None:
        """`restart_wanted`: the file of that name in the folder of the system's own switch."""
        self._link = link
        self._hands = hands
        self._queues = queues
        self._line_limit = line_limit
        self._restart_wanted = restart_wanted

    async def __call__(self) -> list[Finding]:
        """Return what was found; while the link is down only why."""
        if not self._link.is_up:
            return [self._link_finding()]
        session = self._link.session
        facts = session.facts
        asked = await asyncio.gather(
            self._asked(session, "clock", _check_clock(session)),
            self._asked(session, "queues", self._check_queues(session)),
            self._asked(session, "menu_guard", _check_guard(session)),
            self._asked(session, "line_limit", self._check_lines(session)),
        )
        return [
            self._link_finding(),
            check_version(facts.version),
            check_system_name(facts.system_name),
            *self._check_restart(),
            *check_write_classes(facts.commands),
            *check_wide_rights(facts.commands),
            *check_read_classes(session.intake.seen, session.actions.done),
            *check_modules(facts.commands),
            check_timestamps(session.intake.event_count, session.intake.untimed_count),
            check_transport(self._link.address.host, has_tls=self._link.address.tls is not None),
            *self._suspicions(session),
            *asked,
            *await self._check_hands(),
        ]

    def _link_finding(self) -> Finding:
        link = self._link
        if link.state is LinkState.UP and not link.reason:
            return Finding(code="link.up", level=Level.OK, text=f"logged in as {link.address!r}")
        is_starting = link.state in (LinkState.CONNECTING, LinkState.LOGGING_IN, LinkState.BOOTING, LinkState.LISTING)
        return Finding(
            code=link.refusal_code or f"link.{link.state}",
            level=Level.WARN if is_starting and not link.reason else Level.BAD,
            text=link.reason or f"the link is {link.state}",
            fix=_FIXES.get(
                link.refusal_code, "Look whether Asterisk runs and is reachable; the link tries again by itself."
            ),
        )

    def _check_restart(self) -> Iterable[Finding]:
        if self._restart_wanted is not None:
            yield check_restart(wanted_restart(self._restart_wanted))

    async def _check_hands(self) -> Iterable[Finding]:
        if self._hands is None:
            return []
        try:
            return check_hands(await self._hands.list_commands())
        except (LinkRefused, LinkLost, SwitchError, OSError) as failed:
            return [hands_locked_out(str(failed) or "no answer")]

    def _suspicions(self, session: Session) -> Iterable[Finding]:
        if count := self._link.quarantine.count:
            reason, body = self._link.quarantine.kept[-1]
            yield Finding(
                code="link.quarantine",
                level=Level.WARN,
                text=f"{count} suspicious frames were set aside; the last: {reason}: {body[:200]}",
                fix="Check that endpoints have trust_id_inbound=no and a fixed callerid; tell who runs the trunk.",
            )
        if count := session.menus.foreign_count:
            yield Finding(
                code="link.foreign",
                level=Level.BAD if count >= _FOREIGN_BAD else Level.WARN,
                text=f"{count} menu commands ran that were not ours: a few after a restart are normal, more mean that "
                "two services drive the same callers",
                fix="Stop the second service, or give it a switch of its own.",
            )

    async def _asked(self, session: Session, about: str, question: _Question) -> Finding:
        try:
            return await question
        except SwitchError as failed:
            return Finding(code=f"conf.{about}", level=Level.UNKNOWN, text=failed.message, about=about)

    async def _check_queues(self, session: Session) -> Finding:
        listed = await session.actions.list_rows([("Action", "QueueSummary")], limit_s=_ASK_LIMIT_S)
        there = {row.get("Queue", "") for row in listed.of("QueueSummary")}
        missing = [queue for queue in self._queues if queue not in there]
        if not missing:
            return Finding(code="conf.queues", level=Level.OK, text=f"queues: {', '.join(sorted(there))}")
        return Finding(
            code="conf.queues",
            level=Level.BAD,
            text=f"queues missing: {', '.join(missing)}",
            fix="Add them to queues.conf as in docker/asterisk/etc/queues.conf, then `queue reload all`.",
        )

    async def _check_lines(self, session: Session) -> Finding:
        value = await _global(session, "LINE_LIMIT")
        if self._line_limit is None or value == str(self._line_limit):
            return Finding(
                code="conf.line_limit", level=Level.OK if value else Level.UNKNOWN, text=f"line limit {value}"
            )
        return Finding(
            code="conf.line_limit",
            level=Level.WARN,
            text=f"the dialplan limits lines to {value or 'nothing'}, the service expects {self._line_limit}",
            fix="Set LINE_LIMIT in extensions.conf to HOTLINE_LINE_LIMIT, then `dialplan reload`.",
        )


async def _check_clock(session: Session) -> Finding:
    before = time.time()
    pong = await session.actions.ask([("Action", "Ping")], limit_s=_ASK_LIMIT_S)
    ours = (before + time.time()) / 2
    try:
        apart_s = abs(float(pong.get("Timestamp", "")) - ours)
    except ValueError:
        return Finding(code="conf.clock", level=Level.UNKNOWN, text="Asterisk does not tell its time")
    level = Level.OK if apart_s < _CLOCK_WARN_S else Level.WARN if apart_s < _CLOCK_BAD_S else Level.BAD
    return Finding(
        code="conf.clock",
        level=level,
        text=f"the clocks of Asterisk and the service are {apart_s:.2f} s apart",
        fix="" if level is Level.OK else "Let both machines follow the same time server, slewing only, never stepping.",
    )


async def _check_guard(session: Session) -> Finding:
    """Look for TIMEOUT(absolute) before AGI(agi:async) and for exten T: without them a dead service means silence."""
    open_ones = [context for context in MENU_CONTEXTS if not await _is_guarded(session, context)]
    if not open_ones:
        value = await _global(session, "GUARD_S")
        text = f"the dead-man's switch is in the dialplan, {value or 'an unknown number of'} s"
        return Finding(code="conf.menu_guard", level=Level.OK, text=text)
    return Finding(
        code="conf.menu_guard",
        level=Level.BAD,
        text=f"no dead-man's switch in context {' and '.join(open_ones)}: if the service dies, callers there hear "
        "nothing more",
        fix="Use extensions.conf from docker/asterisk/etc, then `dialplan reload`.",
    )


async def _is_guarded(session: Session, context: str) -> bool:
    show = [("Action", "ShowDialPlan"), ("Context", context)]
    rows = (await session.actions.list_rows(show, limit_s=_ASK_LIMIT_S)).of("ListDialplan")
    agi = [row for row in rows if row.get("Application") == "AGI" and "agi:async" in row.get("AppData", "")]
    has_exit = any(row.get("Extension") == "T" for row in rows)
    return has_exit and bool(agi) and all(_is_armed_before(row, rows) for row in agi)


def _is_armed_before(agi: Fields, rows: list[Fields]) -> bool:
    return any(
        row.get("Extension") == agi.get("Extension")
        and row.get("AppData", "").startswith("TIMEOUT(absolute)=")
        and row.get("AppData") != "TIMEOUT(absolute)=0"
        and _priority(row) < _priority(agi)
        for row in rows
    )


def _priority(row: Fields) -> int:
    text = row.get("Priority", "")
    return int(text) if text.isdigit() else 0


async def _global(session: Session, name: str) -> str:
    reply = await session.actions.ask([("Action", "Getvar"), ("Variable", name)], limit_s=_ASK_LIMIT_S)
    return reply.get("Value", "")
