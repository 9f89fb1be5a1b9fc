"""Laws of the step, on flows made at random: whatever comes in, the caller is asked, led on, or at an end."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import HealthCheck, assume, settings
from hypothesis import given as made
from hypothesis import strategies as st

from ivr.checks.around import Around
from ivr.checks.checking import check
from ivr.kinds.shapes import Flow, Position
from ivr.language.actions import (
    ASKING,
    ENDS,
    OUTCOMES,
    Action,
    Ask,
    Entered,
    Failed,
    Found,
    Input,
    LookUp,
    Note,
    NotFound,
    Played,
    Pressed,
    Recorded,
    Say,
    TakeCallback,
    TakeMessage,
    ToNumber,
)
from ivr.language.facts import Facts, QueueFacts
from ivr.language.stepping import Stuck, is_over, start, step
from tests.flows_made import flows_hung
from tests.walking import facts_of

LAW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Flows = dict[str, Flow]
KEYS = st.text("0123456789*#", max_size=64)
VALUES = st.dictionaries(st.sampled_from(("x", "ticket_state", "customer_vip")), st.text(max_size=200), max_size=3)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    KEYS.map(Pressed),
    KEYS.map(lambda keys: Pressed(keys[:1])),
    st.sampled_from((Played(), NotFound(), Failed("no"), Entered(), Recorded(0), Recorded(9.5))),
    VALUES.map(Found),
)
FACTS: st.SearchStrategy[Facts] = st.builds(
    lambda number, can, waiting, wait: facts_of(
        caller_number=number,
        can_call_back=can,
        queues={"q": QueueFacts(waiting_count=waiting, expected_wait_s=wait)} if waiting >= 0 else {},
    ),
    st.sampled_from(("", "13800138000")),
    st.booleans(),
    st.integers(-1, 5),
    st.none() | st.floats(),
)
CIRCLING = st.integers(0, 2**32).map(lambda seed: flows_hung(seed, is_forward=False))
FORWARD = st.integers(0, 2**32).map(lambda seed: flows_hung(seed, is_forward=True))
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def check_actions(actions: Sequence[Action], flows: Flows, position: Position) -> None:
    """Notes first, then one thing that asks or ends; every word is fit to be played."""
    assert isinstance(actions[-1], (*ASKING, *ENDS))
    assert not any(isinstance(action, (*ASKING, *ENDS)) for action in actions[:-1])
    assert position.node in flows[position.flow].nodes
    assert all(action.outcome in OUTCOMES for action in actions if isinstance(action, Note))
    last = actions[-1]
    if isinstance(last, Say | Ask | TakeMessage):
        assert all(NAME.fullmatch(prompt) for prompt in last.prompts)
    assert not (isinstance(last, Say) and not last.prompts)
    if isinstance(last, Ask):
        assert last.max_digits >= 1
        assert last.wait_s > 0


def silent_answer(action: Action, pick: int) -> Input:
    """What comes back when the caller does nothing, or when nothing works; one of several."""
    answers: tuple[Input, ...] = (Failed(),)
    match action:
        case Say() | TakeCallback():
            answers = (Played(), Failed())
        case Ask():
            answers = (Pressed(""), Pressed(""), Failed())
        case LookUp():
            answers = (Found({}), NotFound(), Failed())
        case TakeMessage():
            answers = (Recorded(3), Recorded(0), Failed())
    return answers[pick % len(answers)]


def is_fit(flows: Flows) -> bool:
    around = Around(flows=flows)
    return not any(
        flaw.level == "bad" and flaw.code != "unreachable" for one in flows.values() for flaw in check(one, around)
    )


@LAW
@made(CIRCLING, FACTS, st.lists(INPUTS, max_size=30))
def test_a_step_gives_something_to_do_or_says_that_it_is_stuck(flows: Flows, facts: Facts, inputs: list[Input]) -> None:
    position = start(flows, "one")
    for given in (Entered(), *inputs):
        try:
            actions, position = step(flows, position, given, facts)
        except Stuck:
            return
        check_actions(actions, flows, position)


@LAW
@made(FORWARD, FACTS, st.lists(INPUTS, max_size=40))
def test_a_flow_that_passed_the_check_is_never_stuck(flows: Flows, facts: Facts, inputs: list[Input]) -> None:
    assume(is_fit(flows))
    position = start(flows, "one")
    for given in (Entered(), *inputs):
        actions, position = step(flows, position, given, facts)
        check_actions(actions, flows, position)


@LAW
@made(FORWARD, FACTS, st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_who_does_nothing_comes_to_an_end(flows: Flows, facts: Facts, picks: list[int]) -> None:
    assume(is_fit(flows))
    most = sum(4 for flow in flows.values() for _ in flow.nodes)
    position, given = start(flows, "one"), Entered()
    for at in range(most):
        actions, position = step(flows, position, given, facts)
        last = actions[-1]
        if is_over(actions):
            if not isinstance(last, ToNumber):
                return
            position, given = Position(flow=position.flow, node=last.after, variables=position.variables), Entered()
        else:
            given = silent_answer(last, picks[at % len(picks)])
    raise AssertionError(f"still at {position} after {most} inputs")


@LAW
@made(CIRCLING, FACTS)
def test_a_circle_without_keys_does_not_pass_the_check(flows: Flows, facts: Facts) -> None:
    """The other way round: whoever is still going round after so many silent inputs is in a flow with a flaw."""
    position, given = start(flows, "one"), Entered()
    for _ in range(4 * sum(len(flow.nodes) for flow in flows.values())):
        try:
            actions, position = step(flows, position, given, facts)
        except Stuck:
            break
        if is_over(actions):
            return
        given = silent_answer(actions[-1], 0)
    assert not is_fit(flows)


@LAW
@made(CIRCLING, FACTS, st.lists(INPUTS, max_size=12))
def test_the_same_facts_give_the_same_step(flows: Flows, facts: Facts, inputs: list[Input]) -> None:
    before = repr(flows)

    def walk() -> list[object]:
        position, seen = start(flows, "one"), []
        try:
            for given in (Entered(), *inputs):
                actions, position = step(flows, position, given, facts)
                seen.append((actions, position))
        except Stuck as stuck:
            seen.append(stuck.message)
        return seen

    assert walk() == walk()
    assert repr(flows) == before
