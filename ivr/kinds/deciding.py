"""Nodes that choose a way without the caller: hours, condition, look-up, jump to another flow. Pure."""

from __future__ import annotations

from datetime import datetime

from cti.domain.hours import hours_state
from ivr.kinds import values
from ivr.kinds.shapes import Case, Condition, FlowJump, Hours, LookUpNode, When
from ivr.kinds.values import OF_CUSTOMER
from ivr.kinds.visiting import Behaviour, Here, Move, Way, arrive, trimmed
from ivr.language.actions import Entered, Found, Input, LookUp, NotFound
from ivr.language.facts import Facts

NOBODY = {"customer_known": "no", "customer_class": "", "customer_vip": "no"}
"""What is known of a customer who was not found."""


# --- hours ------------------------------------------------------------------------------------------------------------


def _hours(node: Hours, here: Here, given: Input) -> Move:
    state = hours_state(here.facts.hours, here.facts.calendar, node.schedule, here.facts.now)
    to = {"open": node.open, "closed": node.closed, "holiday": node.holiday or node.closed}[state]
    return Move(actions=(here.note(state),), to=to)


def _hours_ways(node: Hours) -> tuple[Way, ...]:
    ways = (Way(("open",), node.open, is_instant=True), Way(("closed",), node.closed, is_instant=True))
    return (*ways, Way(("holiday",), node.holiday, is_instant=True)) if node.holiday else ways


# --- condition --------------------------------------------------------------------------------------------------------


def _condition(node: Condition, here: Here, given: Input) -> Move:
    to = next((case.to for case in node.cases if _case_holds(case, here)), node.otherwise)
    return Move(actions=(here.note("case"),), to=to)


def _case_holds(case: Case, here: Here) -> bool:
    return all(holds(when, here) for when in case.when)


def holds(when: When, here: Here) -> bool:
    """Tell whether one test holds. A fact that is not known is no match, whatever is asked of it."""
    if when.fact == "time":
        return _is_between(here.facts.now, when.since or "00:00", when.until or "24:00")
    value = _fact(when, here)
    if value is None or (when.is_one_of and str(value) not in when.is_one_of):
        return False
    if when.at_least is None and when.at_most is None:
        return True
    number = _number(value)
    if number is None:
        return False
    return (when.at_least is None or number >= when.at_least) and (when.at_most is None or number <= when.at_most)


def _fact(when: When, here: Here) -> str | float | None:
    facts = here.facts
    match when.fact:
        case "waiting":
            return values.waiting(facts, when.queue)
        case "ready":
            return values.ready(facts, when.queue)
        case "seats":
            return values.seats(facts, when.queue)
        case "expected_wait_s":
            return values.expected_wait_s(facts, when.queue)
        case "variable":
            return here.value(when.variable) or None
    return _word(when.fact, facts)


def _word(fact: str, facts: Facts) -> str:
    if fact == "blocked":
        return "yes" if facts.is_blocked else "no"
    if fact == "callback":
        return "yes" if facts.can_call_back else "no"
    return "known" if facts.caller_number else "withheld"


def _number(value: str | float) -> float | None:
    """The number in a value. Python reads `nan`, `1_0` and digits of other scripts too: those are no numbers here."""
    if isinstance(value, str):
        return int(value) if value.isascii() and value.removeprefix("-").isdigit() else None
    return value


def _is_between(now: datetime, since: str, until: str) -> bool:
    """`since` counted in, `until` not; over midnight when `until` is not after `since`."""
    clock = f"{now:%H:%M}"
    return since <= clock < until if since < until else clock >= since or clock < until


def _condition_ways(node: Condition) -> tuple[Way, ...]:
    cases = tuple(Way(("cases", at, "to"), case.to, is_instant=True) for at, case in enumerate(node.cases))
    return (*cases, Way(("otherwise",), node.otherwise, is_instant=True))


# --- look-up ----------------------------------------------------------------------------------------------------------


def _look_up(node: LookUpNode, here: Here, given: Input) -> Move:
    """A caller without a number is no customer anybody could find: nobody is asked."""
    is_customer = node.what == "customer"
    if isinstance(given, Entered):
        if not is_customer:
            return arrive(here, LookUp(f"webhook:{node.webhook}", _sent(node, here), node.limit_s, tuple(node.takes)))
        if here.facts.caller_number:
            return arrive(here, LookUp("customer", {"number": here.facts.caller_number}, node.limit_s))
    if isinstance(given, Found):
        return Move(actions=(here.note("found"),), to=node.found, learns=_learned(node, given))
    if isinstance(given, NotFound | Entered):
        return Move(actions=(here.note("not_found"),), to=node.not_found, learns=NOBODY if is_customer else {})
    return Move(actions=(here.note("failed"),), to=node.failed)


def _sent(node: LookUpNode, here: Here) -> dict[str, str]:
    return {name: here.value(name) for name in node.sends}


def _learned(node: LookUpNode, found: Found) -> dict[str, str]:
    """Only what the node asked for becomes a variable: an answer may hold anything."""
    takes = {name: name for name in OF_CUSTOMER} if node.what == "customer" else node.takes
    return {into: trimmed(found.values[name]) for name, into in takes.items() if name in found.values}


def _look_up_ways(node: LookUpNode) -> tuple[Way, ...]:
    is_customer = node.what == "customer"
    sets = OF_CUSTOMER if is_customer else tuple(node.takes.values())
    return (
        Way(("found",), node.found, sets=sets),
        Way(("not_found",), node.not_found, is_instant=is_customer, sets=sets if is_customer else ()),
        Way(("failed",), node.failed),
    )


# --- jump -------------------------------------------------------------------------------------------------------------


def _jump(node: FlowJump, here: Here, given: Input) -> Move:
    return Move(actions=(here.note("to_flow", words=node.flow),), flow=node.flow)


HOURS = Behaviour[Hours](take=_hours, ways=_hours_ways)
CONDITION = Behaviour[Condition](take=_condition, ways=_condition_ways)
LOOK_UP = Behaviour[LookUpNode](take=_look_up, ways=_look_up_ways)
FLOW_JUMP = Behaviour[FlowJump](take=_jump, ways=lambda node: ())
