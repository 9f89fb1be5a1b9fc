"""People: who may sign in, as what, with which telephone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.roles import Actor, Right, Role
from cti.store import people
from cti.store.audit import record_audit
from cti.store.people import Account, NewAccount
from cti.store.work import Database, Work
from cti.web import wire
from cti.web.links import make_link
from cti.web.routes import Ask, route
from cti.web.sessions import Sessions
from cti.web.wire import People, Person, PersonEdit, PersonNew, SignInLink, Telephone

AGENT_ROLES = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.SUPERVISOR})
"""Who may have a telephone and serve queues."""


class PeopleRoutes:
    """/api/people. `telephone(number)` gives (user, secret, server) or None; `changed` tells the floor."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        clock: Callable[[], datetime],
        address: Callable[[], str],
        queues: Sequence[str],
        numbers: Sequence[str],
        telephone: Callable[[str], tuple[str, str, str] | None],
        changed: Callable[[Account | None, Account], None],
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock
        self._address = address
        self._queues = tuple(queues)
        self._numbers = tuple(numbers)
        self._telephone = telephone
        self._changed = changed

    @route("GET", "/api/people", Right.MANAGE_PEOPLE)
    async def list(self, ask: Ask) -> People:
        """Everybody, active ones first."""
        async with self._database.look() as session:
            accounts = await people.list_accounts(session)
        taken = {account.agent_number for account in accounts}
        free = [number for number in self._numbers if number not in taken]
        return People(people=[person_of(one) for one in accounts], queues=list(self._queues), free_numbers=free)

    @route("POST", "/api/people", Right.MANAGE_PEOPLE, status=201)
    async def add(self, ask: Ask, body: PersonNew) -> SignInLink:
        """Add a person; the answer holds the one-time link, shown this once."""
        self._check(body.role, body.agent_number, body.queues)
        new = NewAccount(
            login=body.login,
            name=body.name,
            role=body.role,
            agent_number=body.agent_number,
            queues=tuple(body.queues),
        )
        async with self._database.work() as work:
            account = await people.add_account(work.session, new, self._clock())
            await self._audit(work, ask.actor, "person.added", account, {"login": account.login, "role": account.role})
            link = await self._link(work, account)
            work.after_commit(lambda: self._changed(None, account))
        return link

    @route("PATCH", "/api/people/{account_id}", Right.MANAGE_PEOPLE)
    async def edit(self, ask: Ask, account_id: int, body: PersonEdit) -> Person:
        """Change a person. Taking the account away ends all its sessions at once."""
        fields = {
            name: getattr(body, name) for name in body.__struct_fields__ if getattr(body, name) is not msgspec.UNSET
        }
        async with self._database.work() as work:
            before = await people.get_account(work.session, account_id)
            await self._check_edit(work, ask.actor, before, fields)
            account = await people.edit_account(work.session, account_id, fields)
            if not account.is_active or account.role is not before.role:
                await self._sessions.end_all(work, account_id)
            await self._audit(work, ask.actor, "person.edited", account, fields)
            work.after_commit(lambda: self._changed(before, account))
        return person_of(account)

    @route("POST", "/api/people/{account_id}/link", Right.MANAGE_PEOPLE, status=201)
    async def link(self, ask: Ask, account_id: int) -> SignInLink:
        """Make a new one-time link; the person's older ones stop working."""
        async with self._database.work() as work:
            account = await people.get_account(work.session, account_id)
            if not account.is_active:
                raise Conflict("this person may not sign in", code="person.inactive", login=account.login)
            await self._audit(work, ask.actor, "link.made", account, {})
            return await self._link(work, account)

    @route("POST", "/api/people/{account_id}/telephone", Right.MANAGE_PEOPLE)
    async def telephone(self, ask: Ask, account_id: int) -> Telephone:
        """Settings of the agent's SIP telephone. Every look leaves a trace."""
        async with self._database.work() as work:
            account = await people.get_account(work.session, account_id)
            found = self._telephone(account.agent_number) if account.agent_number else None
            if found is None:
                raise NotFound("this system knows no telephone for this person", code="telephone.unknown")
            await self._audit(work, ask.actor, "telephone.seen", account, {"number": account.agent_number})
        user, secret, server = found
        return Telephone(user=user, secret=secret, server=server)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _check_edit(self, work: Work, actor: Actor, before: Account, fields: dict[str, Any]) -> None:
        after = msgspec.structs.replace(before, **fields)
        self._check(after.role, after.agent_number, after.queues)
        was_administrator = before.role is Role.ADMINISTRATOR and before.is_active
        is_administrator = after.role is Role.ADMINISTRATOR and after.is_active
        if was_administrator and not is_administrator and await people.count_administrators(work.session) == 1:
            raise Conflict("somebody must remain administrator", code="person.last_administrator")
        if actor.account_id == before.account_id and not after.is_active:
            raise Conflict("you cannot take your own account away", code="person.yourself")

    def _check(self, role: Role, number: str | None, queues: Sequence[str]) -> None:
        if number is not None and role not in AGENT_ROLES:
            raise Invalid("this role has no telephone: take the agent number away", code="person.no_agent", role=role)
        if number is not None and self._numbers and number not in self._numbers:
            text = f"there is no telephone {number}: choose {self._numbers[0]} to {self._numbers[-1]}"
            raise Invalid(text, code="person.number_unknown", number=number)
        unknown = sorted(set(queues) - set(self._queues))
        if unknown:
            raise Invalid(f"there is no queue {', '.join(unknown)}", code="person.queue_unknown", queue=unknown[0])
        if queues and number is None:
            raise Invalid("only somebody with an agent number can serve queues", code="person.queues_without_number")

    async def _link(self, work: Work, account: Account) -> SignInLink:
        url, expires_at = await make_link(work, account, address=self._address(), at=self._clock())
        return SignInLink(person=person_of(account), url=url, expires_at=expires_at)

    async def _audit(self, work: Work, actor: Actor, action: str, account: Account, details: dict[str, Any]) -> None:
        about = f"account:{account.account_id}"
        await record_audit(work.session, actor, action, at=self._clock(), about=about, details=details)


def person_of(account: Account) -> wire.Person:
    """A person as the page shows him."""
    return Person(
        account_id=account.account_id,
        login=account.login,
        name=account.name,
        role=account.role,
        agent_number=account.agent_number,
        queues=list(account.queues),
        is_active=account.is_active,
        has_password=account.has_password,
        last_seen_at=account.last_seen_at,
    )
