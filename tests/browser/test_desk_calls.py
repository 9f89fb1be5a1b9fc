"""The desk in real browsers: ring, pop, talk, hold, pass on. What was said, seen, kept and recorded is one story.

The caller speaks at 1000 Hz, the first agent at 440 Hz, the second at 620 Hz: whoever is in a recording is found in it.
"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.calls import Calls, Entity, Story, said_for, talk_of
from tests.browser.desk import Desk
from tests.browser.system import Crew
from tests.browser.tones import CALLER_HZ, FIRST_HZ, SECOND_HZ, seconds_of, share_at
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_call_is_answered_noted_and_closed_without_the_mouse(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138001", stay_s=12)
    pop = anna.mark("pop")
    await expect(pop).to_be_visible(timeout=15_000)
    await expect(anna.mark("pop-number")).to_contain_text("138 0013 8001")
    await expect(ben.mark("pop")).to_have_count(0)
    await anna.answer()
    await anna.press("N")
    await anna.page.keyboard.type("手柄断了，要求换货")
    await said_for(3)
    await anna.page.keyboard.press("Control+Enter")
    await expect(anna.mark("saved-number").first).to_contain_text("T20", timeout=15_000)
    await anna.hang_up()
    await anna.mode_is("wrap_up")
    await anna.press("R")
    await anna.mode_is("ready")
    kept = await story.kept()
    (visit,) = kept["visits"]
    assert (visit["queue"], visit["outcome"], visit["agent_id"]) == ("complaints", "answered", "1001")
    assert visit["ended_by"] == "agent"
    (segment,) = kept["segments"]
    assert share_at(story.recorded(segment, "caller"), CALLER_HZ, from_s=1.0) > 0.9
    assert share_at(story.recorded(segment, "agent"), FIRST_HZ, from_s=1.0) > 0.9
    assert share_at(story.recorded(segment, "caller"), FIRST_HZ, from_s=1.0) < 0.05
    page = await calls_ticket(story, anna)
    assert page["procedure"] == "complaint"
    assert story.call_id in page["call_ids"]


async def calls_ticket(story: Story, desk: Desk) -> Entity:
    """The newest ticket, as its agent reads it."""
    found = await desk.person.ask("GET", "/api/tickets?by=me")
    return dict(await desk.person.ask("GET", f"/api/tickets/{found['tickets'][0]['ticket_id']}"))


async def test_on_hold_the_caller_hears_music_and_the_agent_is_not_heard(calls: Calls, anna: Desk) -> None:
    story = await calls.ring(anna, "13800138002", stay_s=13)
    await anna.answer()
    await story.has("1001")
    await said_for(2)
    await anna.press("H")
    await anna.call_is("held")
    await until(lambda: story.call["stage"] == "held", 5)
    await said_for(3)
    await anna.press("H")
    await anna.call_is("talking")
    await said_for(2)
    await anna.hang_up()
    kept = await story.kept()
    (visit,) = kept["visits"]
    assert visit["hold_s"] == pytest.approx(3.0, abs=1.0)
    (segment,) = kept["segments"]
    assert seconds_of(story.recorded(segment, "agent"), FIRST_HZ) == pytest.approx(visit["talk_s"], abs=1.0)


async def test_a_blind_transfer_takes_pop_and_draft_along(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138003", stay_s=16)
    await anna.answer()
    await anna.press("N")
    await anna.page.keyboard.type("等待转接")
    await said_for(2)
    await anna.send_to("1002", by="transfer")
    await ben.call_is("ringing", 10_000)
    await anna.call_is("idle")
    await expect(ben.mark("case-text")).to_have_value("等待转接", timeout=15_000)
    await ben.answer()
    await story.has("1002")
    await said_for(3)
    await ben.hang_up()
    kept = await story.kept()
    assert kept["transfers"] == ["blind:1002"]
    assert talk_of(kept, "1001") == pytest.approx(2.5, abs=1.5)
    assert talk_of(kept, "1002") == pytest.approx(3.2, abs=1.0)
    assert len(kept["segments"]) == 2
    assert share_at(story.recorded(kept["segments"][1], "agent"), SECOND_HZ, from_s=1.0) > 0.9


async def test_a_consultation_ends_with_the_customer_at_the_colleague(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138004", stay_s=20)
    await anna.answer()
    await said_for(2)
    await anna.send_to("1002", by="consult")
    await ben.answer()
    await anna.consult_is("talking")
    await said_for(2)
    await anna.press("G")
    await anna.call_is("idle")
    await expect(ben.mark("pop")).to_be_visible(timeout=15_000)
    await said_for(3)
    await ben.hang_up()
    kept = await story.kept()
    assert kept["transfers"] == ["attended:1002"]
    assert kept["visits"][0]["ended_by"] == "transfer"
    last = kept["segments"][-1]
    assert seconds_of(story.recorded(last, "agent"), SECOND_HZ) > 1.5, "the second agent's voice is recorded"


async def test_a_consultation_is_broken_off_and_the_agent_is_back(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138005", stay_s=15)
    await anna.answer()
    await said_for(1)
    await anna.send_to("1002", by="consult")
    await expect(anna.mark("consult")).to_be_visible(timeout=15_000)
    await ben.call_is("ringing", 8_000)
    await anna.press("B")
    await expect(anna.mark("consult")).to_have_count(0, timeout=15_000)
    await ben.call_is("idle")
    await story.has("1001")
    await said_for(2)
    await anna.hang_up()
    kept = await story.kept()
    assert kept["transfers"] == []
    assert kept["visits"][0]["ended_by"] == "agent"
    assert talk_of(kept, "1002") == 0


async def test_three_talk_together(calls: Calls, anna: Desk, ben: Desk) -> None:
    story = await calls.ring(anna, "13800138006", stay_s=20)
    await anna.answer()
    await said_for(1)
    await anna.send_to("1002", by="consult")
    await ben.answer()
    await anna.consult_is("talking")
    await anna.press("V")
    await anna.consult_is("conference")
    await said_for(4)
    await anna.hang_up()
    await story.has("1002")
    await said_for(1)
    await ben.hang_up()
    kept = await story.kept()
    both = [
        min(share_at(heard, hz, from_s=start / 2, length_s=0.5) for hz in (FIRST_HZ, SECOND_HZ))
        for heard in (story.recorded(segment, "agent") for segment in kept["segments"])
        for start in range(int(len(heard) / 4000))
    ]
    assert sum(share > 0.1 for share in both) / 2 > 2, "for some seconds the caller hears both agents"


async def test_a_transfer_to_nobody_is_refused_in_words_and_the_call_goes_on(calls: Calls, anna: Desk) -> None:
    story = await calls.ring(anna, "13800138007", stay_s=9)
    await anna.answer()
    await anna.send_to("1059", by="transfer")
    await expect(anna.page.locator(".el-message--error, [data-test=refused]").first).to_be_visible(timeout=15_000)
    await anna.page.keyboard.press("Escape")
    assert story.call["stage"] == "talking"
    await anna.hang_up()
    await story.kept()


async def test_a_paused_recording_holds_silence_and_goes_on_by_itself(calls: Calls, anna: Desk, crew: Crew) -> None:
    rules = await crew.supervisor.ask("GET", "/api/rules")
    value = rules["rules"]["desk"] | {"recording_pause_s": 10}
    await crew.supervisor.ask("PUT", "/api/rules/desk", {"value": value, "version": rules["versions"]["desk"]})
    story = await calls.ring(anna, "13800138008", stay_s=25)
    await anna.answer()
    await said_for(2)
    await anna.press("P")
    await expect(anna.mark("desk-recording")).to_have_attribute("aria-pressed", "true", timeout=15_000)
    await until(lambda: story.call["recording_paused_at"], 5)
    await until(lambda: not story.call["recording_paused_at"], 15, "it goes on by itself")
    await said_for(2)
    await anna.hang_up()
    kept = await story.kept()
    heard = story.recorded(kept["segments"][0], "caller")
    assert len(heard) / 8000 - seconds_of(heard, CALLER_HZ) == pytest.approx(10, abs=2.5)


async def test_a_test_call_rings_the_desk_and_can_be_talked_to(calls: Calls, anna: Desk, ben: Desk, crew: Crew) -> None:
    await calls.only(anna)
    await crew.supervisor.ask("POST", "/api/test-calls", {"key": "1", "answered_by": "real"})
    await expect(anna.mark("pop")).to_be_visible(timeout=30_000)
    await anna.answer()
    await said_for(2)
    await anna.hang_up()
