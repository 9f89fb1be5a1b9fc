"""The telephone in the page: who gets through to Asterisk, what passes, what ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSMsgType

from cti.domain.events import Ticked
from cti.domain.ids import AgentId
from cti.domain.lost import CLOSED_S, SILENT_S
from cti.domain.roles import Role
from cti.store.work import Database
from cti.web.sip_socket import SipOptions
from tests.sip_switch import INSIDE, OK, OTHER_PAGE, PAGE, SipSwitch, sip
from tests.waiting import until
from tests.web.house import Browser, House, opened

WANG = AgentId("1001")
HASTY = SipOptions(
    heartbeat_s=20, connect_limit_s=1, send_limit_s=0.5, close_limit_s=0.5, messages_per_s=1, messages_burst=10
)


@pytest.fixture
async def switch() -> AsyncIterator[SipSwitch]:
    async with SipSwitch.running() as switch:
        yield switch


@pytest.fixture
async def house(database: Database, tmp_path: Path, switch: SipSwitch) -> AsyncIterator[House]:
    async with opened(database, tmp_path, switch_socket=lambda: switch.url, sip_options=HASTY) as house:
        yield house


@pytest.fixture
async def wang(house: House) -> Browser:
    """An agent whose page holds the telephone."""
    browser = await house.signed_in(Role.AGENT, "wang", agent_number="1001")
    await hold(browser)
    return browser


async def hold(browser: Browser, page: str = PAGE, *, take: bool = False, kind: str = "browser") -> Any:
    return (await browser.ask("POST", "/api/telephone", {"kind": kind, "page": page, "take": take})).body


def line(browser: Browser, page: str = PAGE, **more: Any) -> Any:
    """The SIP socket: `async with line(browser) as socket`."""
    given: dict[str, Any] = {"protocols": ("sip",), "headers": browser.headers()} | more
    return browser.http.ws_connect(f"{browser.address}/api/sip?page={page}", **given)


async def test_an_agent_cannot_use_up_the_switchs_sockets(house: House, wang: Browser, switch: SipSwitch) -> None:
    for _ in range(house.web.sip.options.sockets_a_minute):
        async with line(wang, OTHER_PAGE):
            pass
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with line(wang):
            pass
    assert refused.value.status == 429
    li = await house.signed_in(Role.AGENT, "li", agent_number="1002")
    await hold(li)
    async with line(li):
        await until(lambda: switch.lines)
    house.clock.advance(61)
    async with line(wang):
        pass


async def closing(socket: Any) -> tuple[int, str]:
    """Read until the end. Returns close code and reason."""
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.CLOSE:
                return int(message.data), str(message.extra)
            if message.type in (WSMsgType.CLOSED, WSMsgType.CLOSING):
                return int(socket.close_code or 0), ""


# --- the door -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://evil.example", "", "null"])
async def test_a_foreign_page_gets_no_line(house: House, wang: Browser, origin: str) -> None:
    wang.origin = origin
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await line(wang)
    assert refused.value.status == 403


async def test_a_socket_that_does_not_speak_sip_is_refused(wang: Browser) -> None:
    for protocols in ((), ("chat",)):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await line(wang, protocols=protocols)
        assert refused.value.status == 400


async def test_a_page_that_does_not_hold_it_is_told_where_it_is(house: House, wang: Browser, switch: SipSwitch) -> None:
    async with line(wang, OTHER_PAGE) as socket:
        assert await closing(socket) == (4001, "telephone.elsewhere")
    assert switch.protocols == []


async def test_another_agents_page_is_not_his(house: House, wang: Browser) -> None:
    li = await house.signed_in(Role.AGENT, "li", agent_number="1002")
    async with line(li) as socket:
        assert (await closing(socket))[0] == 4001


async def test_an_agent_without_a_number_has_no_line(house: House) -> None:
    chief = await house.signed_in(Role.SUPERVISOR)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await line(chief)
    assert refused.value.status == 403


# --- passing --------------------------------------------------------------------------------------------------------


async def test_messages_pass_in_both_directions_as_they_are(wang: Browser, switch: SipSwitch) -> None:
    async with line(wang) as socket:
        assert socket.protocol == "sip"
        await socket.send_str(sip("REGISTER"))
        await until(lambda: switch.heard)
        assert (switch.heard, switch.protocols) == ([sip("REGISTER")], ["sip"])
        await switch.say(OK)
        assert (await socket.receive(5)).data == OK


async def test_the_line_of_asterisk_ends_with_the_pages(wang: Browser, switch: SipSwitch) -> None:
    async with line(wang):
        await until(lambda: switch.lines)
    await until(lambda: not switch.lines, what="the contact is gone when the socket is")


async def test_a_switch_that_is_away_is_tried_again_later(house: House, wang: Browser, switch: SipSwitch) -> None:
    async with line(wang) as socket:
        await until(lambda: switch.lines)
        await switch.hang_up_all()
        assert await closing(socket) == (1013, "switch.away")
    house.web.sip._switch_url = lambda: "ws://127.0.0.1:1/ws"
    async with line(wang) as socket:
        assert await closing(socket) == (1013, "switch.away")
    house.web.sip._switch_url = lambda: ""
    async with line(wang) as socket:
        assert (await closing(socket))[0] == 1013
    house.web.sip._switch_url = lambda: switch.url
    async with line(wang):
        await until(lambda: switch.lines)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (sip("INVITE", user="13800138000"), "from"),
        (sip("REGISTER", user="web1002"), "from"),
        (sip("REFER"), "method"),
        (sip() + sip("INVITE", user="trunk"), "parts"),
        (sip().replace("\r\n", "\n"), "broken"),
        ("\x00", "broken"),
        ("", "broken"),
    ],
)
async def test_a_message_that_may_not_pass_ends_the_line(
    house: House, wang: Browser, switch: SipSwitch, message: str, code: str
) -> None:
    async with line(wang) as socket:
        await until(lambda: switch.lines)
        await socket.send_str(message)
        assert await closing(socket) == (1008, f"sip.{code}")
    assert switch.heard == []
    assert house.web.sip.counts[code] == 1
    assert (await house.audit())[-1] == ("telephone.message", f"sip.{code}")


async def test_bytes_are_refused(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        await socket.send_bytes(sip().encode())
        assert await closing(socket) == (1008, "sip.binary")


async def test_a_message_beyond_the_limit_ends_the_line(wang: Browser, switch: SipSwitch) -> None:
    async with line(wang) as socket:
        await socket.send_str(sip(body="x" * 17_000))
        assert (await closing(socket))[0] == 1009
    assert switch.heard == []


async def test_more_messages_than_a_telephone_sends_end_the_line(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        for _ in range(12):
            with contextlib.suppress(ConnectionError):
                await socket.send_str(sip())
        assert await closing(socket) == (1008, "sip.rate")


async def test_the_same_refusal_again_is_counted_and_not_audited_again(house: House, wang: Browser) -> None:
    for _ in range(3):
        async with line(wang) as socket:
            await socket.send_str("x")
            await closing(socket)
    assert house.web.sip.counts["broken"] == 3
    assert (await house.audit()).count(("telephone.message", "sip.broken")) == 1


async def test_what_was_refused_is_on_the_metrics_page(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        await socket.send_str("x")
        await closing(socket)
    text = str((await wang.ask("GET", "/metrics")).body)
    assert 'hotline_refused_total{what="sip.broken"} 1.0' in text
    assert 'hotline_gauge{code="sip.sockets",unit="count"} 0.0' in text


# --- two pages ------------------------------------------------------------------------------------------------------


async def test_a_second_page_is_refused_until_it_takes_the_telephone(house: House, wang: Browser) -> None:
    async with line(wang) as first:
        await until(lambda: house.web.sip.sockets)
        assert (await hold(wang, OTHER_PAGE))["code"] == "telephone.elsewhere"
        grant = await hold(wang, OTHER_PAGE, take=True)
        assert grant["user"] == "web1001"
        assert await closing(first) == (4001, "telephone.elsewhere")
    async with line(wang, OTHER_PAGE), line(wang, PAGE) as back:
        assert await closing(back) == (4001, "telephone.elsewhere")


async def test_a_second_machine_takes_it_with_a_session_of_its_own(house: House, wang: Browser) -> None:
    elsewhere = house.browser()
    await elsewhere.sign_in("wang")
    async with line(wang) as first:
        await until(lambda: house.web.sip.sockets)
        assert (await hold(elsewhere, OTHER_PAGE))["code"] == "telephone.elsewhere"
        await hold(elsewhere, OTHER_PAGE, take=True)
        assert (await closing(first))[0] == 4001
    await wang.ask("DELETE", "/api/session")
    async with line(elsewhere, OTHER_PAGE):
        await until(lambda: house.web.sip.sockets)


async def test_a_page_whose_socket_is_gone_needs_not_be_taken_from(house: House, wang: Browser) -> None:
    async with line(wang):
        await until(lambda: house.web.sip.sockets)
    await until(lambda: not house.web.sip.sockets)
    assert (await hold(wang, OTHER_PAGE))["user"] == "web1001"


async def test_the_same_page_asks_again_and_keeps_its_line(house: House, wang: Browser, switch: SipSwitch) -> None:
    async with line(wang) as socket:
        await until(lambda: switch.lines)
        assert (await hold(wang))["secret"]
        await socket.send_str(sip())
        await until(lambda: switch.heard)


async def test_the_same_page_comes_back_before_its_old_socket_is_known_dead(house: House, wang: Browser) -> None:
    async with line(wang) as old:
        await until(lambda: house.web.sip.sockets)
        async with line(wang) as new:
            assert await closing(old) == (1000, "replaced")
            assert house.presence.absence_of(WANG) is None
            await new.send_str(sip())


async def test_choosing_the_desk_telephone_elsewhere_ends_the_line(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        await until(lambda: house.web.sip.sockets)
        await hold(wang, OTHER_PAGE, kind="desk")
        assert (await closing(socket))[0] == 4001


# --- sessions -------------------------------------------------------------------------------------------------------


async def test_signing_out_ends_the_line_at_once(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        await until(lambda: house.web.sip.sockets)
        await wang.ask("DELETE", "/api/session")
        assert await closing(socket) == (1008, "session.over")


async def test_who_signs_out_in_a_call_leaves_the_customer_to_somebody_else(house: House, wang: Browser) -> None:
    house.talk_in_browser()
    async with line(wang) as socket:
        await until(lambda: house.web.sip.sockets)
        await wang.ask("DELETE", "/api/session")
        assert await closing(socket) == (1008, "session.over")
    await until(lambda: not house.web.sip.sockets)
    house.clock.advance(CLOSED_S)
    house.lost.offer(Ticked(at=house.clock()), [])
    assert await house.lost.lose(WANG) is None  # it is in hand already
    assert house.lost._waiting.qsize() == 1


async def test_a_session_that_expires_without_a_call_ends_the_line(house: House, wang: Browser) -> None:
    async with line(wang) as socket:
        await until(lambda: house.web.sip.sockets)
        house.clock.advance(house.web.sessions.options.absolute_s + 1)
        await house.web.sip.sweep()
        assert await closing(socket) == (1008, "session.over")


async def test_a_call_goes_on_when_the_session_expires_and_nothing_new_begins(
    house: House, wang: Browser, switch: SipSwitch
) -> None:
    house.talk_in_browser()
    async with line(wang) as socket:
        await until(lambda: switch.lines)
        house.clock.advance(house.web.sessions.options.absolute_s + 1)
        await house.web.sip.sweep()
        for message in (sip("REGISTER"), sip("INVITE", target=INSIDE), sip("BYE", target=INSIDE)):
            await socket.send_str(message)
        await until(lambda: len(switch.heard) == 3)
        await socket.send_str(sip("INVITE"))
        assert await closing(socket) == (1008, "sip.session")
    assert len(switch.heard) == 3


async def test_who_signs_in_anew_in_the_same_page_may_begin_again(
    house: House, wang: Browser, switch: SipSwitch
) -> None:
    house.talk_in_browser()
    async with line(wang) as socket:
        await until(lambda: switch.lines)
        house.clock.advance(house.web.sessions.options.absolute_s + 1)
        await house.web.sip.sweep()
        assert (await wang.sign_in("wang")).status == 200
        grant = await hold(wang)
        assert (grant["user"], grant["call_in_progress"]) == ("web1001", "")
        await socket.send_str(sip("INVITE"))
        await until(lambda: switch.heard)
        await house.web.sip.sweep()
        await socket.send_str(sip("REGISTER"))
        await until(lambda: len(switch.heard) == 2)


async def test_the_line_ends_with_the_call_that_kept_it(house: House, wang: Browser) -> None:
    house.talk_in_browser()
    async with line(wang) as socket:
        await until(lambda: house.web.sip.sockets)
        house.clock.advance(house.web.sessions.options.absolute_s + 1)
        await house.web.sip.sweep()
        house.hang_up_all()
        await house.web.sip.sweep()
        assert await closing(socket) == (1008, "session.over")


async def test_a_service_that_goes_says_so(database: Database, tmp_path: Path, switch: SipSwitch) -> None:
    async with opened(database, tmp_path, switch_socket=lambda: switch.url, sip_options=HASTY) as house:
        browser = await house.signed_in(Role.AGENT, "wang", agent_number="1001")
        await hold(browser)
        async with line(browser) as socket:
            await until(lambda: house.web.sip.sockets)
            await house.web.stop()
            assert await closing(socket) == (1001, "shutdown")


# --- who is there ---------------------------------------------------------------------------------------------------


async def test_a_page_that_closes_its_socket_is_absent_from_then_on(house: House, wang: Browser) -> None:
    async with line(wang):
        await until(lambda: house.presence.absence_of(WANG) is None)
    await until(lambda: house.presence.absence_of(WANG))
    absence = house.presence.absence_of(WANG)
    assert absence is not None
    assert (absence.since, absence.patience_s) == (house.clock(), CLOSED_S)


async def test_a_browser_that_is_killed_is_noticed_by_its_closed_connection(house: House, wang: Browser) -> None:
    socket = await line(wang)
    await until(lambda: house.web.sip.sockets)
    socket._response.connection.transport.abort()
    await until(lambda: not house.web.sip.sockets)
    absence = house.presence.absence_of(WANG)
    assert absence is not None
    assert absence.patience_s == CLOSED_S


async def test_a_browser_that_falls_silent_is_noticed_by_its_missing_answers(
    database: Database, tmp_path: Path, switch: SipSwitch
) -> None:
    options = msgspec.structs.replace(HASTY, heartbeat_s=0.1)
    async with opened(database, tmp_path, switch_socket=lambda: switch.url, sip_options=options) as house:
        browser = await house.signed_in(Role.AGENT, "wang", agent_number="1001")
        await hold(browser)
        async with line(browser, autoping=False):  # never answers a ping
            await until(lambda: house.web.sip.sockets)
            await until(lambda: not house.web.sip.sockets, what="silence noticed")
        absence = house.presence.absence_of(WANG)
        assert absence is not None
        assert absence.patience_s == SILENT_S
