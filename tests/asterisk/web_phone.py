"""A telephone in a browser without the browser: SIP over the service's WebSocket, no audio. Only what tests need."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from tests.browser.system import Person
from tests.waiting import until

Grant = dict[str, Any]
_FINGERPRINT = ":".join(["5A"] * 32)


def field(message: str, name: str) -> str:
    """A header's value, empty when it is not there."""
    found = re.search(rf"^{name}: *(.*?)\r$", message, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def status_of(message: str) -> int:
    """The status of an answer, 0 of a request."""
    found = re.match(r"SIP/2\.0 (\d+)", message)
    return int(found[1]) if found else 0


async def grant_for(person: Person, page: str, *, take: bool = False, status: int = 200) -> Grant:
    """Ask for the telephone in the browser."""
    body = {"kind": "browser", "page": page, "take": take}
    return dict(await person.ask("POST", "/api/telephone", body, status=status))


class WebPhone:
    """One page. Answers what rings once `answers` is set."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, page: str) -> None:
        self.page = page
        self.answers = True
        self.heard: list[str] = []
        """Every message of Asterisk, in order."""
        self.call = ""
        """The INVITE that is up."""
        self._socket = socket
        self._numbers = itertools.count(1)

    @property
    def close_code(self) -> int | None:
        """Why the socket ended, None while it is up."""
        return self._socket.close_code

    async def follow(self) -> None:
        """Read until the socket ends, and play the telephone."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                return
            self.heard.append(message.data)
            await self._react(message.data)

    async def _react(self, message: str) -> None:
        method = message.split(" ", 1)[0]
        if method == "INVITE" and self.answers and not self.call:
            await self._socket.send_str(_answer(message, "180 Ringing"))
            await self._socket.send_str(_answer(message, "200 OK", _sdp(message)))
            self.call = message
        elif method in ("BYE", "OPTIONS", "NOTIFY", "CANCEL"):
            self.call = "" if method == "BYE" else self.call
            await self._socket.send_str(_answer(message, "200 OK"))

    async def ask(self, method: str, uri: str, grant: Grant, *, sender: str = "", target: str = "") -> int:
        """Send one request, with credentials when they are asked for. Returns the final status."""
        answer = await self._send(method, uri, grant, sender, target, "")
        if status_of(answer) == 401:
            credentials = _credentials(method, uri, grant, field(answer, "WWW-Authenticate"))
            answer = await self._send(method, uri, grant, sender, target, credentials)
        return status_of(answer)

    async def register(self, grant: Grant) -> int:
        """Register as the grant says. Returns the status."""
        return await self.ask("REGISTER", "sip:hotline", grant)

    async def hang_up(self) -> None:
        """BYE, named as Asterisk named us."""
        call = self.call
        text = _message(
            f"BYE {field(call, 'Contact').strip('<>')} SIP/2.0",
            sender=f"{field(call, 'To')};tag={_TAG}",
            target=field(call, "From"),
            call_id=field(call, "Call-ID"),
            number=f"{next(self._numbers)} BYE",
        )
        await self._socket.send_str(text)
        await until(lambda: any(status_of(one) == 200 and "BYE" in field(one, "CSeq") for one in self.heard))

    async def _send(self, method: str, uri: str, grant: Grant, sender: str, target: str, credentials: str) -> str:
        call_id, number = secrets.token_hex(8), f"{next(self._numbers)} {method}"
        text = _message(
            f"{method} {uri} SIP/2.0",
            sender=sender or f"<{grant['uri']}>;tag={_TAG}",
            target=target or f"<{grant['uri']}>",
            call_id=call_id,
            number=number,
            more=f"Authorization: {credentials}\r\n" if credentials else "",
        )
        await self._socket.send_str(text)

        def final() -> list[str]:
            return [one for one in self.heard if field(one, "Call-ID") == call_id and status_of(one) >= 200]

        await until(lambda: final() or self.close_code, what=f"an answer to {method}")
        assert final(), f"{method} not answered: closed {self.close_code}, heard {self.heard}"
        return final()[0]


_TAG = "t1"


@contextlib.asynccontextmanager
async def web_phone(person: Person, page: str) -> AsyncIterator[WebPhone]:
    """A page's SIP socket through the service."""
    headers = {"Origin": person.address}
    async with person.http.ws_connect(
        f"{person.address}/api/sip?page={page}", protocols=("sip",), headers=headers
    ) as socket:
        phone = WebPhone(socket, page)
        reading = asyncio.create_task(phone.follow())
        try:
            yield phone
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading


def _message(start: str, *, sender: str, target: str, call_id: str, number: str, more: str = "", body: str = "") -> str:
    return (
        f"{start}\r\nVia: SIP/2.0/WS page.invalid;branch=z9hG4bK{secrets.token_hex(6)}\r\nMax-Forwards: 70\r\n"
        f"From: {sender}\r\nTo: {target}\r\nCall-ID: {call_id}\r\nCSeq: {number}\r\n"
        f"Contact: <sip:page@page.invalid;transport=ws>\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}"
    )


def _answer(request: str, status: str, body: str = "") -> str:
    vias = "".join(f"Via: {via}\r\n" for via in re.findall(r"^Via: *(.*?)\r$", request, re.MULTILINE))
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"SIP/2.0 {status}\r\n{vias}From: {field(request, 'From')}\r\nTo: {field(request, 'To')};tag={_TAG}\r\n"
        f"Call-ID: {field(request, 'Call-ID')}\r\nCSeq: {field(request, 'CSeq')}\r\n"
        f"Contact: <sip:page@page.invalid;transport=ws>\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}"
    )


def _sdp(offer: str) -> str:
    """An answer that promises DTLS and never keeps it: the call is up and silent on this side."""
    mid = re.search(r"^a=mid:(\S+)", offer, re.MULTILINE)
    name = mid[1] if mid else "0"
    lines = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"a=group:BUNDLE {name}",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=rtpmap:0 PCMU/8000", f"a=mid:{name}", "a=rtcp-mux",
        "a=ice-ufrag:abcd", f"a=ice-pwd:{'p' * 24}", f"a=fingerprint:sha-256 {_FINGERPRINT}", "a=setup:active",
        "a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host", "a=sendrecv",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _credentials(method: str, uri: str, grant: Grant, challenge: str) -> str:
    def md5(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    nonce, cnonce = given["nonce"], secrets.token_hex(4)
    response = md5(grant["secret"], nonce, "00000001", cnonce, "auth", md5(method, uri))
    return (
        f'Digest username="{grant["user"]}", realm="{grant["realm"]}", nonce="{nonce}", uri="{uri}", '
        f'algorithm=MD5, qop=auth, nc=00000001, cnonce="{cnonce}", response="{response}"'
        + (f', opaque="{given["opaque"]}"' if "opaque" in given else "")
    )
