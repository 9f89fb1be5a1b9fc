"""The life of a ticket: who moves it where (P-20), and what ending it takes (P-26)."""

from __future__ import annotations

from datetime import date

import pytest

from cti.domain.errors import Conflict, DomainError, Invalid, NotAllowed
from cti.domain.ids import AccountId
from cti.domain.roles import Actor, Role
from tickets.ticket import MOVES, TicketState, check_move, may_see, may_work, moves_for, number_of, title_of

S = TicketState


def somebody(role: Role, department: str = "") -> Actor:
    return Actor(account_id=AccountId(1), login="x", role=role, department=department)


AGENT, QUALITY = somebody(Role.AGENT), somebody(Role.DEPARTMENT, "quality")


@pytest.mark.parametrize("state", list(S))
def test_who_looks_after_the_customer_may_do_what_the_table_says(state: TicketState) -> None:
    assert moves_for(AGENT, state, "quality") == MOVES[state]


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (S.NEW, (S.WORKING, S.WAITING, S.RESOLVED)),
        (S.WORKING, (S.WAITING, S.RESOLVED)),
        (S.RESOLVED, (S.WORKING,)),
        (S.CLOSED, ()),
    ],
)
def test_a_department_neither_closes_nor_reopens_what_is_closed(
    state: TicketState, moves: tuple[TicketState, ...]
) -> None:
    assert moves_for(QUALITY, state, "quality") == moves


@pytest.mark.parametrize(
    ("actor", "sees", "works"),
    [
        (AGENT, True, True),
        (somebody(Role.SUPERVISOR), True, True),
        (QUALITY, True, True),
        (somebody(Role.DEPARTMENT, "sales"), False, False),
        (somebody(Role.DEPARTMENT), False, False),
        (somebody(Role.AUDITOR), True, False),
        (somebody(Role.ADMINISTRATOR), False, False),
    ],
)
def test_a_department_has_its_own_and_the_auditor_only_reads(actor: Actor, sees: bool, works: bool) -> None:
    assert (may_see(actor, "quality"), may_work(actor, "quality")) == (sees, works)
    assert not may_see(somebody(Role.DEPARTMENT), "")


@pytest.mark.parametrize(
    ("actor", "state", "wanted", "text", "refusal", "code"),
    [
        (AGENT, S.CLOSED, S.WAITING, "x", Conflict, "ticket.move"),
        (AGENT, S.NEW, S.NEW, "x", Conflict, "ticket.move"),
        (QUALITY, S.RESOLVED, S.CLOSED, "done", NotAllowed, "ticket.close"),
        (QUALITY, S.CLOSED, S.WORKING, "again", NotAllowed, "ticket.close"),
        (AGENT, S.WORKING, S.RESOLVED, " \n", Invalid, "ticket.words"),
        (AGENT, S.RESOLVED, S.CLOSED, "", Invalid, "ticket.words"),
    ],
)
def test_what_may_not_be_is_refused(
    actor: Actor, state: TicketState, wanted: TicketState, text: str, refusal: type[DomainError], code: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_move(actor, state, "quality", wanted, text)
    assert refused.value.code == code


def test_what_may_be_passes() -> None:
    check_move(AGENT, S.CLOSED, "quality", S.WORKING, "")
    check_move(QUALITY, S.WORKING, "quality", S.RESOLVED, "exchanged")


def test_a_number_says_its_day_and_grows_beyond_four_digits() -> None:
    assert number_of(date(2026, 11, 25), 7) == "T20261125-0007"
    assert number_of(date(2026, 11, 25), 12345) == "T20261125-12345"


def test_a_title_is_the_first_line_that_says_something() -> None:
    assert title_of("\n  \n 水泵漏水 \n三天了") == "水泵漏水"
    assert len(title_of("长" * 500)) == 120
    assert title_of(" ") == ""
