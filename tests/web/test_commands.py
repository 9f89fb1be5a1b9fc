"""What people ask of the floor: right, plan, audit, command, and one effect for one press."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cti.domain.commands import BlindTransfer, Command, HangUp, Originate
from cti.domain.errors import DomainError, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import AgentModeSet, WrapUpEnded, WrapUpExtended
from cti.domain.roles import Role
from cti.store.audit import list_audit
from tests.fakes import FakeSwitch
from tests.waiting import until
from tests.web.house import Browser, House


@pytest.fixture
async def supervisor(house: House) -> Browser:
    return await house.signed_in(Role.SUPERVISOR, "li")


async def an_agent(house: House, number: str = "1001") -> Browser:
    return await house.signed_in(Role.AGENT, f"agent{number}", agent_number=number, queues=("complaints",))


async def floor_with_talk(house: House) -> str:
    for number in ("1001", "1002", "1003"):
        house.know(number, "complaints")
    house.boot()
    return house.talking()


class SlowSwitch(FakeSwitch):
    """Answers when told."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def send(self, command: Command, *, limit_s: float = 5.0) -> Any:
        reply = await super().send(command, limit_s=limit_s)
        await self.may_answer.wait()
        return reply


# --- calls ----------------------------------------------------------------------------------------------------------


async def test_a_supervisor_hangs_the_customer_up_and_the_floor_waits_for_the_event(
    house: House, supervisor: Browser
) -> None:
    call = await floor_with_talk(house)
    answer = await supervisor.ask("POST", f"/api/calls/{call}/hang-up", {})
    assert answer.status == 202
    (sent,) = house.switch.sent
    assert isinstance(sent, HangUp)
    assert sent.channel.startswith("PJSIP/trunk")
    assert house.line.floor.calls[call].ended_at is None  # type: ignore[index]
    async with house.database.look() as session:
        row = (await list_audit(session))[0]
    assert (row.action, row.about, row.result, row.login) == ("call.hang_up", f"call:{call}", "asked", "li")
    assert row.details["command_id"] == answer.body["command_id"]


async def test_an_agent_hangs_up_the_own_part_only(house: House) -> None:
    call = await floor_with_talk(house)
    mine, other = await an_agent(house, "1001"), await an_agent(house, "1002")
    refused = await other.ask("POST", f"/api/calls/{call}/hang-up", {})
    assert (refused.status, refused.code) == (403, "call.not_yours")
    assert house.switch.sent == []
    assert (await mine.ask("POST", f"/api/calls/{call}/hang-up", {})).status == 202
    (sent,) = house.switch.sent
    assert isinstance(sent, HangUp)
    assert sent.channel.startswith("PJSIP/1001")
    assert await house.audit() == [("call.hang_up", "call.not_yours"), ("call.hang_up", "asked")]


async def test_a_transfer_names_the_agents_channel(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    await supervisor.ask("PUT", "/api/agents/1002/mode", {"mode": "ready"})
    answer = await supervisor.ask("POST", f"/api/calls/{call}/transfer", {"target": "1002"})
    assert answer.status == 202, answer.body
    sent = house.switch.sent[-1]
    assert isinstance(sent, BlindTransfer)
    assert (sent.channel.split("-")[0], sent.context, sent.exten) == ("PJSIP/1001", "transfer", "1002")


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("1002", 409, "transfer.target_away"),
        ("1001", 422, "transfer.self"),
        ("nowhere", 422, "transfer.target"),
        ("test", 422, "transfer.target"),
        ("1002,1\r\nAction: Originate", 422, "request.format"),
        ("4711", 422, "transfer.target"),
        ("00861380013800000", 409, "dial.off"),
    ],
)
async def test_a_transfer_to_nowhere_is_refused_before_anything_is_sent(
    house: House, supervisor: Browser, target: str, status: int, code: str
) -> None:
    call = await floor_with_talk(house)
    answer = await supervisor.ask("POST", f"/api/calls/{call}/transfer", {"target": target})
    assert (answer.status, answer.code) == (status, code)
    assert house.switch.sent == []


async def test_a_call_that_is_over_is_gone(house: House, supervisor: Browser) -> None:
    answer = await supervisor.ask("POST", "/api/calls/hx-1.1/hang-up", {})
    assert (answer.status, answer.code) == (404, "call.gone")
    assert (await supervisor.ask("POST", "/api/calls/..%2F..%2Fetc/hang-up", {})).status == 404


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotSent("the link is away"), 503, "switch.away"),
        (SwitchRefused("No such channel"), 502, "switch.refused"),
        (OutcomeUnknown("no answer"), 504, "switch.unknown"),
    ],
)
async def test_what_the_switch_did_not_do_is_said_and_audited(
    house: House, supervisor: Browser, error: DomainError, status: int, code: str
) -> None:
    call = await floor_with_talk(house)
    house.switch.refuse(HangUp, error)
    answer = await supervisor.ask("POST", f"/api/calls/{call}/hang-up", {})
    assert (answer.status, answer.code) == (status, code)
    assert await house.audit() == [("call.hang_up", "asked"), ("call.hang_up", code)]
    assert len(house.switch.sent) == 1


async def test_without_an_audit_row_no_command_leaves(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    engine, house.database._engine = house.database._engine, None
    answer = await supervisor.ask("POST", f"/api/calls/{call}/hang-up", {})
    house.database._engine = engine
    assert (answer.status, answer.code) == (503, "database.away")
    assert house.switch.sent == []


# --- one press, one effect ------------------------------------------------------------------------------------------


async def test_a_double_click_hangs_up_once(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    path = f"/api/calls/{call}/hang-up"
    answers = await asyncio.gather(*(supervisor.ask("POST", path, {}, Idempotency_Key="one") for _ in range(5)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body["command_id"] for answer in answers}) == 1
    assert len(house.switch.sent) == 1
    assert (await supervisor.ask("POST", path, {}, Idempotency_Key="two")).status == 202
    assert len(house.switch.sent) == 2


async def test_the_second_half_of_a_double_click_hears_the_same_refusal(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    house.switch.refuse(HangUp, SwitchRefused("No such channel"))
    path = f"/api/calls/{call}/hang-up"
    for _ in range(2):
        assert (await supervisor.ask("POST", path, {}, Idempotency_Key="one")).code == "switch.refused"
    assert len(house.switch.sent) == 1


async def test_a_key_belongs_to_one_person_one_address_and_one_body(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    other = await house.signed_in(Role.TEAM_LEADER)
    for browser in (supervisor, other):
        assert (await browser.ask("POST", f"/api/calls/{call}/hang-up", {}, Idempotency_Key="k")).status == 202
    for mode in ("ready", "not_ready"):
        assert (await supervisor.ask("PUT", "/api/agents/1002/mode", {"mode": mode}, Idempotency_Key="k")).status == 202
    assert len(house.switch.sent) == 2
    assert len([event for event in house.line.events if isinstance(event, AgentModeSet)]) == 2


async def test_a_key_that_is_a_book_is_refused(supervisor: Browser) -> None:
    answer = await supervisor.ask("POST", "/api/calls/x/hang-up", {}, Idempotency_Key="k" * 201)
    assert (answer.status, answer.code) == (400, "request.key")


async def test_two_supervisors_at_once_have_one_effect(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    slow = SlowSwitch()
    other = await house.signed_in(Role.SUPERVISOR)
    house.switch.send = slow.send  # type: ignore[method-assign]
    first = asyncio.ensure_future(supervisor.ask("POST", f"/api/calls/{call}/hang-up", {}))
    await until(lambda: slow.sent)
    second = await other.ask("POST", f"/api/calls/{call}/transfer", {"target": "complaints"})
    slow.may_answer.set()
    assert (await first).status == 202
    assert (second.status, second.code) == (409, "desk.busy")
    assert len(slow.sent) == 1


async def test_a_command_comes_to_its_end_although_the_browser_went_away(house: House, supervisor: Browser) -> None:
    call = await floor_with_talk(house)
    slow = SlowSwitch()
    house.switch.send = slow.send  # type: ignore[method-assign]
    path = f"/api/calls/{call}/hang-up"
    first = asyncio.ensure_future(supervisor.ask("POST", path, {}, Idempotency_Key="k"))
    await until(lambda: slow.sent)
    first.cancel()
    slow.may_answer.set()
    again = await supervisor.ask("POST", path, {}, Idempotency_Key="k")
    assert again.status == 202
    assert len(slow.sent) == 1


# --- agents ---------------------------------------------------------------------------------------------------------


async def test_an_agent_sets_the_own_mode_even_while_the_database_is_away(house: House) -> None:
    agent = await an_agent(house)
    engine, house.database._engine = house.database._engine, None
    answer = await agent.ask("PUT", "/api/agents/1001/mode", {"mode": "not_ready", "reason": "meal"})
    house.database._engine = engine
    assert answer.status == 202
    event = house.line.events[-1]
    assert isinstance(event, AgentModeSet)
    assert (event.mode, event.reason, event.by) == ("not_ready", "meal", "agent1001")
    assert house.switch.sent == []
    assert await house.audit() == []


async def test_an_agent_sets_nobody_elses_mode_and_trying_is_audited(house: House) -> None:
    agent = await an_agent(house)
    house.know("1002")
    answer = await agent.ask("PUT", "/api/agents/1002/mode", {"mode": "not_ready"})
    assert (answer.status, answer.code) == (403, "agent.not_you")
    assert await house.audit() == [("agent.mode", "agent.not_you")]


async def test_a_supervisor_sets_an_agents_mode_and_it_is_audited(house: House, supervisor: Browser) -> None:
    house.know("1002")
    assert (await supervisor.ask("PUT", "/api/agents/1002/mode", {"mode": "ready", "reason": "meal"})).status == 202
    event = house.line.events[-1]
    assert isinstance(event, AgentModeSet)
    assert (event.agent_id, event.reason, event.by) == ("1002", "", "li")
    assert await house.audit() == [("agent.mode", "ok")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"mode": "wrap_up"}, 422, "request.choice"),
        ({"mode": "ready", "reason": "party"}, 422, "agent.reason"),
        ({}, 422, "request.missing"),
        ([], 422, "request.kind"),
        ({"mode": "ready", "agent_id": "1002"}, 422, "request.unknown_field"),
    ],
)
async def test_a_mode_that_cannot_be_chosen_is_refused(
    house: House, supervisor: Browser, body: object, status: int, code: str
) -> None:
    house.know("1002")
    answer = await supervisor.ask("PUT", "/api/agents/1002/mode", body)
    assert (answer.status, answer.code) == (status, code)


async def test_an_agent_who_is_not_there_is_not_found(supervisor: Browser) -> None:
    assert (await supervisor.ask("PUT", "/api/agents/1099/mode", {"mode": "ready"})).code == "agent.unknown"


async def test_wrap_up_is_ended_and_extended_only_while_it_lasts(house: House) -> None:
    agent = await an_agent(house)
    path = "/api/agents/1001/wrap-up"
    assert (await agent.ask("POST", path, {"action": "end"})).code == "agent.not_wrapping_up"
    await agent.ask("PUT", "/api/agents/1001/mode", {"mode": "ready"})
    house.boot()
    house.talking()
    house.play("hang_up")
    assert (await agent.ask("POST", path, {"action": "extend", "extra_s": 30})).status == 202
    extended = house.line.events[-1]
    assert isinstance(extended, WrapUpExtended)
    assert extended.extra_s == 30
    assert (await agent.ask("POST", path, {"action": "end"})).status == 202
    assert isinstance(house.line.events[-1], WrapUpEnded)
    for extra_s in (0, 601, -1):
        answer = await agent.ask("POST", path, {"action": "extend", "extra_s": extra_s})
        assert (answer.status, answer.code) == (422, "request.range")


# --- test calls -----------------------------------------------------------------------------------------------------


async def test_a_test_call_has_a_random_id_and_a_fixed_context(house: House, supervisor: Browser) -> None:
    for _ in range(2):
        assert (await supervisor.ask("POST", "/api/test-calls", {"key": "1"})).status == 202
    first, second = house.switch.sent_of(Originate)
    assert isinstance(first, Originate)
    assert isinstance(second, Originate)
    assert first.context == "selftest-caller"
    assert first.channel_id != second.channel_id
    assert await house.audit() == [("test_call", "asked")] * 2


async def test_test_calls_are_limited(supervisor: Browser) -> None:
    statuses = [(await supervisor.ask("POST", "/api/test-calls", {"key": "1"})).status for _ in range(7)]
    assert statuses == [202] * 6 + [429]


async def test_a_test_call_takes_no_other_number(house: House, supervisor: Browser) -> None:
    for body in ({"key": "9"}, {"key": "1", "answered_by": "0086"}, {"key": "1", "number": "00861380013800"}):
        assert (await supervisor.ask("POST", "/api/test-calls", body)).status == 422
    assert house.switch.sent == []
