"""Calls: the recorded ones, and what may be asked of a live one."""

from __future__ import annotations

from datetime import date

import msgspec

from cti.desk import Desk
from cti.domain.changes import CallView
from cti.domain.ids import CallId
from cti.domain.roles import Right, Role, may
from cti.hub import EVERYTHING
from cti.store.reads import CallFilter, get_call, list_calls
from cti.store.work import Database
from cti.web.attempts import AttemptLimit, Verdict
from cti.web.masking import audience_of, masked_call
from cti.web.problem import TooMany
from cti.web.routes import Ask, route
from cti.web.wire import Accepted, CallPage, TestCallRequest, TransferRequest


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
        """Transfer the customer blindly to an agent's number or a queue."""
        return Accepted(command_id=await self._desk.transfer(ask.actor, CallId(call_id), body.target))

    @route("POST", "/api/test-calls", Right.PLACE_TEST_CALL, status=202)
    async def place_test_call(self, ask: Ask, body: TestCallRequest) -> Accepted:
        """Place a real call through the hotline; it appears on the live feed like any other."""
        if self._test_calls.attempt("all") is not Verdict.ALLOWED:
            wait_s = self._test_calls.wait_s("all")
            raise TooMany("Too many test calls. Wait a minute.", after_s=wait_s, code="test_call.too_many")
        return Accepted(command_id=await self._desk.place_test_call(ask.actor, body.key, body.answered_by))


def _shown(call: CallView, role: Role) -> CallView:
    return call if audience_of(role) == EVERYTHING else masked_call(call)
