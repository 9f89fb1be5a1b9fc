"""The menu on a real Asterisk: real callers press real keys, the service drives them over its real link."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from statistics import median

import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.sounds import PROMPTS, place_prompts
from cti.domain.changes import AgentMode, AgentPhase, AgentView
from cti.domain.ids import AgentId, Device, QueueName
from tests.asterisk.ami import AmiSession, Row
from tests.asterisk.conftest import make_switch, start
from tests.asterisk.menu_service import BRIEF, MenuService, edition_of
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice
from tests.menu_flows import Prompts
from tests.waiting import until

CALLERS_COUNT = 30
ROOMY = SwitchOptions(line_limit=CALLERS_COUNT + 2, queue_limit_s=6, fallback_limit_s=6, ring_s=3, robot_talk_s=3)


def instant(row: Row) -> float:
    """The switch's own instant of an event."""
    return float(row["Timestamp"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A switch with room for many callers, and with the prompts that callers hear."""
    switch = make_switch(tmp_path_factory.mktemp("menu"), ROOMY)
    await start(switch)
    place_prompts(PROMPTS, next(switch.home.rglob("sounds/hotline")))
    yield switch
    await switch.stop()


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk) -> AsyncIterator[MenuService]:
    """The service, connected."""
    running = MenuService(switchboard)
    await running.open()
    yield running
    await running.close()


async def test_key_2_pressed_into_the_prompt_reaches_complaints(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    await phones.agent_phone("1001")
    await watch.sign_in("1001", "complaints")
    caller = await phones.caller(key="2", key_after_s=0.8, stay_s=6)
    joined = await watch.event("QueueCallerJoin", Queue="complaints")
    assert instant(joined) - caller.first("dialled") < 9, "an early key counts: the prompt alone lasts 9 s"
    await watch.event("AgentConnect", Queue="complaints")
    assert house.steps == ["welcome:2:key", "complaints::to_queue"]
    assert not watch.seen("IvrDead")
    assert await caller.wait() == 0
    assert house.menu.endings == {"to_queue": 1}


async def test_the_limit_does_not_cut_a_conversation_that_came_out_of_the_menu(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    await phones.agent_phone("1002")
    await watch.sign_in("1002", "consult")
    caller = await phones.caller(key="1", key_after_s=0.8, stay_s=10)
    connected = await watch.event("AgentConnect", Queue="consult")
    assert await caller.wait() == 0
    hung_up = await watch.event("Hangup", Uniqueid=connected["Uniqueid"])
    assert instant(hung_up) - instant(connected) > 4


async def test_a_caller_who_presses_nothing_is_asked_three_times_and_reaches_consultation(
    phones: Phones, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    house = MenuService(switchboard, edition_of(BRIEF))
    await house.open()
    await phones.caller(stay_s=30)
    await watch.event("QueueDone", 25, Queue="consult", Status="JOINEMPTY")
    assert house.steps == ["welcome::no_input"] * 3 + ["welcome::given_up", "consult::to_queue"]
    assert not watch.seen("IvrDead")
    await house.close()


async def test_a_wrong_key_is_answered_and_the_right_one_taken_from_the_same_breath(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    caller = await phones.caller(key="72", key_after_s=0.8, stay_s=12)
    await watch.event("QueueDone", 20, Queue="complaints", Status="JOINEMPTY")
    assert house.steps[:2] == ["welcome:7:wrong_key", "welcome:2:key"]
    await caller.kill()


async def test_a_caller_who_hangs_up_in_the_menu_leaves_nothing_behind(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    caller = await phones.caller(stay_s=1.5)
    assert await caller.wait() == 0
    await watch.event("Hangup")
    await until(lambda: house.menu.callers_count == 0)
    assert house.menu.endings == {"gone": 1}
    assert house.steps == ["welcome::hung_up"]


async def test_every_key_of_the_selftest_number_leads_to_the_robot(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    await phones.caller(dial="95000", key="1", key_after_s=0.8, stay_s=8)
    connected = await watch.event("AgentConnect", 15, Queue="test")
    assert connected["Interface"] == "PJSIP/robot"


async def test_a_missing_prompt_does_not_end_the_menu_but_leads_to_a_person(
    phones: Phones, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    house = MenuService(switchboard, prompts=Prompts())  # a book of recordings that the switch does not have
    await house.open()
    await phones.caller(stay_s=8)
    await watch.event("QueueDone", 15, Queue="consult", Status="JOINEMPTY")
    assert house.steps == ["welcome::failed", "consult::to_queue"]
    assert not watch.seen("IvrDead")
    await house.close()


async def test_a_caller_is_taken_over_when_the_link_was_cut_for_a_moment(
    phones: Phones, watch: AmiSession, house: MenuService
) -> None:
    await phones.caller(key="22", key_after_s=7, stay_s=12)
    await until(lambda: any("Read" in row["Command"] for row in watch.seen("AGIExecStart")))
    house.link.session.connection.abort("cut by the test")
    await until(lambda: not house.link.is_up)
    # The first 2 ends the question that was running when the link was cut; nobody hears of it, and he is asked again.
    await watch.event("QueueDone", 20, Queue="complaints")
    assert not watch.seen("IvrDead")
    assert house.steps[-2:] == ["welcome:2:key", "complaints::to_queue"]


async def test_membership_follows_the_mode_on_the_real_switch(watch: AmiSession, house: MenuService) -> None:
    def view(mode: AgentMode, member_of: tuple[str, ...] = (), paused_in: tuple[str, ...] = ()) -> AgentView:
        at = datetime.now(UTC)
        return AgentView(
            agent_id=AgentId("1005"),
            name="张三",
            device=Device("PJSIP/1005"),
            mode=mode,
            reason="meal" if mode is AgentMode.NOT_READY else "",
            mode_since=at,
            wrap_up_until=None,
            phase=AgentPhase.IDLE,
            phase_since=at,
            call_id=None,
            device_state=1,
            queues=(QueueName("consult"),),
            member_of=tuple(map(QueueName, member_of)),
            paused_in=tuple(map(QueueName, paused_in)),
            offers_missed_count=0,
        )

    both = ("consult", "fallback")
    house.show(view(AgentMode.READY))
    for queue in both:
        await watch.event("QueueMemberAdded", Queue=queue, Interface="PJSIP/1005", Paused="0", MemberName="1005")
    house.show(view(AgentMode.NOT_READY, both))
    for queue in both:
        await watch.event("QueueMemberPause", Queue=queue, Interface="PJSIP/1005", PausedReason="meal")
    house.show(view(AgentMode.SIGNED_OUT, both, both))
    for queue in both:
        await watch.event("QueueMemberRemoved", Queue=queue, Interface="PJSIP/1005")
    assert house.membership.failed_count == 0


async def test_thirty_callers_within_a_second_all_get_through_the_menu(
    phones: Phones, watch: AmiSession, house: MenuService, voices: dict[str, Voice]
) -> None:
    for number in range(CALLERS_COUNT):
        await phones.caller(number=f"138{number:08d}", key="1", key_after_s=0.8, stay_s=60)
    await until(lambda: len(watch.seen("QueueDone", Queue="consult")) == CALLERS_COUNT, 60)
    entered = {row["Uniqueid"]: instant(row) for row in watch.seen("AsyncAGIStart")}
    left = {row["Uniqueid"]: instant(row) for row in watch.seen("AsyncAGIEnd")}
    in_menu = sorted(left[one] - entered[one] for one in entered)
    spread = max(entered.values()) - min(entered.values())
    sys.stdout.write(f"{CALLERS_COUNT} callers within {spread:.2f} s; in the menu: ")
    sys.stdout.write(f"median {median(in_menu):.2f} s, longest {in_menu[-1]:.2f} s\n")
    assert not watch.seen("IvrDead")
    await until(lambda: house.menu.endings == {"to_queue": CALLERS_COUNT})
    assert house.menu.late_count == 0
