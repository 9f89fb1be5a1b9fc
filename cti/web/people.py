"""People: accounts, roles, agent numbers, one-time links, telephones. Administrators only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from cti.domain.errors import Conflict, Invalid, NotFound
from cti.domain.events import AgentForgotten, AgentKnown, Event
from cti.domain.ids import QueueName
from cti.domain.roles import Right, Role
from cti.domain.telephones import devices_of
from cti.store import people
from cti.store.audit import record_audit
from cti.store.people import Account, NewAccount
from cti.store.sessions import drop_links_of
from cti.store.work import Database, Work
from cti.web.links import make_link
from cti.web.routes import Ask, route
from cti.web.sessions import Sessions
from cti.web.wire import People, Person, PersonEdit, PersonNew, SignInLink, Telephone

AGENT_ROLES = frozenset({Role.AGENT, Role.TEAM_LEADER, Role.SUPERVISOR})
"""Who may have a telephone and serve queues."""


class PeopleRoutes:
    """/api/people. `submit` tells the floor who is an agent."""

    def __init__(
        self,
        *,
        database: Database,
        sessions: Sessions,
        clock: Callable[[], datetime],
        submit: Callable[[Event], None],
        address: Callable[[], str],
        telephone: Callable[[str], Telephone | None],
        agent_numbers: Callable[[], Sequence[str]],
        queues: Callable[[], Sequence[str]],
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._clock = clock
        self._submit = submit
        self._address = address
        self._telephone = telephone
        self._agent_numbers = agent_numbers
        self._queues = queues

    @route("GET", "/api/people", Right.MANAGE_PEOPLE)
    async def list(self, ask: Ask) -> People:
        """Everybody, and what a new agent may be given."""
        async with self._database.look() as session:
            accounts = await people.list_accounts(session)
        taken = {account.agent_number for account in accounts}
        return People(
            people=[person_of(account) for account in accounts],
            queues=[*self._queues()],
            free_numbers=[number for number in self._agent_numbers() if number not in taken],
        )

    @route("POST", "/api/people", Right.MANAGE_PEOPLE, status=201)
    async def add(self, ask: Ask, body: PersonNew) -> SignInLink:
        """Add a person. The link is shown this once; it leads to choosing a password."""
        self._check(body.role, body.agent_number, body.queues)
        _check_department(body.role, body.department)
        queues = tuple(dict.fromkeys(body.queues))
        now = self._clock()
        new = NewAccount(
            login=body.login,
            name=body.name,
            role=body.role,
            agent_number=body.agent_number,
            queues=queues,
            department=body.department,
        )
        async with self._database.work() as work:
            account = await people.add_account(work.session, new, now)
            url, expires_at = await self._link(work, account)
            await self._audit(work, ask, "person.add", account, msgspec.to_builtins(new))
            self._tell(work, None, account)
        return SignInLink(person=person_of(account), url=url, expires_at=expires_at)

    @route("PATCH", "/api/people/{account_id}", Right.MANAGE_PEOPLE)
    async def edit(self, ask: Ask, account_id: int, body: PersonEdit) -> Person:
        """Change a person. Another role, another agent number or deactivation ends the person's sessions."""
        fields: dict[str, Any] = msgspec.structs.asdict(body)
        fields = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
        if "queues" in fields:
            fields["queues"] = list(dict.fromkeys(fields["queues"]))
        async with self._database.work() as work:
            await people.lock_administrators(work.session)
            before = await people.get_account(work.session, account_id)
            if account_id == ask.actor.account_id and not {"role", "is_active"}.isdisjoint(fields):
                raise Conflict("Let another administrator do this to you.", code="person.self")
            after = await people.edit_account(work.session, account_id, fields)
            self._check(after.role, after.agent_number, after.queues, is_active=after.is_active)
            _check_department(after.role, after.department)
            if await people.count_administrators(work.session) == 0:
                raise Conflict("This is the last administrator.", code="person.last_administrator")
            if (before.role, before.agent_number, before.is_active) != (
                after.role,
                after.agent_number,
                after.is_active,
            ):
                await self._sessions.end_all(work, account_id)
            if not after.is_active:
                await drop_links_of(work.session, account_id)
            await self._audit(work, ask, "person.edit", after, msgspec.to_builtins(fields))
            self._tell(work, before, after)
        return person_of(after)

    @route("POST", "/api/people/{account_id}/link", Right.MANAGE_PEOPLE)
    async def make_link(self, ask: Ask, account_id: int) -> SignInLink:
        """Make a one-time link, for somebody who is new or forgot the password. Older links stop working."""
        async with self._database.work() as work:
            account = await people.get_account(work.session, account_id)
            if not account.is_active:
                raise Conflict("This person is not active.", code="person.inactive", account_id=account_id)
            url, expires_at = await self._link(work, account)
            await self._audit(work, ask, "link.made", account, {})
        return SignInLink(person=person_of(account), url=url, expires_at=expires_at)

    @route("POST", "/api/people/{account_id}/telephone", Right.MANAGE_PEOPLE)
    async def show_telephone(self, ask: Ask, account_id: int) -> Telephone:
        """What to type into the agent's SIP phone. Looking is audited first."""
        async with self._database.work() as work:
            account = await people.get_account(work.session, account_id)
            found = self._telephone(account.agent_number) if account.agent_number else None
            if found is None:
                raise NotFound("This person has no telephone.", code="person.no_telephone", account_id=account_id)
            await self._audit(work, ask, "telephone.shown", account, {"user": found.user})
        return found

    def _check(self, role: Role, number: str | None, queues: Sequence[str], *, is_active: bool = True) -> None:
        # Who has left may give the telephone back: numbers are few, and the account stays for the history.
        if role is Role.AGENT and number is None and is_active:
            raise Invalid("An agent needs an agent number.", code="person.number_needed", field="agent_number")
        if number is None and queues:
            raise Invalid("Only somebody with an agent number can serve queues.", code="person.number_needed")
        if number is not None and role not in AGENT_ROLES:
            raise Invalid("This role has no telephone: take the agent number away.", code="person.no_agent", role=role)
        if number is not None and number not in self._agent_numbers():
            raise Invalid("There is no telephone with this number.", code="person.number", field="agent_number")
        unknown = sorted(set(queues) - set(self._queues()))
        if unknown:
            raise Invalid(f"There is no queue {unknown[0]}.", code="person.queue", field="queues", queue=unknown[0])

    async def _link(self, work: Work, account: Account) -> tuple[str, datetime]:
        life_s = self._sessions.options.link_s
        return await make_link(work, account, address=self._address(), at=self._clock(), life_s=life_s)

    async def _audit(self, work: Work, ask: Ask, action: str, account: Account, details: dict[str, Any]) -> None:
        about = f"account:{account.account_id}"
        await record_audit(work.session, ask.actor, action, at=self._clock(), about=about, details=details)

    def _tell(self, work: Work, before: Account | None, after: Account) -> None:
        """Tell the floor after the commit: what an agent is called, where he is rung, what he serves."""
        now = self._clock()
        gone = before.agent_id if before and before.is_active else None
        known = agent_known(after, now)
        if gone is not None and (known is None or known.agent_id != gone):
            forgotten = AgentForgotten(at=now, agent_id=gone)
            work.after_commit(lambda: self._submit(forgotten))
        if known is not None:
            work.after_commit(lambda: self._submit(known))


def _check_department(role: Role, department: str | None) -> None:
    if (role is Role.DEPARTMENT) != (department is not None):
        text = "Somebody of a department needs the department, and nobody else has one."
        raise Invalid(text, code="person.department", field="department")


async def list_agents(database: Database, at: datetime) -> list[AgentKnown]:
    """The agents of the people table, for the floor at start."""
    async with database.look() as session:
        accounts = await people.list_accounts(session)
    return [known for account in accounts if (known := agent_known(account, at)) is not None]


def agent_known(account: Account, at: datetime) -> AgentKnown | None:
    """The account as the floor knows it; None when the person is no agent (any more)."""
    if account.agent_id is None or not account.is_active:
        return None
    device, others = devices_of(account.agent_id, account.phone)
    return AgentKnown(
        at=at,
        agent_id=account.agent_id,
        name=account.name,
        device=device,
        queues=tuple(QueueName(queue) for queue in account.queues),
        phone=account.phone,
        other_devices=others,
    )


def person_of(account: Account) -> Person:
    """The account as the people page shows it."""
    return Person(
        account_id=account.account_id,
        login=account.login,
        name=account.name,
        role=account.role,
        agent_number=account.agent_number,
        queues=list(account.queues),
        department=account.department,
        is_active=account.is_active,
        has_password=account.has_password,
        last_seen_at=account.last_seen_at,
    )
