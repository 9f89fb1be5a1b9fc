"""Customers' files: found, read (audited), opened, edited, called (P-60, P-61)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.ids import CallId
from cti.domain.phone import number_key
from cti.store.audit import record_audit
from cti.store.work import Database, Work
from cti.web.wire import Accepted
from tickets.customer import are_unclear, clean, is_number, kept_numbers, search_words
from tickets.pop import Choice
from tickets.popping import Popping
from tickets.service.news import News
from tickets.service.shown import customer_brief, customer_shown
from tickets.service.who import Dialler, Numbers, Who, check_call
from tickets.store import customers as store
from tickets.store import found
from tickets.store.contacts import last_contacts, list_contacts
from tickets.store.customers import StoredCustomer, owners_of
from tickets.store.dossier import brief_of
from tickets.store.pops import choose_customer
from tickets.wire import Customer, CustomerEdit, CustomerNew, CustomerPage


class CustomerFiles:
    """Use cases of customers."""

    def __init__(
        self,
        *,
        database: Database,
        pops: Popping,
        numbers: Numbers,
        news: News,
        desk: Dialler,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._pops = pops
        self._numbers = numbers
        self._news = news
        self._desk = desk
        self._clock = clock

    async def list(self, who: Who, query: str, before: str) -> CustomerPage:
        """A page by name. Raises: Invalid for a cursor that is not ours."""
        digits = number_key(query) if self._numbers.seeks(who) else ""
        async with self._database.look() as session:
            page = await store.list_customers(session, search_words(query), digits, before=before)
            counts = await store.count_open(session, [one.id for one in page.customers])
            seen = await last_contacts(session, page.customers)
        lines = [
            customer_brief(who, self._numbers, one, counts.get(one.id, 0), seen.get(one.id)) for one in page.customers
        ]
        return CustomerPage(customers=lines, next=page.next)

    async def get(self, who: Who, customer_id: int) -> Customer:
        """The whole file. The look is audited in the same transaction. Raises: NotFound."""
        async with self._database.work() as work:
            customer = await store.get_customer(work.session, customer_id)
            await self._audit(work, who, "customer.shown", customer)
            return await self._shown(work.session, who, customer)

    async def add(self, who: Who, new: CustomerNew) -> Customer:
        """Open a file; in a call, the caller's. Raises: Invalid `customer.number`, NotAllowed `call.not_yours`."""
        fields = _fields_of(new)
        numbers = _checked(new.numbers)
        async with self._database.work() as work:
            if new.call_id:
                await check_call(work.session, self._pops, who, new.call_id)
            customer = await store.add_customer(work.session, fields, numbers, at=self._clock(), by=who.name)
            await self._audit(work, who, "customer.add", customer)
            if new.call_id:
                call_id = CallId(new.call_id)
                await choose_customer(work.session, call_id, customer.id)
                work.after_commit(lambda: self._pops.put_choice(call_id, Choice(True, customer.id)))
            return await self._done(work, who, customer, customer.numbers)

    async def edit(self, who: Who, customer_id: int, edit: CustomerEdit) -> Customer:
        """Change a file. A number that comes back masked stays what it was.

        Raises: NotFound, Invalid `customer.number`, Conflict `customer.changed`, `customer.numbers_alike`.
        """
        fields = _fields_of(edit)
        async with self._database.work() as work:
            before = await store.get_customer(work.session, customer_id)
            numbers = None
            if edit.numbers is not msgspec.UNSET:
                if are_unclear(edit.numbers, before.numbers):
                    text = "Two numbers look alike: only who sees them whole can take one out."
                    raise Conflict(text, code="customer.numbers_alike", customer_id=customer_id)
                numbers = _checked(kept_numbers(edit.numbers, before.numbers))
            after = await store.change_customer(work.session, customer_id, edit.version, fields, numbers, self._clock())
            await self._audit(work, who, "customer.edit", after, sorted(fields) + ["numbers"] * (numbers is not None))
            return await self._done(work, who, after, {*before.numbers, *after.numbers})

    async def call(self, who: Who, customer_id: int, index: int) -> Accepted:
        """Call the n-th number. Raises: NotFound `customer.unknown`, `customer.no_number`; what dialling raises."""
        async with self._database.look() as session:
            customer = await store.get_customer(session, customer_id)
        if index >= len(customer.numbers):
            raise NotFound("There is no such number.", code="customer.no_number", customer_id=customer_id)
        number = customer.numbers[index]
        dialled = await self._desk.dial(who.actor, number, source=f"customer:{customer_id}")
        return Accepted(command_id=dialled.command_id, call_id=dialled.call_id)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _audit(
        self, work: Work, who: Who, action: str, customer: StoredCustomer, fields: Sequence[str] = ()
    ) -> None:
        # Names of what was changed, never the values: the audit is kept longer than a customer's data may be.
        details = {"fields": list(fields)} if fields else {}
        about = f"customer:{customer.id}"
        await record_audit(work.session, who.actor, action, at=self._clock(), about=about, details=details)

    async def _done(self, work: Work, who: Who, customer: StoredCustomer, numbers: Any) -> Customer:
        work.after_commit(lambda: self._pops.refresh(customer_ids=[customer.id], numbers=numbers))
        work.after_commit(self._news.tell_customers)
        return await self._shown(work.session, who, customer)

    async def _shown(self, session: AsyncSession, who: Who, customer: StoredCustomer) -> Customer:
        tickets = await found.list_of_customers(session, [customer.id], "")
        contacts = await list_contacts(session, owners_of([customer]), [customer.id])
        return customer_shown(who, self._numbers, customer, [brief_of(one) for one in tickets], contacts)


def _fields_of(given: CustomerNew | CustomerEdit) -> dict[str, Any]:
    every = msgspec.structs.asdict(given).items()
    fields = {name: value for name, value in every if value is not msgspec.UNSET}
    for name in ("version", "numbers", "call_id"):
        fields.pop(name, None)
    cleaned = {name: clean(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "warnings" in cleaned:
        cleaned["warnings"] = [said for one in cleaned["warnings"] if (said := clean(one).strip())]
    return cleaned


def _checked(numbers: Sequence[str]) -> list[str]:
    """Each number once, as it was written. Raises: Invalid `customer.number`."""
    by_digits: dict[str, str] = {}
    for number in numbers:
        if not is_number(number):
            raise Invalid("This is no telephone number.", code="customer.number", field="numbers")
        by_digits.setdefault(number_key(number), number.strip())
    return list(by_digits.values())
