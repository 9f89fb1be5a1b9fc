"""The menus as they are shipped, on the real switch: who finds nobody leaves a message that can be heard, who was
served is asked how it was. The other tests' own menus are quicker than anybody wants to hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.library import FLOWS
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice, is_whole, read_wav, share_of
from tests.browser.system import Crew, RunningSystem, live_feed
from tests.browser.test_spine import members_ready, stored
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONELY, SERVED = "13800138051", "13800138052"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSystem]:
    """A system with the shipped menus."""
    async with RunningSystem(tmp_path_factory.mktemp("hl"), timezone="Asia/Shanghai", flows_dir=str(FLOWS)) as running:
        yield running


async def test_who_finds_nobody_leaves_a_message_that_can_be_heard(
    system: RunningSystem, crew: Crew, phones: Phones, voices: dict[str, Voice]
) -> None:
    async with live_feed(crew.supervisor, "calls") as state:
        await phones.caller(dial="95002", number=LONELY, key="1", key_after_s=7, stay_s=16)

        def left() -> list[str]:
            calls = [call for call in state["calls"].values() if call["caller_number"] == LONELY]
            return [call["call_id"] for call in calls if call["messages"]]

        await until(left, 45, "a message was left")
    call = await stored(crew.supervisor, left()[0])
    assert call["notice"]["wording"], "the recording notice was heard, and which one"
    assert [step["words"] for step in call["menu"] if step["outcome"] == "key"] == ["新的投诉"]
    [message] = (await crew.supervisor.ask("GET", "/api/messages?state=new"))["messages"]
    assert (message["box"], message["number"]) == ("complaints", LONELY)
    file = Path(system.data) / "messages" / f"{message['name']}.wav"
    assert is_whole(file)
    assert share_of(await asyncio.to_thread(read_wav, file), voices["caller"]) > 0.5


async def test_who_was_served_is_asked_how_it_was(system: RunningSystem, crew: Crew, phones: Phones) -> None:
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        await phones.agent_phone("1001", ring_s=0.5, talk_s=4)
        await crew.first.ask("PUT", "/api/agents/1001/mode", {"mode": "ready"})
        await members_ready(state, "1001")
        caller = await phones.caller(number=SERVED, key="1", key_after_s=7, stay_s=16)

        def asked() -> list[str]:
            calls = [call for call in state["calls"].values() if call["caller_number"] == SERVED]
            return [call["call_id"] for call in calls for step in call["menu"] if step["node"] == "survey"]

        await until(asked, 40, "he is asked how it was")
    await until(lambda: caller.is_over, 30, "he has hung up")
    call = await stored(crew.supervisor, asked()[0])
    [visit] = call["visits"]
    assert (visit["outcome"], visit["ended_by"], visit["agent_id"]) == ("answered", "agent", "1001")
    assert visit["talk_s"] == pytest.approx(4, abs=1)
    [survey] = {step["words"] for step in call["menu"] if step["node"] == "survey" and step["outcome"] == "entered"}
    assert survey == "service"
