"""Callers in the menu, driven on a switch of our own: every end of a conversation, and what comes after a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cti.domain.commands import KeepInMenu
from cti.domain.errors import CallGone, DomainError, Invalid, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import BridgeEntered, CallEntered, CallerJoined, Event, MenuFellBack, MenuStepped
from cti.domain.ids import BridgeId, ChannelId, QueueName
from cti.domain.switch import MenuResult
from ivr.driving.session import Place
from ivr.language.edition import Edition
from tests.menu_flows import EDITION, FIRST, edition_of, flows_of
from tests.menu_house import AT, ONE, TWO, closed, entered, hanging, ids, left, listed, running
from tests.waiting import until

ASK = "EXEC Read HOTLINE_KEYS,hotline/zh/choose,1,,1,5"
ASKED = "GET FULL VARIABLE ${READSTATUS}/${HOTLINE_KEYS}"
WAY_TO_COMPLAINTS = [
    "ANSWER",
    ASK,
    ASKED,
    "SET VARIABLE HOTLINE_PRIO 5",
    "SET VARIABLE HOTLINE_AFTER_NODE first/rate",
    "SET VARIABLE HOTLINE_TARGET complaints",
    "ASYNCAGI BREAK",
]
TO_CONSULT = ["SET VARIABLE HOTLINE_TARGET consult", "ASYNCAGI BREAK"]


# --- the good way ----------------------------------------------------------------------------------------------------


async def test_key_2_leads_to_complaints_one_command_at_a_time() -> None:
    async with running() as house:
        house.enters("2")
        await house.empty()
        assert house.switch.lines(ONE) == WAY_TO_COMPLAINTS
        assert house.steps == ["welcome:2:key", "complaints::to_queue"]
        assert house.menu.endings == {"to_queue": 1}
        assert house.switch.overlaps == 0


async def test_steps_carry_flow_version_channel_clock_and_the_flows_own_words() -> None:
    async with running() as house:
        house.enters("2")
        await house.empty()
        arrived, pressed = house.submitted[:2]
        one = ChannelId(ONE[-8:])
        assert arrived == MenuStepped(at=AT, channel_id=one, node="welcome", flow="first", outcome="entered", version=3)
        assert pressed == MenuStepped(
            at=AT, channel_id=one, node="welcome", flow="first", digits="2", outcome="key", version=3, words="投诉"
        )


async def test_notes_behind_a_jump_belong_to_the_flow_jumped_to() -> None:
    async with running() as house:
        house.enters("8")
        await house.empty()
        told = [(step.flow, step.node) for step in house.told(MenuStepped) if isinstance(step, MenuStepped)]
        assert told == [("first", "welcome"), ("first", "welcome"), ("first", "english")] + [("second", "consult")] * 2
        assert "SET VARIABLE HOTLINE_LANGUAGE en" in house.switch.lines(ONE)
        assert "EXEC Playback hotline/en/please-hold" in house.switch.lines(ONE)


async def test_a_silent_caller_is_asked_three_times_and_served() -> None:
    async with running() as house:
        house.enters()
        await house.empty()
        asked = [line for line in house.switch.lines(ONE) if line.startswith("EXEC Read")]
        again = "EXEC Read HOTLINE_KEYS,hotline/zh/no-input&hotline/zh/choose,1,,1,5"
        assert asked == [ASK, again, again]
        assert house.switch.lines(ONE)[-2:] == TO_CONSULT


async def test_the_end_key_alone_is_a_wrong_key_not_silence() -> None:
    async with running() as house:
        house.enters("", "1")
        await house.empty()
        assert house.steps[:2] == ["welcome:#:wrong_key", "welcome:1:key"]


async def test_the_number_dialled_is_known_even_when_the_menu_event_has_none() -> None:
    async with running() as house:
        hotlines = [one for one in Edition().hotlines.hotlines if one.number == "95000"]
        flows = {**EDITION.flows, **flows_of({**FIRST, "name": "selftest", "start": "complaints"})}
        house.edition = Edition(flows=flows, hotlines=Edition().hotlines)
        assert hotlines[0].day == hotlines[0].night == "selftest"
        house.offer(CallEntered(hotline="95000", line_count=1, is_test=True, **ids(ONE)), entered(exten="s"))  # type: ignore[arg-type]
        await house.empty()
        assert "SET VARIABLE HOTLINE_TARGET complaints" in house.switch.lines(ONE)


async def test_a_call_keeps_the_edition_it_began_with_and_the_next_one_gets_the_new() -> None:
    async with running() as house:
        ask = hanging()
        house.switch.on_line = lambda channel, line: ask if (channel, line) == (ONE, ASK) else None
        house.enters("1")
        await until(lambda: ASK in house.switch.lines(ONE))
        changed = {**FIRST, "nodes": {**FIRST["nodes"], "consult": {"kind": "queue", "queue": "fallback"}}}
        house.edition = edition_of(flows_of(changed).values(), version=4)
        house.enters("1", channel=TWO)
        ask.set_result(MenuResult(200, "0", ""))
        await house.empty()
        assert house.switch.lines(ONE)[-2:] == TO_CONSULT
        assert "SET VARIABLE HOTLINE_TARGET fallback" in house.switch.lines(TWO)
        versions = {step.channel_id: step.version for step in house.told(MenuStepped) if isinstance(step, MenuStepped)}
        assert versions == {ONE[-8:]: 3, TWO[-8:]: 4}


async def test_a_number_that_no_flow_answers_is_the_fallback_queues_at_once() -> None:
    async with running() as house:
        house.edition = Edition()
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE) == ["ASYNCAGI BREAK"]
        assert house.menu.endings == {"given_up": 1}


async def test_a_flow_that_goes_round_without_the_caller_gives_him_to_the_fallback_queue() -> None:
    async with running() as house:
        house.enters("0")
        await house.empty()
        assert house.switch.lines(ONE) == ["ANSWER", ASK, ASKED, "ASYNCAGI BREAK"]
        assert house.steps[-1] == "welcome::failed"


# --- things that go wrong --------------------------------------------------------------------------------------------


def at_line(number: int, answer: Exception | MenuResult) -> Callable[[str, str], Exception | MenuResult | None]:
    """Answer the n-th line of a channel differently."""
    seen = -1

    def on_line(channel: str, line: str) -> Exception | MenuResult | None:
        nonlocal seen
        seen += 1
        return answer if seen == number else None

    return on_line


@pytest.mark.parametrize("number", range(len(WAY_TO_COMPLAINTS)))
async def test_a_caller_who_hangs_up_at_any_step_ends_his_conversation_there(number: int) -> None:
    async with running() as house:
        house.switch.on_line = at_line(number, CallGone("hung up"))
        house.enters("2")
        await house.empty()
        assert house.switch.lines(ONE) == WAY_TO_COMPLAINTS[: number + 1]
        assert "crashed" not in house.menu.endings
        is_ours = number == len(WAY_TO_COMPLAINTS) - 1
        house.offer(left(), closed())
        assert (house.steps[-1] == "complaints::to_queue") == is_ours
        assert house.steps[-1].endswith(":hung_up") != is_ours


@pytest.mark.parametrize("number", range(len(WAY_TO_COMPLAINTS)))
@pytest.mark.parametrize(
    "trouble",
    [OutcomeUnknown("cut"), NotSent("away"), SwitchRefused("Channel does not exist."), Invalid("no channel")],
    ids=lambda trouble: type(trouble).__name__,
)
async def test_a_command_without_result_leaves_the_caller_to_the_dialplan(number: int, trouble: DomainError) -> None:
    async with running(guard_s=0.2, renew_every_s=0.05) as house:
        house.switch.on_line = at_line(number, trouble)
        house.enters("2")
        await house.empty()
        assert house.menu.endings == {"given_up": 1}
        assert house.steps[-1].endswith(":failed")
        asked = len(house.switch.log)
        await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        assert len(house.switch.log) == asked, "no command and no renewal after giving up"


@pytest.mark.parametrize("result", [MenuResult(200, "-2", ""), MenuResult(510, "", ""), MenuResult(520, "", "usage")])
async def test_a_menu_that_cannot_be_asked_sends_the_caller_to_a_person(result: MenuResult) -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: result if line.startswith("EXEC") else None
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE)[-2:] == ["SET VARIABLE HOTLINE_TARGET consult", "ASYNCAGI BREAK"]
        assert house.steps == ["welcome::failed", "consult::to_queue"]


async def test_a_missing_prompt_does_not_end_the_menu() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["ERROR/"]
        house.offer(entered())
        await house.empty()
        assert house.switch.lines(ONE)[-1] == "ASYNCAGI BREAK"
        assert house.steps[0] == "welcome::failed"


async def test_a_hang_up_seen_first_as_a_failed_read_is_no_crash() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: MenuResult(200, "-1", "") if line == ASK else None
        house.switch.keys[ONE] = []
        house.offer(entered())
        await until(lambda: ASKED in house.switch.lines(ONE))
        house.offer(left(), closed())
        await house.empty()
        assert "crashed" not in house.menu.endings


async def test_a_fault_of_our_own_gives_the_caller_to_the_fallback_queue_at_once() -> None:
    async with running() as house:
        house.switch.on_line = at_line(1, RuntimeError("bug"))
        house.offer(entered())
        await house.empty()
        assert house.menu.endings == {"crashed": 1}
        assert house.switch.lines(ONE) == ["ANSWER", ASK, "ASYNCAGI BREAK"]


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        (closed(), "hung_up"),
        (MenuFellBack(**ids(ONE)), "failed"),  # type: ignore[arg-type]
        (CallerJoined(queue=QueueName("consult"), position=1, **ids(ONE)), ""),  # type: ignore[arg-type]
        (BridgeEntered(bridge_id=BridgeId("b"), **ids(ONE)), ""),  # type: ignore[arg-type]
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Event) else "",
)
async def test_who_left_the_menu_without_us_hung_up_or_was_taken_and_the_floor_hears_which(
    then: Event, outcome: str
) -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(left(), then, closed())
        assert house.steps == ([f"welcome::{outcome}"] if outcome else [])


async def test_leaving_the_menu_without_us_ends_the_conversation_and_switches_the_limit_off() -> None:
    async with running(guard_s=0.4, renew_every_s=0.02) as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(house.renewals)
        house.offer(left())
        assert house.menu.callers_count == 0
        await until(lambda: KeepInMenu(channel=ONE, limit_s=0) in house.switch.commands(KeepInMenu))
        count = len(house.switch.log)
        await asyncio.sleep(0.05)
        assert len(house.switch.log) == count
        assert house.switch.log[-1][1] == KeepInMenu(channel=ONE, limit_s=0)


async def test_a_late_result_of_an_ended_conversation_does_nothing() -> None:
    async with running() as house:
        late = hanging()
        house.switch.on_line = lambda channel, line: late if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(closed())
        await asyncio.sleep(0.01)
        assert late.cancelled() or not late.set_result(MenuResult(200, "0", ""))
        await asyncio.sleep(0.01)
        assert house.switch.lines(ONE) == ["ANSWER", ASK]


async def test_entering_the_menu_again_starts_a_new_conversation_for_the_channel() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(entered())
        await until(lambda: house.switch.lines(ONE).count(ASK) == 2)
        assert house.menu.callers_count == 1


async def test_more_callers_than_the_limit_are_left_to_the_dialplan() -> None:
    async with running(callers_limit=1) as house:
        house.switch.on_line = lambda channel, line: hanging()
        house.offer(entered(), entered(TWO))
        await until(lambda: house.switch.lines(ONE))
        assert house.menu.callers_count == 1
        assert house.menu.endings == {"refused": 1}
        assert house.switch.lines(TWO) == []


# --- after a gap -----------------------------------------------------------------------------------------------------


async def test_callers_found_in_the_menu_are_taken_over_and_renewed_at_once() -> None:
    async with running() as house:
        house.switch.keys[ONE] = ["OK/2"]
        house.offer(listed(ONE, exten="95002"))
        await house.empty()
        assert house.switch.log[0][1] in (KeepInMenu(channel=ONE, limit_s=2.0), "ANSWER")
        assert KeepInMenu(channel=ONE, limit_s=2.0) in house.switch.commands(KeepInMenu)
        assert "SET VARIABLE HOTLINE_TARGET complaints" in house.switch.lines(ONE)


async def test_a_caller_lost_with_the_link_is_taken_over_after_it_is_back() -> None:
    async with running() as house:
        house.switch.on_line = at_line(1, OutcomeUnknown("cut"))
        house.offer(entered())
        await house.empty()
        house.switch.keys[ONE] = ["OK/1"]
        house.offer(listed(ONE))
        await house.empty()
        assert house.menu.endings == {"given_up": 1, "to_queue": 1}


async def test_who_is_served_already_is_not_taken_over() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line == ASK else None
        house.offer(entered())
        await until(lambda: ASK in house.switch.lines(ONE))
        house.offer(listed(ONE))
        await asyncio.sleep(0.01)
        assert house.switch.lines(ONE) == ["ANSWER", ASK]


async def test_a_list_older_than_the_leaving_brings_nobody_back() -> None:
    async with running() as house:
        house.offer(left(), listed(ONE))
        await asyncio.sleep(0.01)
        assert house.switch.log == []


async def test_nobody_is_driven_while_the_link_is_away() -> None:
    async with running() as house:
        house.switch.is_up = False
        house.offer(entered(), listed(TWO))
        await asyncio.sleep(0.01)
        assert house.switch.log == []
        assert house.menu.callers_count == 0


async def test_callers_elsewhere_are_left_alone() -> None:
    async with running() as house:
        house.offer(listed(ONE, is_in_menu=False))
        await asyncio.sleep(0.01)
        assert house.switch.log == []


async def test_a_caller_whose_hang_up_was_missed_ends_with_the_list() -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging()
        house.offer(entered())
        await until(lambda: house.switch.lines(ONE))
        house.offer(listed("PJSIP/trunk-00000009", is_in_menu=False))
        assert house.menu.callers_count == 0
        assert house.steps == ["welcome::hung_up"]


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        (("first", 1, "order"), "EXEC Read HOTLINE_KEYS,hotline/zh/type-order,8,,1,8"),
        (("first", 3, "gone"), ASK),
        (("gone", 3, "order"), ASK),
        (None, ASK),
    ],
)
async def test_a_caller_taken_over_goes_on_where_he_was_if_this_edition_has_the_node(
    place: Place | None, asked: str
) -> None:
    async with running() as house:
        house.switch.on_line = lambda channel, line: hanging() if line.startswith("EXEC Read") else None
        if place is not None:
            house.places[ChannelId(ONE[-8:])] = place
        house.offer(listed(ONE))
        await until(lambda: asked in house.switch.lines(ONE))
        assert house.switch.lines(ONE) == ["ANSWER", asked]
