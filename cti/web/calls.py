"""Calls: the recorded ones, and what may be asked of a live one."""

from __future__ import annotations

from datetime import date

import msgspec

from cti.desk import Desk
from cti.domain.changes import CallView
from cti.domain.errors import Conflict, Invalid
from cti.domain.ids import CallId
from cti.domain.roles import Right, Role, may
from cti.hub import EVERYTHING
from cti.store.reads import CallFilter, get_call, list_calls
from cti.store.work import Database
from cti.web.attempts import AttemptLimit, Verdict
from cti.web.masking import audience_of, masked_call
from cti.web.problem import TooMany
from cti.web.routes import Ask, route
from cti.web.wire import (
    Accepted,
    CallPage,
    ConsultStep,
    DialRequest,
    KeysRequest,
    PhoneRequest,
    RecordingChange,
    TestCallRequest,
    TransferRequest,
)


class CallQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the list of calls is narrowed to. Empty fields do not narrow."""

    before: str = ""
    """`next` of the page before."""
    number: str = ""
    """The caller's number begins with this; needs the right to see numbers."""
    queue: str = ""
    agent: str = ""
    outcome: str = ""
    day: date | None = None


class CallRoutes:
    """/api/calls and /api/test-calls"""

    def __init__(self, *, database: Database, desk: Desk, test_calls: AttemptLimit) -> None:
        self._database = database
        self._desk = desk
        self._test_calls = test_calls

    @route("GET", "/api/calls", Right.SEE_HISTORY)
    async def list(self, ask: Ask, query: CallQuery) -> CallPage:
        """Recorded calls, newest first, 50 a page."""
        role = ask.actor.role
        # Searching by number would tell a number to whom it is masked for.
        number = query.number if may(role, Right.SEE_NUMBERS) else ""
        wanted = CallFilter(
            number=number, queue=query.queue, agent_id=query.agent, outcome=query.outcome, day=query.day
        )
        async with self._database.look() as session:
            found = await list_calls(session, wanted, before=query.before)
        return CallPage(calls=[_shown(call, role) for call in found.calls], next=found.next)

    @route("GET", "/api/calls/{call_id}", Right.SEE_HISTORY)
    async def show(self, ask: Ask, call_id: str) -> CallView:
        """One recorded call."""
        async with self._database.look() as session:
            return _shown(await get_call(session, call_id), ask.actor.role)

    @route("POST", "/api/calls/{call_id}/hang-up", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def hang_up(self, ask: Ask, call_id: str) -> Accepted:
        """End a live call. An agent ends his own part of a call he is on, and no other's."""
        return Accepted(command_id=await self._desk.hang_up(ask.actor, CallId(call_id)))

    @route("POST", "/api/calls/{call_id}/transfer", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def transfer(self, ask: Ask, call_id: str, body: TransferRequest) -> Accepted:
        """Transfer the customer blindly to an agent's number, a queue, or a number outside."""
        return Accepted(command_id=await self._desk.transfer(ask.actor, CallId(call_id), body.target))

    @route("POST", "/api/calls", Right.CALL_OUT, status=202)
    async def dial(self, ask: Ask, body: DialRequest) -> Accepted:
        """Call a number, or the caller of a recorded call; one's own telephone rings first."""
        if bool(body.number) == bool(body.call_id):
            raise Invalid("Name a number or a call.", code="dial.what")
        number = body.number or await self._number_of(body.call_id)
        source = f"call:{body.call_id}" if body.call_id else ""
        dialled = await self._desk.dial(ask.actor, number, source=source)
        return Accepted(command_id=dialled.command_id, call_id=dialled.call_id)

    @route("POST", "/api/calls/{call_id}/consult", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def consult(self, ask: Ask, call_id: str, body: TransferRequest) -> Accepted:
        """Ask a colleague, or somebody outside, while the customer hears music."""
        return Accepted(command_id=await self._desk.consult(ask.actor, CallId(call_id), body.target))

    @route("POST", "/api/calls/{call_id}/consult/step", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def step_consult(self, ask: Ask, call_id: str, body: ConsultStep) -> Accepted:
        """Pass the customer on, go back to him, or join all three."""
        return Accepted(command_id=await self._desk.step_consult(ask.actor, CallId(call_id), body.step))

    @route("POST", "/api/calls/{call_id}/recording", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def change_recording(self, ask: Ask, call_id: str, body: RecordingChange) -> Accepted:
        """Write silence while a card number is told, or everything again."""
        return Accepted(command_id=await self._desk.change_recording(ask.actor, CallId(call_id), body.action))

    @route("POST", "/api/calls/{call_id}/keys", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def press_keys(self, ask: Ask, call_id: str, body: KeysRequest) -> Accepted:
        """Let the other side hear keys."""
        return Accepted(command_id=await self._desk.press_keys(ask.actor, CallId(call_id), body.keys))

    @route("POST", "/api/calls/{call_id}/phone", Right.SET_OWN_MODE, status=202)
    async def ask_phone(self, ask: Ask, call_id: str, body: PhoneRequest) -> Accepted:
        """Ask one's desk telephone to answer, hold, take back, mute."""
        return Accepted(command_id=await self._desk.ask_phone(ask.actor, CallId(call_id), body.action))

    @route("POST", "/api/calls/{call_id}/take-back", Right.CONTROL_CALLS, Right.SET_OWN_MODE, status=202)
    async def take_back(self, ask: Ask, call_id: str) -> Accepted:
        """Lead a caller, who hears music since his agent's browser died, back to that agent."""
        return Accepted(command_id=await self._desk.take_back(ask.actor, CallId(call_id)))

    @route("POST", "/api/test-calls", Right.PLACE_TEST_CALL, status=202)
    async def place_test_call(self, ask: Ask, body: TestCallRequest) -> Accepted:
        """Place a real call through the hotline; it appears on the live feed like any other."""
        if self._test_calls.attempt("all") is not Verdict.ALLOWED:
            wait_s = self._test_calls.wait_s("all")
            raise TooMany("Too many test calls. Wait a minute.", after_s=wait_s, code="test_call.too_many")
        return Accepted(command_id=await self._desk.place_test_call(ask.actor, body.key, body.answered_by))

    async def _number_of(self, call_id: str) -> str:
        """The other side's number, which need not be shown to be called."""
        live = self._desk.find_call(CallId(call_id))
        if live is None:
            async with self._database.look() as session:
                live = await get_call(session, call_id)
        if not live.caller_number:
            raise Conflict("This caller has withheld the number.", code="dial.withheld", call_id=call_id)
        return live.caller_number


def _shown(call: CallView, role: Role) -> CallView:
    return call if audience_of(role) == EVERYTHING else masked_call(call)
