"""A call that is only thought, over the web: the steps of the session, answers given by key presses."""

from __future__ import annotations

from typing import Any

import pytest

from cti.domain.roles import Role
from tests.menus import short_menu
from tests.web.house import Answer, Browser, House

NOW = "2026-11-26T02:00:00Z"
MENU = """name: consult-day
title: {zh: 试, en: Try}
start: when
nodes:
  when: {kind: hours, schedule: office, open: menu, closed: bye}
  menu:
    kind: menu
    prompts: [welcome, press-one]
    keys: [{key: "1", to: person, says: 人工}]
    otherwise: bye
  person: {kind: queue, queue: consult}
  bye: {kind: hang_up, prompts: [bye, unrecorded]}
"""


async def step(browser: Browser, **given: Any) -> Answer:
    body = {"name": "consult-day", "text": MENU, "world": {"now": NOW}, **given}
    return await browser.ask("POST", "/api/flows/simulate", body)


async def test_a_text_is_walked_by_key_presses_before_it_is_published(house: House) -> None:
    browser = await house.signed_in(Role.TEAM_LEADER)
    begun = await step(browser)
    assert (begun.status, begun.body["path"], begun.body["is_over"]) == (200, ["when", "menu"], False)
    assert begun.body["actions"][-1]["type"] == "Ask"
    assert [(one["prompt"], one["text"], one["exists"]) for one in begun.body["said"]] == [
        ("welcome", "（welcome）", True),
        ("press-one", "（press-one）", True),
    ]
    pressed = await step(browser, position=begun.body["position"], given={"type": "Pressed", "digits": "1"})
    assert (pressed.body["path"], pressed.body["is_over"]) == (["menu", "person"], True)
    assert pressed.body["actions"][-1]["queue"] == "consult"
    assert house.library.edition.versions["consult-day"] == 0


async def test_the_clock_of_the_thought_world_leads_in_the_hotlines_zone(house: House) -> None:
    """02:00 UTC is ten o'clock in Shanghai; at 10:00 UTC the office has just closed."""
    browser = await house.signed_in(Role.SUPERVISOR)
    ended = await step(browser, world={"now": "2026-11-26T10:00:00Z"})
    assert (ended.body["path"], ended.body["is_over"]) == (["when", "bye"], False)
    assert [(one["prompt"], one["exists"]) for one in ended.body["said"]] == [("bye", True), ("unrecorded", False)]
    gone = await step(browser, position=ended.body["position"], given={"type": "Played"})
    assert gone.body["is_over"]


async def test_without_a_text_the_flow_in_force_is_walked(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    assert (await step(browser, text=None)).body["path"] == ["end"]
    unknown = await step(browser, text=None, name="nobody")
    assert (unknown.status, unknown.code) == (422, "flow.stuck")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": "name: ["}, "flow.unreadable"),
        ({"text": short_menu("consult-day").replace("start: end", "start: nowhere")}, "flow.stuck"),
        ({"position": {"flow": "consult-day", "node": "nowhere"}}, "flow.stuck"),
        ({"position": {"flow": "../..", "node": "x"}}, "request.format"),
        ({"given": {"type": "Pressed", "digits": "1; hangup"}}, "request.format"),
        ({"given": {"type": "Hypnotised"}}, "request.choice"),
        ({"world": {"now": "2026-11-26T10:00:00"}}, "request.invalid"),
        ({"world": {"now": "0001-01-01T00:00:00Z"}}, "request.range"),
        ({"world": {"now": "9999-12-31T23:59:59Z"}}, "request.range"),
    ],
)
async def test_what_leads_nowhere_is_said_in_words(house: House, given: dict[str, Any], code: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await step(browser, **given)
    assert (refused.status, refused.code) == (422, code)


@pytest.mark.parametrize(
    "given",
    [
        {"type": "Pressed", "digits": "1" * 64},
        {"type": "Pressed", "digits": "*#" * 32},
        {"type": "Played"},
        {"type": "Recorded", "length_s": -1.0},
        {"type": "Found", "values": {"x": "y" * 10_000}},
        {"type": "Failed", "reason": "\u0000"},
    ],
)
async def test_an_answer_nobody_asked_for_still_leads_somewhere(house: House, given: dict[str, Any]) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    position = (await step(browser)).body["position"]
    assert (await step(browser, position=position, given=given)).status == 200
