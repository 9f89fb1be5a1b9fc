"""What a person may ask of the live floor: check, plan, audit, then ask. No state is touched here."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cti.dialling import Dialling
from cti.domain import calling, controls, rules, transfers
from cti.domain.changes import CallView
from cti.domain.commands import AskPhone, Command, HandCommand, MuteVoice
from cti.domain.errors import NotAllowed
from cti.domain.events import AgentModeSet, Event, HelpAsked, HelpEnded, WrapUpEnded, WrapUpExtended
from cti.domain.ids import AgentId, CallId, ChannelId, CommandId
from cti.domain.phone import masked
from cti.domain.roles import Actor, Right, may
from cti.domain.switch import Hands, Reply, Switch
from cti.errands import Errand, Errands
from cti.errands import Line as Line
from cti.store.work import Database


class Dialled(msgspec.Struct, frozen=True, kw_only=True):
    """A call outwards was asked for; it will have the id `call_id`."""

    command_id: CommandId
    call_id: CallId


class Desk:
    """Use cases of the live floor. Every one returns the id under which the audit knows it."""

    def __init__(
        self,
        *,
        engine: Line,
        switch: Switch,
        hands: Hands,
        dialling: Dialling,
        database: Database,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._engine = engine
        self._switch = switch
        self._hands = hands
        self._dialling = dialling
        self._clock = clock
        self._errands = Errands(database=database, clock=clock, new_id=new_id)

    def find_call(self, call_id: CallId) -> CallView | None:
        """Find a call of this moment; None when it is over and off the floor."""
        return self._engine.floor.call_view(call_id)

    # --- agents -----------------------------------------------------------------------------------------------------

    async def set_mode(self, actor: Actor, agent_id: AgentId, mode: str, reason: str) -> CommandId:
        """Choose an agent's mode: our own truth, so it is an event and no command. Raises: as `rules.may_set_mode`."""
        errand = _of_agent(actor, "agent.mode", agent_id, mode=mode, reason=reason)
        kept_reason = reason if mode == "not_ready" else ""
        event = AgentModeSet(at=self._clock(), agent_id=agent_id, mode=mode, reason=kept_reason, by=actor.login)
        return await self._tell(
            errand, agent_id, event, lambda: rules.may_set_mode(self._engine.floor, actor, agent_id, mode)
        )

    async def end_wrap_up(self, actor: Actor, agent_id: AgentId) -> CommandId:
        """Say that the notes are done. Raises: as `rules.may_change_wrap_up`."""
        return await self._change_wrap_up(actor, agent_id, WrapUpEnded(at=self._clock(), agent_id=agent_id))

    async def extend_wrap_up(self, actor: Actor, agent_id: AgentId, extra_s: float) -> CommandId:
        """Ask for `extra_s` more. Raises: as `rules.may_change_wrap_up`."""
        event = WrapUpExtended(at=self._clock(), agent_id=agent_id, extra_s=extra_s)
        return await self._change_wrap_up(actor, agent_id, event)

    async def change_help(self, actor: Actor, agent_id: AgentId, action: str) -> CommandId:
        """Call the supervisor (`ask`), or end that (`end`). Raises: as `rules.may_change_help`."""
        at = self._clock()
        event: Event = HelpAsked(at=at, agent_id=agent_id)
        if action != "ask":
            event = HelpEnded(at=at, agent_id=agent_id, by=actor.login)
        errand = _of_agent(actor, "agent.help", agent_id, action=action)
        return await self._tell(
            errand, agent_id, event, lambda: rules.may_change_help(self._engine.floor, actor, agent_id, action)
        )

    # --- calls ------------------------------------------------------------------------------------------------------

    async def hang_up(self, actor: Actor, call_id: CallId) -> CommandId:
        """Hang a call up, or one's own part of it. Raises: as `rules.plan_hang_up`, SwitchError."""
        errand = _of_call(actor, "call.hang_up", call_id)
        return await self._ask(errand, lambda: [rules.plan_hang_up(self._engine.floor, actor, call_id)])

    async def transfer(self, actor: Actor, call_id: CallId, target: str) -> CommandId:
        """Transfer the customer blindly. Raises: as `transfers.plan_transfer`, SwitchError."""
        errand = _of_call(actor, "call.transfer", call_id, target=_kept(target))
        return await self._pass_on(errand, call_id, target, transfers.plan_transfer)

    async def consult(self, actor: Actor, call_id: CallId, target: str) -> CommandId:
        """Ask a colleague or somebody outside. Raises: as `transfers.plan_consult`, SwitchError."""
        errand = _of_call(actor, "call.consult", call_id, target=_kept(target))
        return await self._pass_on(errand, call_id, target, transfers.plan_consult)

    async def step_consult(self, actor: Actor, call_id: CallId, step: str) -> CommandId:
        """`complete`, `return` or `conference`. Raises: as `transfers.plan_consult_step`, SwitchError."""
        errand = _of_call(actor, "call.consult_step", call_id, step=step)

        def plan() -> Sequence[Command]:
            return transfers.plan_consult_step(self._engine.floor, actor, call_id, step)

        # Completing hangs the agent's channel up: a colleague who hangs up meanwhile gives him his customer back.
        return await self._ask(errand, plan, again=plan)

    async def change_recording(self, actor: Actor, call_id: CallId, action: str) -> CommandId:
        """`pause` or `resume`. Raises: as `controls.plan_recording`, SwitchError."""
        errand = _of_call(actor, "call.recording", call_id, action=action)
        return await self._ask(errand, lambda: [controls.plan_recording(self._engine.floor, actor, call_id, action)])

    async def press_keys(self, actor: Actor, call_id: CallId, keys: str) -> CommandId:
        """Let the other side hear keys; which ones is kept nowhere (PINs). Raises: as `controls.plan_keys`."""
        errand = msgspec.structs.replace(_of_call(actor, "call.keys", call_id, count=len(keys)), is_patient=True)
        return await self._ask(errand, lambda: controls.plan_keys(self._engine.floor, actor, call_id, keys))

    async def ask_phone(self, actor: Actor, call_id: CallId, action: str) -> CommandId:
        """Ask the own desk telephone for something. Raises: as `controls.plan_phone`, SwitchError."""
        errand = _of_call(actor, "call.phone", call_id, action=action)
        return await self._ask(errand, lambda: [controls.plan_phone(self._engine.floor, actor, call_id, action)])

    async def take_back(self, actor: Actor, call_id: CallId) -> CommandId:
        """Lead a stranded customer to his agent. Raises: as `controls.plan_take_back`, SwitchError."""
        errand = _of_call(actor, "call.take_back", call_id)
        return await self._ask(errand, lambda: [controls.plan_take_back(self._engine.floor, actor, call_id)])

    async def dial(self, actor: Actor, number: str, *, source: str = "") -> Dialled:
        """Call a number. `source`: where it was taken from (`call:<id>`, `ticket:<id>`), for the audit.

        Raises: as `calling.plan_dial`, DatabaseAway, SwitchError.
        """
        # A random id: should the same Originate ever reach Asterisk twice, the second one fails.
        channel_id = ChannelId(f"{calling.OURS}{self._errands.new_id()}")
        # Masked: no row leaves the audit, not even when a customer's data must go. The call has the number whole.
        details = {"number": masked(number), "source": source, "call_id": channel_id}
        errand = Errand(actor=actor, action="call.dial", about=f"agent:{actor.agent_id}", details=details)
        outward = await self._dialling.outward(self._engine.floor, actor)

        def plan() -> Sequence[Command]:
            command = calling.plan_dial(self._engine.floor, actor, number, channel_id, outward)
            self._dialling.note(actor, CallId(channel_id))
            return [command]

        command_id = await self._ask(errand, plan)
        return Dialled(command_id=command_id, call_id=CallId(channel_id))

    # --- self-test and repair ---------------------------------------------------------------------------------------

    async def place_test_call(self, actor: Actor, key: str, answered_by: str) -> CommandId:
        """Let the self-test's caller dial the hotline. Raises: NotAllowed, Invalid, SwitchError."""
        channel_id = ChannelId(f"test-{self._errands.new_id()}")
        details = {"key": key, "answered_by": answered_by}
        errand = Errand(actor=actor, action="test_call", about=f"channel:{channel_id}", details=details)

        def plan() -> Sequence[Command]:
            _need(actor, Right.PLACE_TEST_CALL)
            return [rules.plan_test_call(key, answered_by, channel_id)]

        return await self._ask(errand, plan)

    async def repair(self, actor: Actor, key: str) -> CommandId:
        """Settle a difference between Asterisk and us. Raises: NotAllowed, as `rules.plan_repair`, SwitchError."""

        def plan() -> Sequence[Command]:
            _need(actor, Right.REPAIR)
            return [rules.plan_repair(self._engine.floor, key)]

        return await self._ask(Errand(actor=actor, action="repair", about=key), plan)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _change_wrap_up(self, actor: Actor, agent_id: AgentId, event: Event) -> CommandId:
        errand = _of_agent(actor, "agent.wrap_up", agent_id, event=type(event).__name__)
        return await self._tell(
            errand, agent_id, event, lambda: rules.may_change_wrap_up(self._engine.floor, actor, agent_id)
        )

    async def _tell(self, errand: Errand, agent_id: AgentId, event: Event, check: Callable[[], object]) -> CommandId:
        """Check, then submit an event of our own.

        What concerns oneself needs no audit row (the mode log keeps it), and so works while the database is away.
        """
        async with self._errands.refusals_audited(errand):
            check()
        if errand.actor.agent_id != agent_id:
            await self._errands.audit(errand, "ok")
        self._engine.submit(event)
        return self._errands.new_id()

    async def _ask(
        self,
        errand: Errand,
        plan: Callable[[], Sequence[Command]],
        *,
        again: Callable[[], Sequence[Command]] | None = None,
    ) -> CommandId:
        """Plan, audit, send."""
        async with self._errands.refusals_audited(errand):
            commands = plan()
        return await self._errands.send(errand, self._send, commands, again=again)

    async def _pass_on(self, errand: Errand, call_id: CallId, target: str, plan: Callable[..., Command]) -> CommandId:
        """Pass the customer on, or ask somebody: a number outside counts against the limits of the calling rules."""
        outward = calling.SHUT
        if calling.is_outside(target):
            outward = await self._dialling.outward(self._engine.floor, errand.actor)

        def planned() -> Sequence[Command]:
            command = plan(self._engine.floor, errand.actor, call_id, target, outward)
            if getattr(command, "context", "") == calling.TRANSFER_OUT_CONTEXT:
                self._dialling.note(errand.actor, CallId(f"{calling.OURS}{self._errands.new_id()}"))
            return [command]

        return await self._ask(errand, planned)

    def _send(self, command: Command) -> Awaitable[Reply]:
        hand: HandCommand | None = command if isinstance(command, AskPhone | MuteVoice) else None
        return self._switch.send(command) if hand is None else self._hands.send(hand)


def _kept(target: str) -> str:
    """A target as the audit keeps it: agents and queues by name, numbers outside masked."""
    return masked(target) if calling.is_outside(target) else target


def _of_call(actor: Actor, doing: str, call_id: CallId, **details: Any) -> Errand:
    return Errand(actor=actor, action=doing, about=f"call:{call_id}", details=details)


def _of_agent(actor: Actor, doing: str, agent_id: AgentId, **details: Any) -> Errand:
    return Errand(actor=actor, action=doing, about=f"agent:{agent_id}", details=details)


def _need(actor: Actor, right: Right) -> None:
    if not may(actor.role, right):
        raise NotAllowed("Your role does not include this.", code="role", role=actor.role)
