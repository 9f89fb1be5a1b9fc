"""Edge to systems outside that flows may ask: one POST, a time limit, and nothing believed that is not plain."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import aiohttp
import msgspec

from cti.domain.errors import DomainError
from cti.domain.rulebook import WebhookRules

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
"""Of an answer; a few short values need no more."""
_PLAIN = re.compile(r"[\w .:+/-]{1,40}")
"""Digits, dates, times, names, short words: whatever else stands in an answer is never said to a caller."""


class WebhookFailed(DomainError):
    """It did not answer in time, or not with what was asked for."""

    code = "webhook.failed"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with one webhook since the service started."""

    count: int
    reason: str
    """Of the last time."""
    at: datetime


class _Odd(Exception):
    """An answer that is not what was asked for."""


class Webhooks:
    """Asks them. `secret`: requests are signed with it when there is one."""

    def __init__(self, *, rules: Callable[[], WebhookRules], secret: str, clock: Callable[[], datetime]) -> None:
        self.troubles: dict[str, Trouble] = {}
        """Webhook -> what went wrong; who answers well again is no trouble any more."""
        self._rules = rules
        self._secret = secret.encode()
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self, code: str, question: Mapping[str, Any], takes: Sequence[str], limit_s: float
    ) -> dict[str, str] | None:
        """POST the question as JSON. Returns those of the fields `takes` that the answer has; None for a 404.

        Raises: WebhookFailed.
        """
        try:
            found = await self._ask(self._url(code), msgspec.json.encode(question), takes, limit_s)
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError, RecursionError, _Odd) as failed:
            reason = _reason(failed, limit_s)
            known = self.troubles.get(code)
            self.troubles[code] = Trouble(count=known.count + 1 if known else 1, reason=reason, at=self._clock())
            log.warning("a webhook failed", extra={"webhook": code, "why": reason})
            raise WebhookFailed(f"webhook {code}: {reason}", webhook=code) from failed
        self.troubles.pop(code, None)
        return found

    async def aclose(self) -> None:
        """Close what is open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _url(self, code: str) -> str:
        found = next((hook for hook in self._rules().webhooks if hook.code == code and hook.is_active), None)
        if found is None:
            raise _Odd("there is no such webhook, or it is switched off")
        return found.url

    async def _ask(self, url: str, body: bytes, takes: Sequence[str], limit_s: float) -> dict[str, str] | None:
        if self._session is None:
            # Compressed answers are not unpacked: a small one could become a huge one.
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        asked = self._session.post(
            url,
            data=body,
            headers=self._headers(body),
            timeout=aiohttp.ClientTimeout(total=limit_s),
            allow_redirects=False,
        )
        async with asked as response:
            if response.status == 404:
                return None
            if response.status != 200:
                raise _Odd(f"it answered {response.status}")
            return plain_fields(await _read(response.content), takes)

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        if self._secret:
            at = str(int(self._clock().timestamp()))
            signed = hmac.new(self._secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()
            headers |= {"X-Hotline-Timestamp": at, "X-Hotline-Signature": f"sha256={signed}"}
        return headers


def plain_fields(raw: bytes, takes: Sequence[str]) -> dict[str, str]:
    """The wanted fields of a flat JSON object as text; fields that are missing or null are left out.

    Raises: an error that says what is odd about it.
    """
    try:
        answer = msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.MsgspecError as broken:
        raise _Odd("its answer is no JSON object") from broken
    return {name: _plain(name, answer[name]) for name in takes if answer.get(name) is not None}


def _plain(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if not _PLAIN.fullmatch(text):
        raise _Odd(f"its field {name!r} is no short plain value")
    return text


async def _read(content: aiohttp.StreamReader) -> bytes:
    raw = b""
    while piece := await content.read(MOST_BYTES + 1 - len(raw)):
        raw += piece
        if len(raw) > MOST_BYTES:
            raise _Odd(f"its answer is longer than {MOST_BYTES} bytes")
    return raw


def _reason(failed: Exception, limit_s: float) -> str:
    if isinstance(failed, TimeoutError):
        return f"no answer within {limit_s:g} s"
    return (str(failed) or type(failed).__name__)[:200]
