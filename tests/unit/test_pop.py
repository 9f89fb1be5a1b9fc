"""What a screen pop says: waits, who passed the customer on, hidden digits, order of tickets, whose they are."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from cti.domain.changes import CallEnd, LegKind, LegView, VisitOutcome
from cti.domain.entity import MenuStepView
from cti.domain.ids import AgentId
from cti.domain.pop import ContactBrief, PopCustomer, TicketBrief
from tests.floor_words import a_call, a_leg, a_visit, at
from tickets.library import load_procedures
from tickets.pop import (
    CONTACTS_SHOWN,
    Choice,
    Dossier,
    customer_of,
    facts_of,
    has_customer,
    ordered,
    pop_view,
    same_caller,
    waited_s,
    was_served,
)

PROCEDURES = load_procedures()
LI, WANG = AgentId("1001"), AgentId("1002")


def an_agents_leg(agent: AgentId, answered_at: datetime | None) -> LegView:
    return a_leg(f"x-{agent}", kind=LegKind.AGENT, agent_id=agent, answered_at=answered_at)


def a_ticket(ticket_id: int, procedure: str = "complaint", state: str = "new", customer: int | None = 1) -> TicketBrief:
    return TicketBrief(
        ticket_id=ticket_id, number=f"T{ticket_id}", procedure=procedure, category="", title="", state=state,
        priority="normal", department="quality", customer_id=customer, customer_name="", received_at=at(ticket_id),
        due_at=at(100 - ticket_id), closed_at=at(ticket_id) if state == "closed" else None,
    )  # fmt: skip


def a_contact(count: int, customer: int | None = 1) -> ContactBrief:
    return ContactBrief(
        call_id=f"h-{count:03}", customer_id=customer, started_at=at(count), direction="in", hotline="", queue="",
        agent_id=None, agent_name="", talk_s=0.0, outcome="answered", ticket_numbers=(), parts=0,
    )  # fmt: skip


def a_customer(customer_id: int) -> PopCustomer:
    return PopCustomer(
        customer_id=customer_id, name="", company="", kind="owner", is_vip=False, warnings=(), numbers=(), note="",
        open_ticket_count=0,
    )  # fmt: skip


def test_waits_of_all_queues_count_up_to_the_ringing_and_no_further() -> None:
    left = a_visit("x#1", entered_at=at(0), wait_s=20.0, outcome=VisitOutcome.TIMED_OUT)
    present = a_visit("x#2", entered_at=at(30), wait_s=None)
    call = a_call(visits=(left, present))
    assert waited_s(call, at(37.5)) == 27.5
    answered = a_call(visits=(left, msgspec.structs.replace(present, wait_s=15.0)))
    assert waited_s(answered, at(37.5)) == 27.5
    assert waited_s(answered, at(10)) == 10.0
    assert waited_s(a_call(), at(5)) == 0.0


def test_who_talked_before_passed_the_customer_on_and_who_only_rang_did_not() -> None:
    rang = a_call(legs=(a_leg(), an_agents_leg(WANG, None), an_agents_leg(LI, None)))
    assert facts_of(rang, LI, at(20)).from_agent is None
    talked = a_call(legs=(a_leg(), an_agents_leg(WANG, at(10)), an_agents_leg(LI, at(25))))
    assert facts_of(talked, LI, at(20)).from_agent == WANG
    assert facts_of(talked, WANG, at(5)).from_agent is None
    assert (was_served(rang, LI), was_served(talked, LI)) == (False, True)


def test_long_runs_of_typed_digits_are_hidden_and_keys_are_not() -> None:
    def step(digits: str) -> MenuStepView:
        return MenuStepView(at=at(0), flow="hotline", node="welcome", digits=digits, outcome="")

    facts = facts_of(a_call(menu=(step("2"), step("6222021234567890123"), step("330102199001011234"))), LI, at(1))
    assert [one.digits for one in facts.menu] == ["2", "622************0123", "330***********1234"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"legs": (a_leg(),)}, True),
        ({"legs": (a_leg(kind=LegKind.OUTSIDE),), "direction": "out"}, True),
        ({"legs": (a_leg(),), "direction": "internal"}, False),
        ({"legs": (an_agents_leg(LI, None),)}, False),
        ({"legs": (a_leg(),), "end": CallEnd.MERGED}, False),
    ],
)
def test_a_pop_is_about_somebody_from_outside(given: dict[str, object], expected: bool) -> None:
    assert has_customer(a_call(**given)) is expected


def test_open_complaints_come_first_then_other_open_ones_then_the_newest_closed() -> None:
    tickets = [
        a_ticket(1, "order"),
        a_ticket(2, state="closed"),
        a_ticket(3),
        a_ticket(4, "consultation", "waiting"),
        a_ticket(5, "service_complaint", "resolved"),
        a_ticket(6, "order", "closed"),
    ]
    assert [one.ticket_id for one in ordered(tickets, PROCEDURES)] == [5, 3, 4, 1, 6, 2]
    assert len(ordered([a_ticket(count, state="closed") for count in range(40)], PROCEDURES)) == 10


def test_the_only_one_with_the_number_is_taken_and_of_several_none() -> None:
    one, two = Dossier(customers=(a_customer(1),)), Dossier(customers=(a_customer(1), a_customer(2)))
    assert customer_of(one, Choice()) == 1
    assert customer_of(two, Choice()) is None
    assert customer_of(two, Choice(True, 2)) == 2
    assert customer_of(one, Choice(True, None)) is None


def test_the_chosen_one_hides_the_others_tickets_and_calls() -> None:
    dossier = Dossier(
        customers=(a_customer(1), a_customer(2)),
        tickets=(a_ticket(1, customer=1), a_ticket(2, customer=2), a_ticket(3, customer=None)),
        contacts=tuple(a_contact(count, customer=count % 3 or None) for count in range(60)),
    )
    facts = facts_of(a_call(legs=(a_leg(),)), LI, at(1))
    every = pop_view(facts, dossier, Choice(), PROCEDURES)
    chosen = pop_view(facts, dossier, Choice(True, 2), PROCEDURES)
    nobody = pop_view(facts, dossier, Choice(True, None), PROCEDURES)
    assert [one.ticket_id for one in every.tickets] == [3, 2, 1]
    assert [one.ticket_id for one in chosen.tickets] == [3, 2]
    assert [one.ticket_id for one in nobody.tickets] == [3]
    assert {one.customer_id for one in chosen.contacts} == {None, 2}
    assert [one.call_id for one in every.contacts] == [f"h-{count:03}" for count in range(59, 59 - CONTACTS_SHOWN, -1)]


def test_what_is_not_read_yet_says_so() -> None:
    facts = facts_of(a_call(legs=(a_leg(),)), LI, at(1))
    waiting = pop_view(facts, None, Choice(), PROCEDURES, missing="database.away")
    assert (waiting.is_loaded, waiting.missing, waiting.procedure) == (False, "database.away", "consultation")
    assert pop_view(facts, Dossier(), Choice(), PROCEDURES, missing="database.away").missing == ""


def test_withheld_numbers_are_nobodys() -> None:
    assert same_caller("+86 138 0013 8000", "13800138000")
    assert not same_caller("", "")
    assert not same_caller("anonymous", "anonymous")
