"""Flows on the web: drafts, publishing, going back, retiring, counts; and the rules that lead to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cti.domain.changes import Change, MenuStepView
from cti.domain.events import Ticked
from cti.domain.hours import CalendarRules, HotlineRules, HoursRules, Schedule
from cti.domain.roles import Role
from cti.domain.rulebook import Webhook, WebhookRules
from cti.store.audit import list_audit
from cti.store.recorder import Recorder
from tests.floor_words import NOON, a_call
from tests.menus import SHIPPED_MENUS, short_menu
from tests.web.house import Answer, Browser, House

FLOW = "/api/flows/consult-day"


async def save(browser: Browser, name: str, text: str, *, version: int = 0, based_on: int = 0) -> Answer:
    body = {"text": text, "version": version, "based_on": based_on}
    return await browser.ask("PUT", f"/api/flows/{name}/draft", body)


async def publish(browser: Browser, name: str, text: str, *, based_on: int = 0, note: str = "") -> Answer:
    """Save and publish a text."""
    saved = await save(browser, name, text, based_on=based_on)
    assert saved.status == 200, saved.body
    body = {"version": saved.body["draft"]["version"], "note": note}
    return await browser.ask("POST", f"/api/flows/{name}/publish", body)


async def brief(browser: Browser, name: str) -> dict[str, Any]:
    listed = await browser.ask("GET", "/api/flows")
    return next(one for one in listed.body["flows"] if one["name"] == name)


# --- writing ----------------------------------------------------------------------------------------------------------


async def test_a_flow_is_drafted_published_and_new_calls_get_it(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR, "li")
    before = house.library.edition
    answer = await publish(browser, "consult-day", short_menu("consult-day", prompt="welcome"), note="greet first")
    assert (answer.status, answer.body["in_force"], answer.body["draft"]) == (200, 1, None)
    assert house.library.edition.versions["consult-day"] == 1
    assert before.versions["consult-day"] == 0
    versions = (await browser.ask("GET", f"{FLOW}/versions")).body["versions"]
    assert [(one["version"], one["note"], one["published_by"], one["is_in_force"]) for one in versions] == [
        (1, "greet first", "li", True),
        (0, "", "", False),
    ]
    assert (await brief(browser, "consult-day"))["published_by"] == "li"
    assert await house.audit() == [("flow.draft", "ok"), ("flow.publish", "ok")]


async def test_what_is_published_is_in_force_after_a_restart(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR, "li")
    await publish(browser, "consult-day", short_menu("consult-day", prompt="welcome"))
    await house.library.load()
    assert house.library.edition.versions["consult-day"] == 1


async def test_a_draft_may_have_flaws_and_says_them_with_their_lines(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    answer = await save(browser, "consult-day", short_menu("consult-day").replace("hang_up", "hang_around"))
    assert (answer.status, answer.body["flow"], answer.body["draft"]["saved_by"]) == (200, None, "supervisor1")
    assert [(flaw["code"], flaw["line"], flaw["level"]) for flaw in answer.body["flaws"]] == [("kind", 5, "bad")]
    body = {"version": answer.body["draft"]["version"]}
    refused = await browser.ask("POST", f"{FLOW}/publish", body)
    assert (refused.status, refused.code, refused.body["ids"]["count"]) == (422, "flow.flaws", "1")
    assert "line 5" in refused.body["detail"]
    assert house.library.edition.versions["consult-day"] == 0
    assert (await browser.ask("GET", FLOW)).body["draft"] is not None


async def test_a_text_that_calls_itself_otherwise_is_not_published(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await publish(browser, "consult-day", short_menu("consult-night"))
    assert (refused.status, refused.code) == (422, "flow.flaws")
    page = (await browser.ask("GET", FLOW)).body
    assert [(flaw["code"], flaw["line"]) for flaw in page["flaws"]] == [("other_name", 1)]


async def test_the_second_of_two_writers_is_told_who_was_faster(house: House) -> None:
    li, wu = await house.signed_in(Role.SUPERVISOR, "li"), await house.signed_in(Role.SUPERVISOR, "wu")
    await save(li, "consult-day", "mine")
    refused = await save(wu, "consult-day", "yours")
    assert (refused.status, refused.code, refused.body["ids"]["by"]) == (409, "flow.draft_changed", "li")
    assert refused.body["ids"]["at"] == house.clock().isoformat()
    assert (await wu.ask("GET", FLOW)).body["text"] == "mine"


async def test_a_draft_of_an_older_version_does_not_undo_a_newer_one(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR, "li")
    await publish(browser, "consult-day", short_menu("consult-day", prompt="welcome"))
    refused = await publish(browser, "consult-day", short_menu("consult-day"), based_on=0)
    assert (refused.status, refused.code, refused.body["ids"]["version"]) == (409, "flow.overtaken", "1")
    draft = (await browser.ask("GET", FLOW)).body["draft"]
    saved = await save(browser, "consult-day", short_menu("consult-day"), version=draft["version"], based_on=1)
    body = {"version": saved.body["draft"]["version"]}
    assert (await browser.ask("POST", f"{FLOW}/publish", body)).body["in_force"] == 2


async def test_a_draft_is_thrown_away_and_kept_in_the_audit(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    version = (await save(browser, "consult-day", "rubbish")).body["draft"]["version"]
    assert (await browser.ask("DELETE", f"{FLOW}/draft?version={version + 1}")).code == "flow.draft_changed"
    assert (await browser.ask("DELETE", f"{FLOW}/draft?version={version}")).status == 204
    assert (await browser.ask("DELETE", f"{FLOW}/draft?version={version}")).code == "flow.no_draft"
    assert (await browser.ask("GET", FLOW)).body["text"] == SHIPPED_MENUS["consult-day"]
    async with house.database.look() as session:
        (row,) = [row for row in await list_audit(session) if row.action == "flow.drop"]
    assert row.details["text"] == "rubbish"


async def test_a_new_flow_begins_as_a_draft_and_nobody_is_led_to_it(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    saved = await save(browser, "survey", short_menu("survey"))
    assert (saved.status, saved.body["in_force"], saved.body["is_shipped"]) == (200, -1, False)
    listed = await brief(browser, "survey")
    assert (listed["version"], listed["has_draft"], listed["zh"], listed["answers"]) == (-1, True, "短", [])
    assert (await browser.ask("GET", "/api/flows/survey/versions")).body == {"versions": []}
    version = saved.body["draft"]["version"]
    answer = await browser.ask("POST", "/api/flows/survey/publish", {"version": version})
    assert (answer.status, answer.body["in_force"]) == (200, 1)


@pytest.mark.parametrize("name", ["Survey", "-x", "a" * 41, "a%20b", "..%2Fx", "调查"])
async def test_a_name_that_no_file_could_have_is_refused(house: House, name: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await save(browser, name, "x")
    assert (refused.status, refused.code) in {(422, "flow.name"), (404, "http.404")}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "a\x00b", "version": 0}, 422),
        ({"text": "a" * 60_001, "version": 0}, 422),
        ({"text": "", "version": 2**40}, 422),
        ({"text": "", "version": 0, "based_on": 7}, 422),
        ({"text": "", "version": 0, "based_on": -2}, 422),
        ({"text": "&a [*a]\n\x07😀", "version": 0}, 200),
        ({"text": "", "version": 5}, 200),
    ],
)
async def test_whatever_stands_in_a_text_is_kept_or_refused_in_words(
    house: House, body: dict[str, Any], status: int
) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    answer = await browser.ask("PUT", f"{FLOW}/draft", body)
    assert answer.status == status
    if status == 200:
        assert answer.body["flaws"]
        assert answer.body["flow"] is None


# --- going back and retiring -----------------------------------------------------------------------------------------


async def test_going_back_is_for_who_saw_what_is_in_force(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    await publish(browser, "consult-day", short_menu("consult-day", prompt="welcome"))
    refused = await browser.ask("POST", f"{FLOW}/in-force", {"version": 0, "expected": 0})
    assert (refused.status, refused.code) == (409, "flow.changed")
    answer = await browser.ask("POST", f"{FLOW}/in-force", {"version": 0, "expected": 1})
    assert (answer.status, answer.body["in_force"], answer.body["text"]) == (200, 0, SHIPPED_MENUS["consult-day"])
    unknown = await browser.ask("POST", f"{FLOW}/in-force", {"version": 9, "expected": 0})
    assert (unknown.status, unknown.code) == (404, "flow.unknown")
    assert (await browser.ask("GET", f"{FLOW}/versions/1")).body["text"] != SHIPPED_MENUS["consult-day"]


async def test_a_flow_that_somebody_leads_to_is_not_retired(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await browser.ask("POST", f"{FLOW}/in-force", {"version": -1, "expected": 0})
    assert (refused.status, refused.code, refused.body["ids"]["by"]) == (409, "flow.in_use", "95001:day")
    jump = short_menu("leader").replace("{kind: hang_up, prompts: [bye]}", "{kind: flow, flow: follower}")
    await publish(browser, "follower", short_menu("follower"))
    assert (await publish(browser, "leader", jump)).status == 200
    assert (await brief(browser, "follower"))["used_by"] == ["leader"]
    refused = await browser.ask("POST", "/api/flows/follower/in-force", {"version": -1, "expected": 1})
    assert refused.body["ids"]["by"] == "leader"
    for name in ("leader", "follower"):
        answer = await browser.ask("POST", f"/api/flows/{name}/in-force", {"version": -1, "expected": 1})
        assert (answer.status, answer.body["in_force"]) == (200, -1)
    assert "leader" not in house.library.edition.flows
    back = await browser.ask("POST", "/api/flows/follower/in-force", {"version": 1, "expected": -1})
    assert back.body["in_force"] == 1


async def test_a_version_that_cannot_be_read_is_replaced_by_one_that_can(house: House) -> None:
    """People see the version that is in force instead, and publish from there."""
    browser = await house.signed_in(Role.SUPERVISOR)
    await publish(browser, "consult-day", short_menu("consult-day", prompt="welcome"))
    house.library.put("consult-day", 0, house.library.edition.flows["consult-day"])
    house.library.unreadable["consult-day"] = 1
    answer = await browser.ask("POST", f"{FLOW}/in-force", {"version": 0, "expected": 0})
    assert (answer.status, house.library.unreadable) == (200, {})


# --- looking ---------------------------------------------------------------------------------------------------------


async def test_an_auditor_reads_flows_and_changes_none(house: House) -> None:
    browser = await house.signed_in(Role.AUDITOR)
    page = await browser.ask("GET", FLOW)
    assert (page.status, page.body["flow"]["start"], page.body["lines"]) == (200, "end", {"end": 5})
    assert (await save(browser, "consult-day", "x")).status == 403
    assert (await browser.ask("POST", "/api/flows/check", {"text": page.body["text"]})).status == 200


async def test_the_list_says_who_leads_where(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    listed = await brief(browser, "selftest")
    assert listed["answers"] == ["95000:day", "95000:night"]
    assert (listed["version"], listed["is_shipped"], listed["flaw_count"]) == (0, True, 0)
    assert (await browser.ask("GET", "/api/flows")).body["fallback"] == "fallback"


async def test_what_the_form_holds_is_written_and_read_again(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    flow = (await browser.ask("GET", FLOW)).body["flow"]
    text = (await browser.ask("POST", "/api/flows/write", {"flow": flow})).body["text"]
    assert (await browser.ask("POST", "/api/flows/check", {"text": text})).body["flow"] == flow


@pytest.mark.parametrize("path", ["", "/versions", "/versions/1", "/versions/0"])
async def test_a_flow_that_is_not_there_is_not_found(house: House, path: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    answer = await browser.ask("GET", f"/api/flows/nobody{path}")
    assert (answer.status, answer.code) == (404, "flow.unknown")


async def test_yesterday_is_counted_unless_days_are_chosen(house: House) -> None:
    steps = (MenuStepView(at=NOON, flow="consult-day", node="end", digits="", outcome="hang_up"),)
    recorder = Recorder(house.database, zone=ZoneInfo("Asia/Shanghai"))
    recorder.offer(Ticked(at=NOON), [Change("calls", "c", a_call("c", menu=steps, started_at=NOON))])
    await recorder.flush()
    house.clock.at = NOON + timedelta(days=1)
    browser = await house.signed_in(Role.SUPERVISOR)
    counted = (await browser.ask("GET", f"{FLOW}/counts")).body
    assert (counted["since"], counted["until"], counted["calls"]) == ("2026-11-24", "2026-11-24", 1)
    assert [(one["node"], one["left"]) for one in counted["nodes"]] == [("end", 1)]
    assert (await browser.ask("GET", f"{FLOW}/counts?since=2026-11-25&until=2026-11-25")).body["calls"] == 0
    for days in ("since=2026-11-25&until=2026-11-24", "since=2020-01-01", "since=9999-12-31&until=0001-01-01"):
        assert (await browser.ask("GET", f"{FLOW}/counts?{days}")).code == "days.range"
    assert (await browser.ask("GET", f"{FLOW}/counts?since=yesterday")).status == 422


# --- rules -----------------------------------------------------------------------------------------------------------


async def change(browser: Browser, name: str, value: object, version: int = 0) -> Answer:
    body = {"value": msgspec.to_builtins(value), "version": version}
    return await browser.ask("PUT", f"/api/rules/{name}", body)


HOTLINE = HotlineRules().hotlines[0]
OFFICE = HoursRules().schedules[1]


def led(**given: Any) -> HotlineRules:
    return HotlineRules(hotlines=(msgspec.structs.replace(HOTLINE, **given),))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("hotlines", led(day="nobody"), "hotline.flow"),
        ("hotlines", HotlineRules(fallback="nobody"), "hotline.flow"),
        ("hotlines", led(schedule="nobody"), "hotline.schedule"),
        ("hotlines", led(number="96000"), "hotline.number"),
        ("hotlines", HotlineRules(hotlines=(HOTLINE, HOTLINE)), "rules.twice"),
        ("hours", HoursRules(schedules=(OFFICE,)), "schedule.in_use"),
        ("hours", HoursRules(schedules=(*HoursRules().schedules, OFFICE)), "rules.twice"),
        ("calendar", CalendarRules(days=CalendarRules().days[:1] * 2), "rules.twice"),
        ("webhooks", WebhookRules(webhooks=(Webhook(code="crm", url="https://a"),) * 2), "rules.twice"),
    ],
)
async def test_a_rule_that_leads_nowhere_is_refused(house: House, name: str, value: object, code: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await change(browser, name, value)
    assert (refused.status, refused.code) == (422, code)
    assert house.rules.versions[name] == 0


@pytest.mark.parametrize(
    "value",
    [
        {"schedules": [{"code": "x", "zh": "x", "en": "x", "week": [[]] * 6}]},
        {"schedules": [{"code": "x", "zh": "x", "en": "x", "week": [[{"since": "25:00", "until": "26:00"}]] * 7}]},
        {"schedules": [{"code": "x", "zh": "x", "en": "x", "week": [[{"since": "8", "until": "9"}] * 7] * 7}]},
    ],
)
async def test_hours_that_no_clock_shows_are_refused(house: House, value: object) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    assert (await change(browser, "hours", value)).status == 422


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/", "https://user:secret@a/", "https://a/\nX: y", "javascript:alert(1)", "https://", "https:///x",
        "//a", "https://a\\@b/", "https://a b/", "http://пример/",
    ],
)  # fmt: skip
async def test_a_webhook_asks_a_plain_web_address(house: House, url: str) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    refused = await change(browser, "webhooks", {"webhooks": [{"code": "crm", "url": url}]})
    assert (refused.status, refused.code) == (422, "request.format")
    assert "password" in refused.body["detail"]


async def test_the_address_of_a_webhook_is_for_those_who_may_change_it(house: House) -> None:
    """Many carry a key. The audit keeps what stands before the `?`."""
    browser = await house.signed_in(Role.SUPERVISOR)
    rule = WebhookRules(webhooks=(Webhook(code="crm", url="https://crm.example/look-up?key=s3cret"),))
    changed = await change(browser, "webhooks", rule)
    assert changed.body["rules"]["webhooks"]["webhooks"][0]["url"].endswith("?key=s3cret")
    agent = await house.signed_in(Role.AGENT, agent_number="1001")
    shown = (await agent.ask("GET", "/api/rules")).body["rules"]["webhooks"]["webhooks"]
    assert [(one["code"], one["url"]) for one in shown] == [("crm", "")]
    async with house.database.look() as session:
        (row,) = [row for row in await list_audit(session) if row.action == "rules.change"]
    assert row.details["after"]["webhooks"][0]["url"] == "https://crm.example/look-up"


async def test_hours_and_holidays_lead_to_another_flow_at_once(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    now = (await browser.ask("GET", "/api/hotlines/now")).body
    first = now["hotlines"][0]
    assert now["calendar_years"] == [2026]
    assert (first["number"], first["flow"], first["is_open"]) == ("95001", "consult-day", True)
    assert (first["why"], first["until"]) == ("schedule", "2026-11-24T21:00:00+08:00")
    short = Schedule(code="day", zh="短", en="Short", holidays=())
    assert (await change(browser, "hours", HoursRules(schedules=(short, OFFICE)))).status == 200
    first = (await browser.ask("GET", "/api/hotlines/now")).body["hotlines"][0]
    assert (first["flow"], first["is_open"], first["until"]) == ("consult-night", False, "2026-11-25T08:00:00+08:00")


async def test_the_self_test_number_never_changes_its_flow_and_a_retired_one_falls_back(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    house.library.put("consult-day", -1, None)
    now = {one["number"]: one for one in (await browser.ask("GET", "/api/hotlines/now")).body["hotlines"]}
    assert (now["95000"]["flow"], now["95000"]["until"]) == ("selftest", None)
    assert (now["95001"]["flow"], now["95001"]["why"]) == ("fallback", "retired")


@pytest.mark.parametrize("name", ["hours", "calendar", "hotlines", "webhooks"])
async def test_a_team_leader_sees_flows_and_changes_no_rule(house: House, name: str) -> None:
    browser = await house.signed_in(Role.TEAM_LEADER)
    assert (await browser.ask("GET", "/api/hotlines/now")).status == 200
    assert (await change(browser, name, {})).status == 403
