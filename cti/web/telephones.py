"""An agent's telephone: choosing it at sign-in, giving it back."""

from __future__ import annotations

from typing import Literal, cast

from cti.domain.roles import Right
from cti.telephones import REALM, Telephones
from cti.web.routes import Ask, route
from cti.web.wire import PageQuery, TelephoneChoice, TelephoneGrant


class TelephoneRoutes:
    """/api/telephone"""

    def __init__(self, *, telephones: Telephones) -> None:
        self._telephones = telephones

    @route("POST", "/api/telephone", Right.SET_OWN_MODE)
    async def choose(self, ask: Ask, body: TelephoneChoice) -> TelephoneGrant:
        """Choose one's telephone. For the one in the browser: how this page registers, and no other."""
        grant = await self._telephones.choose(ask.actor, ask.signed_in, body.kind, body.page, take=body.take)
        is_browser = grant.digest != ""
        return TelephoneGrant(
            kind=cast(Literal["browser", "desk"], grant.kind),
            user=grant.endpoint if is_browser else "",
            realm=REALM if is_browser else "",
            secret=grant.digest,
            uri=f"sip:{grant.endpoint}@{REALM}" if is_browser else "",
            call_in_progress=grant.call_in_progress or "",
        )

    @route("DELETE", "/api/telephone", Right.SET_OWN_MODE, status=204)
    async def give_back(self, ask: Ask, query: PageQuery) -> None:
        """This page has no telephone any more; the choice stays for the next sign-in."""
        await self._telephones.give_back(ask.actor, query.page)
