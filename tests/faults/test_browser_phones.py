"""Telephones in pages on the real switch: who can register, whom nobody can pretend to be, what a dead page costs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.phones import Phones
from tests.asterisk.web_phone import WebPhone, grant_for, web_phone
from tests.browser.conftest import Crew
from tests.browser.system import Person, RunningSystem, live_feed
from tests.browser.test_spine import make_ready
from tests.faults.test_service_killed import is_back
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND, THIRD = "a" * 16, "b" * 16, "c" * 16
UNKNOWN_DIALOG = "<sip:95001@hotline>;tag=nobody"
CUSTOMER = "<sip:13800138000@127.0.0.1>;tag=x"


async def says(
    switch: EmbeddedAsterisk, command: str, text: str, *, is_there: bool = True, limit_s: float = 10
) -> None:
    """Wait until the console shows a text, or shows it no more."""
    deadline = asyncio.get_running_loop().time() + limit_s
    while (text in (shown := await asyncio.to_thread(switch.console, command))) is not is_there:
        assert asyncio.get_running_loop().time() < deadline, f"{command}: {shown}"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(crew: Crew) -> AsyncIterator[Person]:
    """The agent 1001; afterwards no page has her telephone."""
    yield crew.first
    for page in (FIRST, SECOND, THIRD):
        await crew.first.ask("DELETE", f"/api/telephone?page={page}")


async def test_a_page_registers_with_its_grant_and_its_contact_goes_with_its_socket(
    anna: Person, switch: EmbeddedAsterisk
) -> None:
    grant = await grant_for(anna, FIRST)
    async with web_phone(anna, FIRST) as phone:
        assert await phone.register(grant) == 200
        await says(switch, "pjsip show aor web1001", "web1001/sip:")
    await says(switch, "pjsip show aor web1001", "web1001/sip:", is_there=False, limit_s=3)


async def test_the_secret_is_in_no_log(system: RunningSystem, anna: Person, switch: EmbeddedAsterisk) -> None:
    grant = await grant_for(anna, FIRST)
    async with web_phone(anna, FIRST) as phone:
        assert await phone.register(grant) == 200
    of_switch = [one.read_text("utf-8", "replace") for one in switch.messages.parent.glob("*.log")]
    logs = [system.service_log, system.output, *of_switch]
    assert all(logs)
    assert not [log for log in logs if grant["secret"] in log or "Digest username" in log]


async def test_another_page_takes_the_telephone_and_the_old_secret_is_worthless(anna: Person) -> None:
    old = await grant_for(anna, FIRST)
    async with web_phone(anna, FIRST) as first:
        assert await first.register(old) == 200
        await grant_for(anna, SECOND, status=409)
        new = await grant_for(anna, SECOND, take=True)
        await until(lambda: first.close_code == 4001)
        async with web_phone(anna, SECOND) as second:
            assert await second.register(old) == 401
            assert await second.register(new) == 200


async def test_nobody_registers_after_the_telephone_was_given_back(anna: Person, switch: EmbeddedAsterisk) -> None:
    grant = await grant_for(anna, FIRST)
    await anna.ask("DELETE", f"/api/telephone?page={FIRST}")
    await says(switch, "database show ps/auth", "web1001", is_there=False)
    async with web_phone(anna, FIRST) as phone:
        await until(lambda: phone.close_code == 4001)
    again = await grant_for(anna, FIRST)
    async with web_phone(anna, FIRST) as phone:
        assert await phone.register(grant) == 401
        assert await phone.register(again) == 200


async def test_a_page_cannot_call_in_as_a_customer(anna: Person, crew: Crew) -> None:
    grant = await grant_for(anna, FIRST)
    async with live_feed(crew.supervisor, "calls") as state:
        async with web_phone(anna, FIRST) as phone:
            # Pretending to be inside a dialog gets a foreign From past the service; Asterisk knows no such dialog.
            status = await phone.ask("INVITE", "sip:95001@hotline", grant, sender=CUSTOMER, target=UNKNOWN_DIALOG)
            assert status == 481
            with pytest.raises(AssertionError):
                await phone.ask("INVITE", "sip:95001@hotline", grant, sender=CUSTOMER)
            assert phone.close_code == 1008
        assert state["calls"] == {}


async def test_after_a_restart_of_the_service_the_page_registers_with_the_secret_it_has(
    system: RunningSystem, anna: Person
) -> None:
    grant = await grant_for(anna, FIRST)
    died = system.service_pid
    os.kill(died, signal.SIGKILL)
    await is_back(system, died)
    async with web_phone(anna, FIRST) as phone:
        assert await phone.register(grant) == 200


# --- a page that dies in a call -------------------------------------------------------------------------------------


async def talk(phone: WebPhone, anna: Person, grant: dict[str, Any], phones: Phones, state: dict[str, Any]) -> Any:
    """Let a customer reach Anna's page. Returns the customer's telephone."""
    assert await phone.register(grant) == 200
    await make_ready(anna)
    await until(lambda: state["agents"].get("1001", {}).get("member_of"), 10)
    caller = await phones.caller(key="1")
    await until(lambda: state["agents"]["1001"]["phase"] == "talking", 20, "the page answers")
    return caller


async def test_a_page_that_dies_leaves_its_customer_to_music_and_the_reload_takes_him_back(
    anna: Person, crew: Crew, phones: Phones, switch: EmbeddedAsterisk
) -> None:
    grant = await grant_for(anna, FIRST)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        async with web_phone(anna, FIRST) as phone:
            caller = await talk(phone, anna, grant, phones, state)
        call_id = state["agents"]["1001"]["call_id"]
        await until(lambda: state["calls"][call_id]["waits_for"] == "1001", 12, "the customer waits for his agent")
        again = await grant_for(anna, SECOND)
        assert again["call_in_progress"] == call_id
        async with web_phone(anna, SECOND) as phone:
            assert await phone.register(again) == 200
            await anna.ask("POST", f"/api/calls/{call_id}/take-back", {})
            await until(lambda: phone.call, 10, "the page rings")
            await until(lambda: state["agents"]["1001"]["phase"] == "talking", 10)
            assert not caller.is_over
            await phone.hang_up()
        await until(lambda: caller.is_over, 10)


async def test_a_reload_in_mid_call_takes_the_customer_back_at_once(anna: Person, crew: Crew, phones: Phones) -> None:
    grant = await grant_for(anna, FIRST)
    async with live_feed(crew.supervisor, "calls", "agents") as state, web_phone(anna, FIRST) as phone:
        caller = await talk(phone, anna, grant, phones, state)
        call_id = state["agents"]["1001"]["call_id"]
        again = await grant_for(anna, SECOND, take=True)
        assert again["call_in_progress"] == call_id
        await until(lambda: state["calls"][call_id]["waits_for"] == "1001", 3)
        assert not caller.is_over


async def test_a_short_cut_changes_nothing(anna: Person, crew: Crew, phones: Phones) -> None:
    grant = await grant_for(anna, FIRST)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        async with web_phone(anna, FIRST) as phone:
            await talk(phone, anna, grant, phones, state)
            call_id = state["agents"]["1001"]["call_id"]
        await asyncio.sleep(2)  # shorter than the patience of 5 s
        async with web_phone(anna, FIRST) as phone:
            assert await phone.register(grant) == 200
            await asyncio.sleep(6)  # longer than it
            assert state["agents"]["1001"]["phase"] == "talking"
            assert state["calls"][call_id]["waits_for"] is None


async def test_a_page_that_dies_while_it_rings_keeps_the_customer_from_nobody(
    anna: Person, crew: Crew, phones: Phones
) -> None:
    grant = await grant_for(anna, FIRST)
    async with live_feed(crew.supervisor, "calls", "agents") as state:
        async with web_phone(anna, FIRST) as phone:
            phone.answers = False
            assert await phone.register(grant) == 200
            await make_ready(anna)
            await until(lambda: state["agents"].get("1001", {}).get("member_of"), 10)
            await phones.caller(key="1")
            await until(lambda: state["agents"]["1001"]["phase"] == "ringing", 20, "the page rings")
        # Asterisk ends the ringing with the socket: the next agent is rung at once.
        # Asterisk alone would ring on for 15 s.
        await until(lambda: state["agents"]["1001"]["phase"] == "idle", 5)
