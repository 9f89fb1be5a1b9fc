"""From a fresh socket to a switch we know: login, version, start instant, rights. Each refusal has its own words."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

from cti.asterisk.actions import ActionTable
from cti.asterisk.fields import whole
from cti.asterisk.frames import Fields
from cti.asterisk.states import Address, LinkLost, LinkRefused, SwitchFacts
from cti.domain.errors import Invalid, SwitchRefused

OLDEST_VERSION = 20
"""Older ones lack what the dialplan and the decoder rely on, and get no security fixes."""

_VERSION = re.compile(r"(?:certified/)?([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:\.([0-9]{1,3}))?")


def version_of(text: str) -> tuple[int, int, int] | None:
    """Return (major, minor, patch) of `22.10.1~dfsg-1`; None for a development build."""
    found = _VERSION.match(text)
    return (int(found[1]), int(found[2] or 0), int(found[3] or 0)) if found else None


async def log_in(actions: ActionTable, address: Address, *, limit_s: float, events: bool = True) -> None:
    """Log in without the secret crossing the wire. Without `events` only answers come.

    Raises: LinkRefused, LinkLost, OutcomeUnknown.
    """
    try:
        challenge = await actions.ask([("Action", "Challenge"), ("AuthType", "MD5")], limit_s=limit_s)
        key = hashlib.md5((challenge.get("Challenge", "") + address.secret).encode(), usedforsecurity=False).hexdigest()
        login = [
            ("Action", "Login"),
            ("AuthType", "MD5"),
            ("Username", address.username),
            ("Key", key),
            ("Events", "on" if events else "off"),
        ]
        await actions.ask(login, limit_s=limit_s)
    except SwitchRefused as refused:
        raise _why_refused(str(refused.ids.get("words", refused.message)), address) from refused
    except Invalid as invalid:
        raise LinkRefused("login.setting", f"user name or secret: {invalid.message}") from invalid


def _why_refused(words: str, address: Address) -> LinkRefused | LinkLost:
    lower = words.lower()
    if "shutting down" in lower:
        return LinkLost("Asterisk is shutting down and takes no logins; calls in progress go on")
    if "already in use" in lower or "already logged in" in lower:
        return LinkRefused(
            "login.in_use",
            f"user {address.username!r} is already logged in and manager.conf says allowmultiplelogin=no: "
            "another service uses this account, or an old session is not gone yet",
        )
    return LinkRefused(
        "login.refused",
        f"Asterisk refused user {address.username!r} ({words}): unknown user, wrong secret, or manager.conf does not "
        "permit this machine's address",
    )


async def ask_settings(actions: ActionTable, *, limit_s: float) -> Fields:
    """Ask for version and SystemName. Raises: LinkRefused (too old, not allowed), LinkLost, OutcomeUnknown."""
    try:
        settings = await actions.ask([("Action", "CoreSettings")], limit_s=limit_s)
    except SwitchRefused as refused:
        if refused.code == "switch.permission":
            raise LinkRefused("rights.reporting", "the AMI account lacks write class `reporting`") from refused
        raise LinkLost(refused.message) from refused
    version = settings.get("AsteriskVersion", "")
    number = version_of(version)
    if number is not None and number[0] < OLDEST_VERSION:
        raise LinkRefused("switch.too_old", f"Asterisk {version} is too old: {OLDEST_VERSION} or newer is needed")
    return settings


async def learn_facts(actions: ActionTable, settings: Fields, booted: Fields, *, limit_s: float) -> SwitchFacts:
    """Ask since when Asterisk runs and what this account may do. Raises: SwitchRefused, OutcomeUnknown."""
    status = await actions.ask([("Action", "CoreStatus")], limit_s=limit_s)
    listed = await actions.ask([("Action", "ListCommands")], limit_s=limit_s)
    return SwitchFacts(
        system_name=settings.get("SystemName", ""),
        version=settings.get("AsteriskVersion", ""),
        started_at=started_at(status, datetime.now(UTC) - timedelta(seconds=whole(booted, "Uptime", 0))),
        commands=frozenset(listed) - {"Response", "ActionID", "Message"},
    )


def started_at(status: Fields, about: datetime) -> datetime | None:
    """Return the start instant out of CoreStatus, None when it tells none. `about` is the instant give or take minutes.

    Asterisk: CoreStatus writes its own local time without a zone; a zone is a multiple of 15 minutes away from UTC.
    The answer is the same at each login, so that it can be compared.
    """
    text = f"{status.get('CoreStartupDate', '')} {status.get('CoreStartupTime', '')}"
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return local - timedelta(minutes=15 * round((local - about) / timedelta(minutes=15)))
