"""Asterisk as the domain sees it: one protocol, kept by the real link and by the fake alike (same contract tests)."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cti.domain.commands import Command, HandCommand
from cti.domain.events import FloorListed


class Reply(msgspec.Struct, frozen=True):
    """Asterisk said yes. `fields` are the reply's headers, keys as sent."""

    message: str
    fields: dict[str, str] = {}


class MenuResult(msgspec.Struct, frozen=True):
    """The result line of one menu command: `200 result=5 (timeout)` -> code 200, result `5`, data `timeout`."""

    code: int
    result: str
    data: str


class Switch(Protocol):
    """What may be asked of Asterisk."""

    @property
    def is_up(self) -> bool:
        """Logged in and fully booted."""
        ...

    async def send(self, command: Command, *, limit_s: float = 5.0) -> Reply:
        """Send one command and wait for Asterisk's answer.

        Raises: NotSent (link away; safe to repeat), SwitchRefused, OutcomeUnknown (cut or no answer in `limit_s`),
        Invalid (a field that must never reach the wire: line breaks, over-long, a channel that is a pattern).
        """
        ...

    async def run_menu(self, channel: str, line: str, *, limit_s: float = 60.0) -> MenuResult:
        """Run one AGI command on a channel in the menu. One at a time for each channel: a second one raises Conflict.

        Raises: CallGone (hung up, or the menu ended), NotSent, SwitchRefused, OutcomeUnknown.
        """
        ...

    async def list_floor(self) -> FloorListed:
        """Ask for channels, bridges, queues together. Raises: as `send`."""
        ...


class Hands(Protocol):
    """The few things that need rights which the account that hears everything must not have."""

    async def send(self, command: HandCommand, *, limit_s: float = 5.0) -> Reply:
        """Do one thing and wait for Asterisk's answer.

        Raises: NotSent (not reachable, or not let in: nothing was done), SwitchRefused, OutcomeUnknown, Invalid.
        """
        ...
