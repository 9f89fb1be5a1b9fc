"""Look-ups of a menu: who is calling, how a ticket stands, what a system outside says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from cti.domain.errors import Invalid
from ivr.language.actions import Found, LookUp, NotFound
from ivr.webhook import Webhooks

CUSTOMER, TICKET, WEBHOOK = "customer", "ticket", "webhook"
Values = dict[str, str]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `caller_number` is empty when withheld."""

    call_id: str
    hotline: str
    caller_number: str


class TicketLook(Protocol):
    """How a ticket stands, for who knows its number and the last four digits of a number of the customer."""

    async def __call__(self, number: str, last4: str, *, caller_number: str, call_id: str) -> Values | None:
        """Return the values, None for a wrong number and for wrong digits alike. Raises: DatabaseAway."""
        ...


class LookUps:
    """Answers them. `customer`: who has this number; None when nobody has."""

    def __init__(
        self, *, customer: Callable[[str], Awaitable[Values | None]], ticket: TicketLook, webhooks: Webhooks
    ) -> None:
        self._customer = customer
        self._ticket = ticket
        self._webhooks = webhooks

    async def look_up(self, action: LookUp, asking: Asking) -> Found | NotFound:
        """Do it. Raises: WebhookFailed, DatabaseAway, Invalid for a look-up nobody knows."""
        values = await self._values(action, asking)
        return NotFound() if values is None else Found(values)

    async def _values(self, action: LookUp, asking: Asking) -> Values | None:
        what, _, code = action.what.partition(":")
        if what == CUSTOMER:
            return await self._customer(asking.caller_number)
        if what == TICKET:
            number, last4 = action.values.get("number", ""), action.values.get("last4", "")
            return await self._ticket(number, last4, caller_number=asking.caller_number, call_id=asking.call_id)
        if what == WEBHOOK:
            return await self._webhooks.ask(code, question(action.values, asking), action.takes, action.limit_s)
        raise Invalid(f"there is no look-up {action.what}", code="look_up.unknown", what=action.what)


def question(values: Values, asking: Asking) -> dict[str, str | Values]:
    """What a webhook is asked with: the hotline, what the node sends, and the caller's number only if it sends that."""
    variables = dict(values)
    caller = {"caller_number": variables.pop("number")} if "number" in variables else {}
    return {"hotline": asking.hotline, **caller, "variables": variables}
