"""A browser dies in a call: when it counts as dead, whose customer is led on, and by which commands."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from cti.domain.changes import CallView, LegKind
from cti.domain.commands import HangUp, SetVariable
from cti.domain.ids import AgentId, BridgeId, ChannelId
from cti.domain.leg import Leg
from cti.domain.lost import Absence, Loss, find_absent, find_losses, find_waiting, plan_loss
from cti.domain.rulebook import DeskRules
from tests.floor_words import a_call, at

WANG, LI = AgentId("1001"), AgentId("1002")
BROWSER, CUSTOMER = "PJSIP/web1001-00000001", "PJSIP/trunk-00000002"


def leg(channel: str, kind: LegKind = LegKind.AGENT, *, bridge: str = "b1", answered: bool = True) -> Leg:
    agent_id = AgentId(channel[-13:-9]) if kind is LegKind.AGENT else None
    return Leg(
        channel_id=ChannelId(f"hx-{channel[-8:]}"),
        channel=channel,
        kind=kind,
        number="",
        name="",
        agent_id=agent_id,
        opened_at=at(0),
        seen_at=at(0),
        answered_at=at(1) if answered else None,
        bridge_id=BridgeId(bridge) if bridge else None,
    )


CALLER = leg(CUSTOMER, LegKind.CALLER)


def call(*legs: Leg, direction: str = "in") -> CallView:
    return a_call(direction=direction, legs=tuple(one.view() for one in legs))


def losses(*legs: Leg, direction: str = "in", is_consulting: bool = False) -> list[Loss]:
    return find_losses([call(*legs, direction=direction)], WANG, is_consulting=is_consulting)


# --- when it counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after_s", "talking", "ringing"),
    [(0, False, False), (1.9, False, False), (2, False, True), (4.9, False, True), (5, True, True)],
)
def test_a_page_is_lost_when_patience_is_over(after_s: float, talking: bool, ringing: bool) -> None:
    absence, when = Absence(at(0), 5.0), at(0) + timedelta(seconds=after_s)
    assert absence.is_loss(leg(BROWSER).view(), when) is talking
    assert absence.is_loss(leg(BROWSER, answered=False).view(), when) is ringing


def test_only_agents_with_a_call_and_without_a_page_are_looked_at() -> None:
    absence = Absence(at(0), 5.0)
    calls = [call(leg(BROWSER), CALLER), call(leg("PJSIP/web1002-00000003"))]
    assert find_absent(calls, {WANG: absence, AgentId("1003"): absence}.get) == {WANG: absence}


# --- whose customer is led on ---------------------------------------------------------------------------------------


def test_a_customer_alone_with_the_dead_browser_is_led_on() -> None:
    [loss] = losses(leg(BROWSER), CALLER)
    assert (loss.channel, loss.customer, loss.agent_id) == (BROWSER, CUSTOMER, WANG)


def test_whom_we_dialled_is_led_on_too() -> None:
    [loss] = losses(leg(BROWSER), leg(CUSTOMER, LegKind.OUTSIDE), direction="out")
    assert loss.customer == CUSTOMER


def test_the_desk_telephone_has_no_page_to_lose() -> None:
    assert losses(leg("PJSIP/1001-00000001"), CALLER) == []


def test_another_agents_browser_is_not_his() -> None:
    assert losses(leg("PJSIP/web1002-00000001"), CALLER) == []


def test_a_call_that_only_rings_is_ended_and_goes_to_the_next_agent_by_itself() -> None:
    [loss] = losses(leg(BROWSER, answered=False, bridge=""), CALLER)
    assert plan_loss(loss, DeskRules()) == [HangUp(channel=BROWSER)]


def test_only_what_is_lost_by_now_counts() -> None:
    assert find_losses([call(leg(BROWSER), CALLER)], WANG, is_consulting=False, is_lost=lambda leg: False) == []


def test_a_channel_that_has_ended_is_not_lost_again() -> None:
    ended = leg(BROWSER)
    ended.closed_at = at(9)
    assert losses(ended, CALLER) == []


@pytest.mark.parametrize(
    ("legs", "direction", "is_consulting"),
    [
        pytest.param((leg(BROWSER), leg(CUSTOMER, LegKind.OUTSIDE)), "in", False, id="asked outside"),
        pytest.param((leg(BROWSER), leg("PJSIP/1002-00000003")), "internal", False, id="no customer"),
        pytest.param((leg(BROWSER), CALLER, leg("PJSIP/1002-00000003")), "in", False, id="conference"),
        pytest.param((leg(BROWSER, bridge="b2"), CALLER), "in", False, id="asked by a colleague"),
        pytest.param((leg(BROWSER), CALLER), "in", True, id="asks a colleague"),
        pytest.param((leg(BROWSER, bridge=""), CALLER), "in", False, id="no bridge"),
    ],
)
def test_otherwise_only_the_dead_channel_ends(legs: tuple[Leg, ...], direction: str, is_consulting: bool) -> None:
    [loss] = losses(*legs, direction=direction, is_consulting=is_consulting)
    assert (loss.channel, loss.customer) == (BROWSER, "")
    assert plan_loss(loss, DeskRules()) == [HangUp(channel=BROWSER)]


def test_a_helper_in_the_room_is_nobody() -> None:
    [loss] = losses(leg(BROWSER), CALLER, leg("Local/1@x-00000004;1", LegKind.HELPER))
    assert loss.customer == CUSTOMER


# --- by which commands ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "after"), [("wait", "wait:web1001"), ("queue", "queue")])
def test_the_customers_way_is_told_before_the_dead_channel_ends(rule: str, after: str) -> None:
    [loss] = losses(leg(BROWSER), CALLER)
    rules = msgspec.convert({"lost_browser": rule, "take_back_s": 12.0}, DeskRules)
    assert plan_loss(loss, rules) == [
        SetVariable(channel=CUSTOMER, name="HOTLINE_TAKE_BACK_S", value="12"),
        SetVariable(channel=CUSTOMER, name="HOTLINE_AFTER", value=after),
        HangUp(channel=BROWSER),
    ]


def test_the_call_that_waits_for_an_agent_is_found_until_it_ends() -> None:
    waiting = msgspec.structs.replace(call(CALLER), waits_for=WANG)
    assert find_waiting([call(CALLER), waiting], WANG) == waiting.call_id
    assert find_waiting([waiting], LI) is None
    assert find_waiting([msgspec.structs.replace(waiting, ended_at=at(9))], WANG) is None
