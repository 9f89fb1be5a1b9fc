"""What goes wrong at a desk: reload, crash, cut network, second page, second machine, a dead service, hostile names.

The customer must not notice, or hear music and be led on.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Playwright, expect

from tests.asterisk.phones import Phones
from tests.browser.calls import Calls, said_for, talk_of
from tests.browser.chromium import speaking_chromium
from tests.browser.desk import Desk, open_desk, sign_in
from tests.browser.system import CARRIER_PORT, Crew, RunningSystem
from tests.browser.tones import CALLER_HZ, FIRST_HZ, SECOND_HZ, seconds_of
from tests.relay import relay_to
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "\u202e<img src=x onerror=alert(1)>'=cmd|'/C calc'!A0"


async def test_a_reload_in_the_middle_takes_the_call_back(calls: Calls, anna: Desk) -> None:
    story = await calls.ring(anna, "13800138101", stay_s=25)
    await anna.answer()
    await anna.press("N")
    await anna.page.keyboard.type("第一句")
    await said_for(2)
    await anna.page.reload()
    await story.is_renewed()
    await anna.call_is("talking", 20_000)
    await story.has("1001")
    await expect(anna.mark("pop-number")).to_contain_text("138 0013 8101")
    await expect(anna.mark("case-text")).to_have_value("第一句")
    await said_for(2)
    await anna.hang_up()
    kept = await story.kept()
    assert kept["end"] == "hung_up"
    last = story.recorded(kept["segments"][-1], "agent")
    assert seconds_of(last, FIRST_HZ) > 1.0, "the agent is heard again after the reload"


async def test_a_browser_that_dies_leaves_the_caller_with_music_and_first_in_the_queue(
    calls: Calls, ben: Desk, playwright: Playwright, system: RunningSystem, crew: Crew, tmp_path: Path
) -> None:
    await crew.second.ask("PUT", "/api/agents/1002/mode", {"mode": "not_ready", "reason": "break"})
    async with speaking_chromium(playwright, tmp_path, FIRST_HZ) as browser:
        desk = await open_desk(browser, system.address, crew.first)
        story = await calls.ring(desk, "13800138102", stay_s=60)
        await desk.answer()
        await said_for(2)
    await until(lambda: story.call["waits_for"] == "1001", 15, "he hears music")
    await ben.be_ready()
    await ben.answer(45_000)
    await story.has("1002")
    await said_for(2)
    await ben.hang_up()
    kept = await story.kept()
    assert talk_of(kept, "1002") > 1.5
    assert {visit["agent_id"] for visit in kept["visits"]} == {"1001", "1002"}
    heard = story.recorded(kept["segments"][-1], "caller")
    assert seconds_of(heard, CALLER_HZ) > 1.0


async def test_a_page_without_network_for_ten_seconds_keeps_its_call(
    calls: Calls, playwright: Playwright, system: RunningSystem, crew: Crew, tmp_path: Path
) -> None:
    port = urlsplit(system.address).port
    assert port
    async with (
        relay_to(port) as wire,
        speaking_chromium(playwright, tmp_path, FIRST_HZ) as browser,
    ):
        desk = await open_desk(browser, f"http://127.0.0.1:{wire.port}", crew.first)
        story = await calls.ring(desk, "13800138103", stay_s=40)
        await desk.answer()
        await said_for(1)
        wire.silent = True
        await said_for(10)
        wire.cut()
        wire.silent = False
        await desk.is_back()
        assert story.call["stage"] == "talking", "nobody has ended it"
        await desk.call_is("talking")
        await desk.hang_up()
    kept = await story.kept()
    assert kept["visits"][0]["ended_by"] == "agent"
    assert talk_of(kept, "1001") > 10


async def test_a_second_tab_says_where_the_telephone_is_and_takes_it_when_asked(
    anna: Desk, system: RunningSystem, crew: Crew
) -> None:
    await anna.have_telephone()
    second = Desk(await anna.page.context.new_page(), crew.first)
    await second.page.goto(f"{system.address}/desk")
    await expect(second.mark("elsewhere")).to_be_visible(timeout=10_000)
    await anna.is_registered()
    await second.mark("use-here").click()
    await second.is_registered()
    await expect(anna.mark("elsewhere")).to_be_visible(timeout=10_000)
    await second.page.close()
    await anna.have_telephone()


async def test_a_second_machine_takes_the_call_over(
    calls: Calls, anna: Desk, playwright: Playwright, system: RunningSystem, crew: Crew, tmp_path: Path
) -> None:
    story = await calls.ring(anna, "13800138105", stay_s=30)
    await anna.answer()
    await said_for(2)
    async with speaking_chromium(playwright, tmp_path, SECOND_HZ) as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 720}, locale="zh-CN")
        await context.grant_permissions(["microphone"], origin=system.address)
        other = Desk(await sign_in(context, system.address, crew.first), crew.first)
        await other.mark("use-here").click()
        await story.is_renewed()
        await other.call_is("talking", 20_000)
        await story.has("1001")
        await said_for(3)
        await other.hang_up()
    kept = await story.kept()
    assert seconds_of(story.recorded(kept["segments"][-1], "agent"), SECOND_HZ) > 1.5
    await anna.have_telephone()


async def test_a_killed_service_in_the_middle_of_a_talk_is_not_noticed(
    calls: Calls, anna: Desk, system: RunningSystem
) -> None:
    story = await calls.ring(anna, "13800138106", stay_s=30)
    await anna.answer()
    await said_for(2)
    os.kill(system.service_pid, signal.SIGKILL)
    await anna.is_back()
    await anna.call_is("talking")
    await said_for(2)
    await anna.hang_up()
    kept = await story.kept()
    assert kept["visits"][0]["agent_id"] == "1001"
    assert talk_of(kept, "1001") > 4


async def test_a_ready_agent_without_telephone_is_taken_out_within_ten_seconds(
    playwright: Playwright, system: RunningSystem, crew: Crew, calls: Calls, tmp_path: Path
) -> None:
    async with speaking_chromium(playwright, tmp_path, FIRST_HZ) as browser:
        desk = await open_desk(browser, system.address, crew.first)
        await desk.be_ready()
    began = asyncio.get_running_loop().time()
    await until(lambda: calls.agent("1001")["reason"] == "phone_away", 10, "taken out of the ring")
    assert asyncio.get_running_loop().time() - began < 10


async def test_a_session_that_is_ended_in_the_middle_leaves_the_call_alone(
    calls: Calls, anna: Desk, crew: Crew
) -> None:
    story = await calls.ring(anna, "13800138108", stay_s=14)
    await anna.answer()
    await said_for(1)
    await anna.page.context.clear_cookies()
    await anna.press("L")
    await said_for(4)
    assert story.call["stage"] == "talking"
    kept = await story.kept()
    assert talk_of(kept, "1001") > 4
    await anna.page.goto(anna.page.url)
    await anna.page.locator("#login").fill(crew.first.login)
    await anna.page.locator("#password").fill(crew.first.password)
    await anna.page.get_by_test_id("sign-in").click()
    await anna.is_registered()


async def test_hostile_names_are_only_ever_text(calls: Calls, anna: Desk, crew: Crew) -> None:
    number = "13800138109"
    # What a caller sends as his name is dropped at the door; what was once typed into a customer's file is shown.
    file = {"name": HOSTILE, "company": HOSTILE, "warnings": [HOSTILE], "note": HOSTILE, "numbers": [number]}
    await crew.first.ask("POST", "/api/customers", file)
    boxes: list[str] = []
    anna.page.on("dialog", lambda box: boxes.append(box.message))
    header = f'"{HOSTILE[1:]}" <sip:{number}@[local_ip]:[local_port]>'
    story = await calls.ring(anna, number, stay_s=8, from_header=header)
    await expect(anna.mark("pop-customer")).to_contain_text(HOSTILE[1:], timeout=15_000)
    assert await anna.page.locator("img").count() == 0
    assert boxes == []
    await anna.answer()
    await anna.hang_up()
    assert (await story.kept())["caller_name"] != HOSTILE[1:]


async def test_a_double_click_on_transfer_passes_the_customer_on_once(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138110", stay_s=14)
    await anna.answer()
    await anna.press("T")
    await expect(anna.mark("target")).to_be_focused()
    await anna.page.keyboard.type("1002")
    await anna.mark("target-go").dblclick()
    await ben.answer()
    await said_for(1)
    await ben.hang_up()
    kept = await story.kept()
    assert kept["transfers"] == ["blind:1002"]


async def allow_calls_out(crew: Crew) -> None:
    """Agents may call numbers that begin with 1."""
    rules = await crew.supervisor.ask("GET", "/api/rules")
    calling = rules["rules"]["calling"] | {"is_on": True, "prefixes": {"agent": ["1"]}}
    await crew.supervisor.ask("PUT", "/api/rules/calling", {"value": calling, "version": rules["versions"]["calling"]})


async def test_forbidden_numbers_are_refused_in_words(anna: Desk, crew: Crew) -> None:
    await allow_calls_out(crew)
    await anna.have_telephone()
    refused = [
        ("+44 1234 567890", 403, "dial.blocked"),
        ("16812345", 403, "dial.blocked"),
        ("02155667788", 403, "dial.prefix"),
        ("abc", 422, "dial.number"),
    ]
    for number, status, code in refused:
        problem = await crew.first.ask("POST", "/api/calls", {"number": number}, status=status)
        assert problem["code"] == code, number


async def test_a_missed_caller_is_called_back_with_one_key(
    calls: Calls, anna: Desk, ben: Desk, crew: Crew, callers: Phones
) -> None:
    number = "13800138111"
    await allow_calls_out(crew)
    await callers.carrier(CARRIER_PORT, talk_s=3, voice="caller")
    await ben.have_telephone()
    story = await calls.ring(ben, number, stay_s=7)
    await until(lambda: story.caller.is_over, 30, "he gave up")
    await anna.have_telephone()
    await expect(anna.mark("missed-caller").filter(has_text="8111")).to_be_visible(timeout=40_000)
    await anna.mark("missed-caller").filter(has_text="8111").get_by_test_id("call-back").click()
    await anna.call_is("talking", 15_000)
    await until(lambda: any(call["direction"] == "out" for call in calls.state.values()), 5)
    await anna.call_is("idle", 15_000)
    await expect(anna.mark("missed-caller").filter(has_text="8111")).to_have_count(0, timeout=40_000)
