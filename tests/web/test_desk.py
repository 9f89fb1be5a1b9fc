"""What an agent asks for in a call and around it, from the request to the command; each refusal says why."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from cti.domain import commands as c
from cti.domain import events as e
from cti.domain.consult import TALKING
from cti.domain.errors import SwitchRefused
from cti.domain.ids import AgentId, CallId
from cti.domain.roles import Role
from cti.domain.rulebook import CallingRules
from cti.domain.telephones import devices_of
from cti.store.audit import list_audit
from cti.store.people_tables import AuditRow
from cti.store.rows import write_calls
from tests.floor_words import a_call, a_whole_call
from tests.stories import staffed_floor, story_events
from tests.web.house import Browser, House


@pytest.fixture
async def agent(house: House) -> Browser:
    """1001, ready; 1002 and 1003 are colleagues."""
    for number in ("1002", "1003"):
        house.know(number, "complaints")
    browser = await house.signed_in(Role.AGENT, "li", agent_number="1001", queues=("complaints",))
    for number in ("1001", "1002"):
        house.line.submit(e.AgentModeSet(at=house.clock(), agent_id=AgentId(number), mode="ready"))
    return browser


def may_call(house: House, **given: Any) -> None:
    """The rules let agents call mobile numbers."""
    rules = CallingRules(is_on=True, prefixes={"agent": ("13",)}, **given)
    house.rules.book = msgspec.structs.replace(house.rules.book, calling=rules)


def who(house: House, index: int) -> Any:
    """Names of the caller's channel (0) or the agent's (1)."""
    channel = list(house.world.channels.values())[index]
    return {"channel_id": channel.id, "linked_id": channel.linked_id, "channel": channel.name}


# --- calling out ------------------------------------------------------------------------------------------------------


async def test_a_number_is_dialled_from_the_own_telephone_and_the_call_has_the_id_that_was_told(
    house: House, agent: Browser
) -> None:
    may_call(house)
    answer = await agent.ask("POST", "/api/calls", {"number": "+86 138-0013-8000"})
    assert answer.status == 202, answer.body
    (sent,) = house.switch.sent
    assert isinstance(sent, c.Originate)
    assert (sent.channel, sent.context, sent.exten) == ("PJSIP/1001", "outward", "13800138000")
    assert answer.body["call_id"] == sent.channel_id
    async with house.database.look() as session:
        row = (await list_audit(session))[0]
    assert (row.action, row.about, row.result) == ("call.dial", "agent:1001", "asked")
    assert row.details["number"].endswith("8000")
    assert "0013" not in str(row.details)


@pytest.mark.parametrize("is_live", [True, False])
async def test_the_caller_of_a_call_is_called_back_without_the_number_being_shown(
    house: House, agent: Browser, is_live: bool
) -> None:
    may_call(house)
    if is_live:
        house.boot()
        house.play("arrive", "join")
        call_id = next(iter(house.line.floor.calls))
    else:
        call_id = CallId("x-1.1")
        async with house.database.work() as work:
            await write_calls(work.session, {call_id: a_whole_call(call_id)}, UTC)
    answer = await agent.ask("POST", "/api/calls", {"call_id": call_id})
    assert answer.status == 202, answer.body
    assert "0013" not in str(answer.body)  # what masking would hide; "138" may stand in a random id
    (sent,) = house.switch.sent
    assert isinstance(sent, c.Originate)
    assert sent.exten == "13800138000"


async def test_a_call_that_hides_its_number_or_is_unknown_cannot_be_called_back(house: House, agent: Browser) -> None:
    may_call(house)
    async with house.database.work() as work:
        await write_calls(work.session, {"x-1.1": a_call("x-1.1", caller_number="")}, UTC)
    for body, status, code in (
        ({"call_id": "x-1.1"}, 409, "dial.withheld"),
        ({"call_id": "x-9.9"}, 404, "call.unknown"),
        ({}, 422, "dial.what"),
        ({"number": "1", "call_id": "x"}, 422, "dial.what"),
        ({"number": "138****8000"}, 422, "dial.number"),
        ({"number": "Li\r\nAction: Originate"}, 422, "dial.number"),
        ({"number": "95598"}, 403, "dial.prefix"),
    ):
        answer = await agent.ask("POST", "/api/calls", body)
        assert (answer.status, answer.code) == (status, code), body
    assert house.switch.sent == []


async def test_without_a_line_or_rules_nobody_calls(house: House, agent: Browser) -> None:
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).code == "dial.off"
    may_call(house)
    house.has_line = False
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).code == "dial.no_line"


async def test_a_forbidden_number_is_refused_and_audited(house: House, agent: Browser) -> None:
    may_call(house)
    assert (await agent.ask("POST", "/api/calls", {"number": "16801234567"})).code == "dial.blocked"
    assert await house.audit() == [("call.dial", "dial.blocked")]


async def test_attempts_are_limited_each_minute_and_lines_altogether(house: House, agent: Browser) -> None:
    may_call(house, per_minute=2, concurrent=8)
    for status in (202, 202, 409):
        assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).status == status
        house.clock.advance(6)
    house.clock.advance(50)
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).status == 202
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).code == "dial.on_call"
    may_call(house, per_minute=2, concurrent=1)
    other = await house.signed_in(Role.AGENT, "wu", agent_number="1002")
    refused = await other.ask("POST", "/api/calls", {"number": "13800138000"})
    assert refused.code == "dial.lines"  # the switch took the last one, it just does not show yet


async def test_five_clicks_at_once_are_one_call(house: House, agent: Browser) -> None:
    may_call(house)
    body = {"number": "13800138000"}
    answers = await asyncio.gather(*(agent.ask("POST", "/api/calls", body, Idempotency_Key="k") for _ in range(5)))
    assert {answer.status for answer in answers} == {202}
    assert len(house.switch.sent) == 1


async def test_the_minutes_of_today_are_counted_from_what_is_recorded(house: House, agent: Browser) -> None:
    may_call(house, minutes_a_day=1)
    call = a_whole_call("out-7", direction="out")
    async with house.database.work() as work:
        await write_calls(work.session, {call.call_id: call}, UTC)
    house.clock.at = call.started_at
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).code == "dial.minutes"
    may_call(house, minutes_a_day=2)
    assert (await agent.ask("POST", "/api/calls", {"number": "13800138000"})).status == 202


async def test_only_who_may_call_out_comes_to_the_dial(house: House) -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.DEPARTMENT):
        given = {"department": "service"} if role is Role.DEPARTMENT else {}
        browser = await house.signed_in(role, **given)
        assert (await browser.ask("POST", "/api/calls", {"number": "13800138000"})).status == 403
    assert (await house.browser().ask("POST", "/api/calls", {"number": "13800138000"})).status == 401


# --- in a call --------------------------------------------------------------------------------------------------------


async def test_a_colleague_is_consulted_on_the_telephone_he_chose(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    device, others = devices_of(AgentId("1002"), "browser")
    house.line.submit(
        e.AgentKnown(
            at=house.clock(), agent_id=AgentId("1002"), name="", device=device, queues=(), other_devices=others
        )
    )
    assert (await agent.ask("POST", f"/api/calls/{call}/consult", {"target": "1002"})).status == 202
    (sent,) = house.switch.sent
    assert isinstance(sent, c.AttendedTransfer)
    assert (sent.channel.split("-")[0], sent.context, sent.exten) == ("PJSIP/1001", "transfer", "web1002")
    for step in ("complete", "return", "conference"):
        answer = await agent.ask("POST", f"/api/calls/{call}/consult/step", {"step": step})
        assert (answer.status, answer.code) == (409, "consult.none")


async def test_a_transfer_that_asterisk_refuses_is_told(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    house.switch.refuse(c.AttendedTransfer, SwitchRefused("Channel is not executing a transfer"))
    answer = await agent.ask("POST", f"/api/calls/{call}/consult", {"target": "1002"})
    assert (answer.status, answer.code) == (502, "switch.refused")
    assert await house.audit() == [("call.consult", "asked"), ("call.consult", "switch.refused")]


@pytest.mark.parametrize("way", ["transfer", "consult"])
async def test_the_audit_keeps_no_number_outside_whole(house: House, agent: Browser, way: str) -> None:
    may_call(house)
    house.boot()
    call = house.talking()
    assert (await agent.ask("POST", f"/api/calls/{call}/{way}", {"target": "13800138000"})).status == 202
    async with house.database.look() as session:
        assert (await list_audit(session))[0].details["target"] == "138****8000"


async def test_a_consultation_that_ends_while_it_is_completed_leaves_the_customer_with_his_agent(
    house: House, agent: Browser
) -> None:
    house.line.floor = floor = staffed_floor(house.clock())
    rooms: list[e.BridgeEntered] = []
    for one in story_events("atxfer"):
        floor.apply(one)
        if isinstance(one, e.BridgeEntered) and one.channel.startswith("PJSIP/1001-"):
            rooms.append(one)
        if (consult := floor.agents["1001"].consult) is not None and consult.state == TALKING:
            break

    def colleague_hangs_up(*_: object) -> None:
        left = msgspec.structs.asdict(rooms[1]) | {"at": floor.as_of}
        floor.apply(e.BridgeLeft(**{name: left[name] for name in e.BridgeLeft.__struct_fields__}))
        floor.apply(msgspec.structs.replace(rooms[0], at=floor.as_of + timedelta(milliseconds=1)))

    event.listen(AuditRow, "after_insert", colleague_hangs_up)
    try:
        (call,) = floor.calls
        answer = await agent.ask("POST", f"/api/calls/{call}/consult/step", {"step": "complete"})
    finally:
        event.remove(AuditRow, "after_insert", colleague_hangs_up)
    assert (answer.status, answer.code) == (409, "consult.none")
    assert house.switch.sent == []
    assert await house.audit() == [("call.consult_step", "asked"), ("call.consult_step", "consult.none")]


async def test_a_number_outside_counts_as_an_attempt(house: House, agent: Browser) -> None:
    may_call(house, per_minute=1)
    house.boot()
    call = house.talking()
    assert (await agent.ask("POST", f"/api/calls/{call}/transfer", {"target": "13800138000"})).status == 202
    refused = await agent.ask("POST", f"/api/calls/{call}/consult", {"target": "13800138000"})
    assert (refused.status, refused.code) == (409, "dial.too_many")


async def test_a_recording_is_paused_and_resumed(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    path = f"/api/calls/{call}/recording"
    assert (await agent.ask("POST", path, {"action": "pause"})).code == "recording.none"
    caller = who(house, 0)
    house.line.submit(e.SegmentBegun(at=house.clock(), name=caller["channel_id"], part=1, **caller))
    assert (await agent.ask("POST", path, {"action": "pause"})).status == 202
    assert house.switch.sent == [c.MuteRecording(channel=caller["channel"], is_muted=True)]
    assert (await agent.ask("POST", path, {"action": "resume"})).code == "recording.running"


async def test_keys_reach_the_switch_and_no_log(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    assert (await agent.ask("POST", f"/api/calls/{call}/keys", {"keys": "12#"})).status == 202
    assert [sent.key for sent in house.switch.sent if isinstance(sent, c.PressKey)] == ["1", "2", "#"]
    async with house.database.look() as session:
        assert "12#" not in str((await list_audit(session))[0].details)
    assert (await agent.ask("POST", f"/api/calls/{call}/keys", {"keys": "12a"})).status == 422


async def test_keys_pressed_fast_all_arrive(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    asked = [agent.ask("POST", f"/api/calls/{call}/keys", {"keys": key}) for key in ("1", "2", "3#")]
    assert [answer.status for answer in await asyncio.gather(*asked)] == [202] * 3
    keys = [sent.key for sent in house.switch.sent if isinstance(sent, c.PressKey)]
    assert sorted(keys) == ["#", "1", "2", "3"]
    assert "".join(keys).count("3#") == 1


async def test_a_desk_telephone_is_asked_through_the_second_account(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    assert (await agent.ask("POST", f"/api/calls/{call}/phone", {"action": "hold"})).status == 202
    assert house.hands.sent == [c.AskPhone(channel=who(house, 1)["channel"], event="hold")]
    assert house.switch.sent == []
    assert (await agent.ask("POST", f"/api/calls/{call}/phone", {"action": "answer"})).code == "phone.answered"


async def test_a_stranded_caller_is_taken_back(house: House, agent: Browser) -> None:
    house.boot()
    call = house.talking()
    assert (await agent.ask("POST", f"/api/calls/{call}/take-back", {})).code == "call.not_yours"
    caller, mine = who(house, 0), who(house, 1)
    house.line.submit(e.ChannelClosed(at=house.world.at, **mine))
    house.line.submit(e.CallerStranded(at=house.world.at, agent_id=AgentId("1001"), **caller))
    assert (await agent.ask("POST", f"/api/calls/{call}/take-back", {})).status == 202
    assert house.switch.sent == [c.Redirect(channel=caller["channel"], context="take-back", exten="1001")]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("consult", {"target": "1002"}),
        ("consult/step", {"step": "return"}),
        ("recording", {"action": "pause"}),
        ("phone", {"action": "hold"}),
        ("keys", {"keys": "1"}),
        ("take-back", {}),
    ],
)
async def test_another_agents_call_is_left_alone_and_one_that_is_over_is_gone(
    house: House, agent: Browser, path: str, body: object
) -> None:
    house.boot()
    call = house.talking()
    other = await house.signed_in(Role.AGENT, "wu", agent_number="1002")
    refused = await other.ask("POST", f"/api/calls/{call}/{path}", body)
    assert (refused.status, refused.code) == (403, "call.not_yours")
    gone = await agent.ask("POST", f"/api/calls/x-0.0/{path}", body)
    assert (gone.status, gone.code) == (404, "call.gone")
    assert (house.switch.sent, house.hands.sent) == ([], [])


# --- help -------------------------------------------------------------------------------------------------------------


async def test_help_is_asked_and_ended_even_while_the_database_is_away(house: House, agent: Browser) -> None:
    supervisor = await house.signed_in(Role.SUPERVISOR)
    engine, house.database._engine = house.database._engine, None
    assert (await agent.ask("POST", "/api/agents/1001/help", {"action": "ask"})).status == 202
    house.database._engine = engine
    assert house.line.floor.agents[AgentId("1001")].help_since == house.clock()
    assert (await supervisor.ask("POST", "/api/agents/1002/help", {"action": "ask"})).code == "agent.not_you"
    assert (await supervisor.ask("POST", "/api/agents/1001/help", {"action": "end"})).status == 202
    assert house.line.floor.agents[AgentId("1001")].help_since is None
    assert (await agent.ask("POST", "/api/agents/1001/help", {"action": "end"})).code == "help.none"
    assert await house.audit() == [("agent.help", "agent.not_you"), ("agent.help", "ok")]
