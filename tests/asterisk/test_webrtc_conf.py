"""Browser telephones at the switch's own door: SIP over WebSocket, secrets that come and go, nothing else served."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.encode_hands import REALM
from cti.asterisk.hands import Hands
from cti.domain.commands import DropSecret, GiveSecret
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.talks import hands_of
from tests.waiting import until

USER = "web1001"
NO_SECRET = 500
"""Asterisk: what it says when there is no secret to compare with (res_pjsip_authenticator_digest: no auth object)."""


def digest_of(password: str, user: str = USER) -> str:
    """HA1, which is all that anybody keeps."""
    return hashlib.md5(f"{user}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


class Browser:
    """The SIP half of a page: registers over one WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._call_id = secrets.token_hex(8)
        self._number = 0

    async def register(self, digest: str) -> int:
        """Answer one challenge with `digest`; return the last status."""
        challenge = await self._ask("")
        if not challenge.startswith("SIP/2.0 401"):
            return int(challenge.split()[1])
        said = dict(re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge))
        assert said["realm"] == REALM
        uri, count, ours = "sip:switch.invalid", "00000001", secrets.token_hex(8)
        of_request = hashlib.md5(f"REGISTER:{uri}".encode(), usedforsecurity=False).hexdigest()
        mixed = f"{digest}:{said['nonce']}:{count}:{ours}:auth:{of_request}"
        answer = hashlib.md5(mixed.encode(), usedforsecurity=False).hexdigest()
        reply = await self._ask(
            f'Authorization: Digest username="{USER}",realm="{REALM}",nonce="{said["nonce"]}",uri="{uri}",'
            f'response="{answer}",algorithm=MD5,qop=auth,nc={count},cnonce="{ours}",opaque="{said["opaque"]}"\r\n'
        )
        return int(reply.split()[1])

    async def _ask(self, authorization: str) -> str:
        self._number += 1
        await self._socket.send_str(
            "REGISTER sip:switch.invalid SIP/2.0\r\n"
            f"Via: SIP/2.0/WS page.invalid;branch=z9hG4bK{secrets.token_hex(6)}\r\n"
            f"From: <sip:{USER}@switch.invalid>;tag=page\r\nTo: <sip:{USER}@switch.invalid>\r\n"
            f"Call-ID: {self._call_id}\r\nCSeq: {self._number} REGISTER\r\n"
            f"Contact: <sip:page@page.invalid;transport=ws>;expires=60\r\nMax-Forwards: 70\r\n{authorization}"
            "Content-Length: 0\r\n\r\n"
        )
        return str(await asyncio.wait_for(self._socket.receive_str(), 5))


@pytest.fixture
def hands(switchboard: EmbeddedAsterisk) -> Hands:
    """The second account of `switchboard`."""
    return hands_of(switchboard)


@pytest.fixture
async def http(switchboard: EmbeddedAsterisk) -> AsyncIterator[aiohttp.ClientSession]:
    """Speaks to the switch's HTTP port."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{switchboard.http_port}") as session:
        yield session


async def open_page(http: aiohttp.ClientSession) -> Browser:
    return Browser(await http.ws_connect("/ws", protocols=("sip",)))


async def test_a_digest_registers_until_another_takes_its_place_or_it_is_dropped(
    http: aiohttp.ClientSession, hands: Hands
) -> None:
    page, first, second = await open_page(http), digest_of("first"), digest_of("second")
    await hands.send(DropSecret(endpoint=USER))
    assert await page.register(first) == NO_SECRET
    await hands.send(GiveSecret(endpoint=USER, digest=first))
    assert await page.register(first) == 200
    await hands.send(GiveSecret(endpoint=USER, digest=second))
    assert await page.register(first) == 401, "a new sign-in makes the old page worthless"
    assert await (await open_page(http)).register(second) == 200
    await hands.send(DropSecret(endpoint=USER))
    assert await page.register(second) == NO_SECRET


@pytest.mark.parametrize("has_secret", [False, True])
async def test_who_only_claims_to_be_a_browser_telephone_calls_nobody(
    phones: Phones, hands: Hands, service: AmiSession, has_secret: bool
) -> None:
    await hands.send(DropSecret(endpoint=USER))
    if has_secret:
        await hands.send(GiveSecret(endpoint=USER, digest=digest_of("x")))
    caller = await phones.caller(dial="1002", from_header=f"<sip:{USER}@127.0.0.1>")
    assert await caller.refusal() == (401 if has_secret else NO_SECRET)
    assert not service.seen("Newchannel")


async def test_a_contact_goes_with_its_socket_at_once(
    http: aiohttp.ClientSession, hands: Hands, service: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    await hands.send(GiveSecret(endpoint=USER, digest=digest_of("x")))
    socket = await http.ws_connect("/ws", protocols=("sip",))
    assert await Browser(socket).register(digest_of("x")) == 200
    await service.event("ContactStatus", EndpointName=USER, ContactStatus="NonQualified")
    await socket.close()
    await service.event("ContactStatus", 2.0, EndpointName=USER, ContactStatus="Removed")
    await until(lambda: "Unavailable" in switchboard.console(f"pjsip show endpoint {USER}"))


async def test_a_browser_telephone_has_no_other_way_in(http: aiohttp.ClientSession) -> None:
    for path in ("/", "/httpstatus", "/static/index.html", "/ari/channels", "/rawman", "/manager"):
        async with http.get(path) as reply:
            assert reply.status == 404, path


async def test_the_port_is_open_on_loopback_only(switchboard: EmbeddedAsterisk) -> None:
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", switchboard.http_port), 1)
    assert f"127.0.0.1:{switchboard.http_port}" in switchboard.console("http show status")


async def test_every_module_of_the_list_found_its_symbols(switchboard: EmbeddedAsterisk) -> None:
    said = switchboard.messages.read_text(encoding="utf-8")
    assert "undefined symbol" not in said
    for module in ("res_pjsip_transport_websocket", "res_http_websocket", "res_pjsip_notify", "res_mutestream"):
        assert "1 modules loaded" in switchboard.console(f"module show like {module}.so"), module


async def test_an_endpoint_speaks_what_browsers_speak_and_the_trunks_codecs(switchboard: EmbeddedAsterisk) -> None:
    shown = switchboard.console(f"pjsip show endpoint {USER}")
    values = dict(re.findall(r"^ (\w+) +: (.*)$", shown, re.MULTILINE))
    wanted = {
        "allow": "(alaw|ulaw)",
        "media_encryption": "dtls",
        "ice_support": "true",
        "rtcp_mux": "true",
        "use_avpf": "true",
        "direct_media": "false",
        "context": "from-agents",
        "media_address": "127.0.0.1",
        "bind_rtp_to_media_address": "true",
        "allow_transfer": "false",
    }
    assert {name: values[name] for name in wanted} == wanted
