"""A browser dies in a call: the customer is led on once, whoever notices it; what Asterisk would not do is said."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from cti.domain.commands import Command, HangUp, SetVariable
from cti.domain.errors import OutcomeUnknown, SwitchRefused
from cti.domain.events import CallerStranded, Ticked
from cti.domain.ids import AgentId, ChannelId, LinkedId
from cti.domain.lost import CLOSED_S, RESTART_S
from cti.domain.roles import Role
from cti.domain.rulebook import DeskRules
from tests.sip_switch import OTHER_PAGE, PAGE
from tests.waiting import until
from tests.web.house import Answer, Browser, House

WANG = AgentId("1001")
DEAD, CUSTOMER = "PJSIP/web1001-00000009", "PJSIP/trunk-00000008"
LED_ON = [
    SetVariable(channel=CUSTOMER, name="HOTLINE_TAKE_BACK_S", value="20"),
    SetVariable(channel=CUSTOMER, name="HOTLINE_AFTER", value="wait:web1001"),
    HangUp(channel=DEAD),
]


class Page:
    """A page's socket that is up."""

    page = PAGE
    is_silent = False

    def end(self, close_code: int, reason: str) -> None:
        self.ended = (close_code, reason)

    def wind_down(self, *, is_over: bool) -> None:
        self.is_over = is_over


@pytest.fixture
async def watching(house: House) -> AsyncIterator[None]:
    """The loop that leads customers on."""
    task = asyncio.create_task(house.lost.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def wang(house: House) -> Browser:
    """An agent whose page holds the telephone and who talks with a customer on it."""
    browser = await house.signed_in(Role.AGENT, "wang", agent_number="1001")
    await choose(browser, PAGE)
    house.talk_in_browser()
    return browser


async def choose(browser: Browser, page: str, kind: str = "browser") -> Answer:
    return await browser.ask("POST", "/api/telephone", {"kind": kind, "page": page})


async def come_and_go(house: House, page: Page | None = None) -> None:
    async with house.presence.present(WANG, page or Page()):
        pass


def tick(house: House, after_s: float) -> None:
    """Time goes on; the watcher looks."""
    house.clock.advance(after_s)
    house.lost.offer(Ticked(at=house.clock()), [])


async def settled(house: House) -> None:
    """Whatever the watcher had in line is done."""
    await until(lambda: house.lost._waiting.empty())
    await house.audit()


async def audited(house: House, result: str) -> None:
    """The audit log has it."""
    async with asyncio.timeout(5):
        while ("telephone.lost", result) not in await house.audit():  # noqa: ASYNC110 - it is in the database
            await asyncio.sleep(0.01)


# --- a page that is gone --------------------------------------------------------------------------------------------


async def test_five_seconds_after_its_page_the_customer_is_led_on(house: House, wang: Browser, watching: None) -> None:
    await come_and_go(house)
    tick(house, CLOSED_S - 0.1)
    await settled(house)
    assert house.switch.sent == []
    tick(house, 0.1)
    await until(lambda: house.switch.sent == LED_ON)
    await until(lambda: house.lost.counts["led_on"] == 1)
    await audited(house, "asked")


async def test_a_page_that_comes_back_in_time_has_lost_nothing(house: House, wang: Browser, watching: None) -> None:
    await come_and_go(house)
    tick(house, CLOSED_S - 1)
    async with house.presence.present(WANG, Page()):
        tick(house, 60)
        await settled(house)
    assert house.switch.sent == []


async def test_silence_has_more_patience_than_a_closed_socket(house: House, wang: Browser, watching: None) -> None:
    page = Page()
    page.is_silent = True
    await come_and_go(house, page)
    tick(house, CLOSED_S + 1)
    await settled(house)
    assert house.switch.sent == []
    tick(house, CLOSED_S)
    await until(lambda: house.switch.sent == LED_ON)


async def test_after_a_restart_pages_have_longer_to_come_back(house: House, wang: Browser, watching: None) -> None:
    tick(house, RESTART_S - 1)
    await settled(house)
    assert house.switch.sent == []
    tick(house, 1)
    await until(lambda: house.switch.sent == LED_ON)


async def test_it_is_asked_once_however_often_it_is_looked(house: House, wang: Browser, watching: None) -> None:
    await come_and_go(house)
    for _ in range(5):
        tick(house, CLOSED_S)
    await until(lambda: len(house.switch.sent) >= 3)
    await settled(house)
    assert house.switch.sent == LED_ON


async def test_the_rule_queue_sends_the_customer_to_the_queue_at_once(
    house: House, wang: Browser, watching: None
) -> None:
    house.desk_rules = DeskRules(lost_browser="queue")
    await come_and_go(house)
    tick(house, CLOSED_S)
    await until(lambda: len(house.switch.sent) == 3)
    assert house.switch.sent[1] == SetVariable(channel=CUSTOMER, name="HOTLINE_AFTER", value="queue")


async def test_a_call_on_the_desk_telephone_needs_no_page(house: House, watching: None) -> None:
    await house.signed_in(Role.AGENT, "wang", agent_number="1001")
    house.talk("PJSIP/1001-00000009")
    tick(house, RESTART_S * 10)
    await settled(house)
    assert house.switch.sent == []


async def test_a_colleague_is_simply_hung_up(house: House, watching: None) -> None:
    await choose(await house.signed_in(Role.AGENT, "wang", agent_number="1001"), PAGE)
    await house.signed_in(Role.AGENT, "li", agent_number="1002")
    house.talk(DEAD, other="PJSIP/1002-00000008")
    await come_and_go(house)
    tick(house, CLOSED_S)
    await until(lambda: house.switch.sent == [HangUp(channel=DEAD)])
    await until(lambda: house.lost.counts["ended"] == 1)


# --- what Asterisk would not do -------------------------------------------------------------------------------------


async def test_what_never_left_is_asked_again_from_the_beginning(house: House, wang: Browser, watching: None) -> None:
    house.switch.is_up = False
    await come_and_go(house)
    tick(house, CLOSED_S)
    await until(lambda: house.lost.counts["switch.away"] == 1)
    await settled(house)
    house.switch.is_up = True
    tick(house, 1)
    await until(lambda: house.switch.sent == LED_ON)


@pytest.mark.parametrize(
    ("kind", "failure"),
    [(HangUp, OutcomeUnknown("late")), (HangUp, SwitchRefused("no")), (SetVariable, SwitchRefused("no such channel"))],
)
async def test_what_may_have_happened_is_said_and_not_repeated(
    house: House, wang: Browser, watching: None, kind: type[Command], failure: OutcomeUnknown | SwitchRefused
) -> None:
    house.switch.refuse(kind, failure)
    await come_and_go(house)
    tick(house, CLOSED_S)
    await until(lambda: house.lost.counts["failed"])
    tick(house, CLOSED_S)
    await settled(house)
    assert house.switch.sent == LED_ON
    assert house.lost.counts[failure.code] == 1
    assert (house.lost.counts["led_on"], house.lost.counts["failed"]) == (0, 1)
    await audited(house, failure.code)


# --- a page that takes over -----------------------------------------------------------------------------------------


async def test_a_reload_takes_the_call_back(house: House, wang: Browser) -> None:
    answer = await choose(wang, OTHER_PAGE)
    assert house.switch.sent == LED_ON
    assert answer.body["call_in_progress"] == "hx-2.2"
    assert answer.body["user"] == "web1001"


async def test_with_the_rule_queue_there_is_nothing_to_take_back(house: House, wang: Browser) -> None:
    house.desk_rules = DeskRules(lost_browser="queue")
    assert (await choose(wang, OTHER_PAGE)).body["call_in_progress"] == ""
    assert len(house.switch.sent) == 3


async def test_a_page_that_has_the_call_keeps_it(house: House, wang: Browser) -> None:
    assert (await choose(wang, PAGE)).body["call_in_progress"] == ""
    assert house.switch.sent == []


async def test_who_goes_over_to_the_desk_telephone_takes_it_back_there(house: House, wang: Browser) -> None:
    answer = await choose(wang, PAGE, "desk")
    assert house.switch.sent == LED_ON
    assert (answer.body["kind"], answer.body["call_in_progress"]) == ("desk", "hx-2.2")


async def test_what_asterisk_would_not_do_cannot_be_taken_back(house: House, wang: Browser) -> None:
    house.switch.refuse(HangUp, OutcomeUnknown("late"))
    answer = await choose(wang, OTHER_PAGE)
    assert (answer.status, answer.body["call_in_progress"]) == (200, "")


async def test_a_customer_who_waits_already_is_told_to_the_page_that_comes(house: House, wang: Browser) -> None:
    call_id = next(iter(house.line.floor.calls))
    stranded = CallerStranded(
        at=house.clock() + timedelta(seconds=1),
        channel_id=ChannelId(call_id),
        linked_id=LinkedId(call_id),
        channel=CUSTOMER,
        agent_id=WANG,
    )
    await come_and_go(house)
    house.line.submit(stranded)
    house.lost._asked.add(DEAD)
    assert house.line.floor.calls[call_id].waits_for == WANG
    assert (await choose(wang, OTHER_PAGE)).body["call_in_progress"] == call_id


async def test_taking_and_looking_at_once_lead_the_customer_on_once(
    house: House, wang: Browser, watching: None
) -> None:
    await come_and_go(house)
    tick(house, CLOSED_S)
    await choose(wang, OTHER_PAGE)
    await settled(house)
    await until(lambda: len(house.switch.sent) >= 3)
    assert house.switch.sent == LED_ON
