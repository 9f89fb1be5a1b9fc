"""What the check says about flows that must not meet callers, with the line and in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.checks.around import Around
from ivr.checks.checking import check
from ivr.checks.prompts import prompts_of
from ivr.kinds.shapes import Flow
from ivr.text.flaws import CODES, HINTS, Flaw
from ivr.text.reading import read_text
from tests.walking import flow_of

MENU: dict[str, Any] = {
    "kind": "menu",
    "prompts": ["main"],
    "keys": [{"key": "1", "to": "person"}, {"key": "2", "to": "say"}],
    "otherwise": "bye",
}
SAY: dict[str, Any] = {"kind": "announce", "prompts": ["hello"], "next": "bye"}
NOTICE: dict[str, Any] = {"kind": "notice", "prompts": ["recorded"], "next": "main"}
GOOD: dict[str, Any] = {"first": NOTICE, "main": MENU, "say": SAY}
COLLECT: dict[str, Any] = {
    "kind": "collect",
    "prompts": ["order"],
    "wrong": ["hello"],
    "into": "order",
    "next": "bye",
    "otherwise": "bye",
}
CALLBACK: dict[str, Any] = {"kind": "callback", "queue": "consult", "next": "bye", "otherwise": "bye"}
SURVEY: dict[str, Any] = {"kind": "survey", "question": "q", "prompts": ["rate"], "next": "bye"}
LOOK_UP: dict[str, Any] = {"kind": "look_up", "what": "customer", "found": "bye", "not_found": "bye", "failed": "bye"}
RECORDED = {"main", "hello", "recorded", "order", "rate", *(f"d{digit}" for digit in range(10))}
AROUND = Around(
    queues={"consult"},
    schedules={"day"},
    webhooks={"erp"},
    has_prompt=lambda name, language: name in RECORDED and language == "zh",
)


def flow_with(say: dict[str, Any] | None = None, **nodes: dict[str, Any]) -> Flow:
    """The good flow with another node `say`, and more nodes."""
    return flow_of({**GOOD, **({"say": say} if say else {}), **nodes})


def found_in(flow: Flow, around: Around = AROUND) -> list[tuple[str, str]]:
    return [(flaw.code, flaw.node) for flaw in check(flow, around)]


def test_a_good_flow_has_no_flaw() -> None:
    assert check(flow_with(), AROUND) == []
    assert check(flow_with(), Around()) == []


CONDITION: dict[str, Any] = {"kind": "condition", "otherwise": "bye"}


def one_test(**when: Any) -> dict[str, Any]:
    """A condition with one test."""
    return {**CONDITION, "cases": [{"when": [when], "to": "bye"}]}


FLAWED: list[tuple[dict[str, Any], str, str]] = [
    ({**SAY, "next": "gone"}, "unknown_node", "node say leads to node gone, which does not exist"),
    ({**one_test(fact="time", since="08:00"), "otherwise": "gone"}, "unknown_node", "leads to node gone"),
    ({"kind": "queue", "queue": "consult", "after": "gone"}, "unknown_node", "leads to node gone"),
    ({"kind": "flow", "flow": "gone"}, "unknown_flow", "goes on in flow gone"),
    ({"kind": "queue", "queue": "gone"}, "unknown_queue", "names queue gone"),
    ({**CALLBACK, "queue": "gone"}, "unknown_queue", "names queue gone"),
    (
        {"kind": "voicemail", "prompts": ["hello"], "box": "gone", "next": "bye", "otherwise": "bye"},
        "unknown_queue",
        "names queue gone",
    ),
    (one_test(fact="waiting", queue="gone", at_least=1), "unknown_queue", "names queue gone"),
    ({**SAY, "prompts": ["hello", {"say": "digits", "of": "wait-gone"}]}, "unknown_queue", "names queue gone"),
    ({"kind": "hours", "schedule": "gone", "open": "bye", "closed": "bye"}, "unknown_schedule", "schedule gone"),
    ({**LOOK_UP, "what": "webhook", "webhook": "gone"}, "unknown_webhook", "asks webhook gone"),
    ({**LOOK_UP, "what": "webhook"}, "no_webhook", "does not say which"),
    ({**SAY, "prompts": ["gone"]}, "missing_prompt", "plays prompt gone, which has no recording"),
    ({**COLLECT, "fewest": 9, "most": 3}, "fewest_most", "at least 9 digits and at most 3"),
    ({**COLLECT, "what": "ticket", "most": 9}, "never_fits", "takes 1 to 9 digits"),
    ({**COLLECT, "what": "phone", "fewest": 20}, "never_fits", "takes 20 to 20 digits"),
    ({**SURVEY, "scores": {"1": 5, "2": 5}}, "few_scores", "one score for all keys"),
    (one_test(fact="waiting", queue="consult"), "no_test", "says nothing"),
    (one_test(fact="time"), "no_test", "says nothing"),
    (one_test(fact="variable", is_one_of=["x"]), "no_variable", "of which variable"),
    (one_test(fact="time", since="08:00", queue="consult"), "odd_test", "has queue, which says nothing about time"),
    (one_test(fact="waiting", at_least=1, is_one_of=["1"]), "odd_test", "is_one_of, which says nothing about waiting"),
    (one_test(fact="blocked", is_one_of=["maybe"]), "odd_word", "blocked is never maybe, only yes, no"),
    (one_test(fact="waiting", at_least=5, at_most=4), "empty_range", "at least 5 and at most 4"),
    ({**SAY, "next": "say"}, "dead_end", "from node say no way leads out of the menu"),
    ({**MENU, "otherwise": "say"}, "loop", "goes round for ever: say > say"),
]


@pytest.mark.parametrize(("say", "code", "words"), FLAWED, ids=[f"{code} {words}" for _, code, words in FLAWED])
def test_a_flaw_is_named_in_plain_words(say: dict[str, Any], code: str, words: str) -> None:
    bad = [flaw for flaw in check(flow_with(say), AROUND) if flaw.level == "bad"]
    assert [flaw.code for flaw in bad] == [code]
    assert words in bad[0].text
    assert bad[0].values["node"] == bad[0].node


@pytest.mark.parametrize(
    ("fields", "code", "key"),
    [
        ({"keys": []}, "no_keys", None),
        ({"keys": [{"key": "1", "to": "person"}, {"key": "1", "to": "say"}]}, "key_used_twice", "1"),
        ({"repeat": "2"}, "key_used_twice", "2"),
        ({"operator": "person", "operator_key": "1"}, "key_used_twice", "1"),
        ({"operator": "person", "repeat": "0"}, "key_used_twice", "0"),
    ],
)
def test_every_key_of_a_menu_means_one_thing(fields: dict[str, Any], code: str, key: str | None) -> None:
    flaws = [flaw for flaw in check(flow_with(main={**MENU, **fields}), AROUND) if flaw.code == code]
    assert len(flaws) == 1
    assert flaws[0].values.get("key") == key


def test_whether_a_variable_is_known_may_be_all_that_is_asked() -> None:
    use = one_test(fact="variable", variable="order")
    assert found_in(flow_with({**COLLECT, "next": "use"}, use=use)) == []


def test_the_zero_of_a_menu_without_an_operator_is_free() -> None:
    keys = [{"key": "0", "to": "person"}, {"key": "2", "to": "say"}]
    assert found_in(flow_with(main={**MENU, "keys": keys})) == []


def test_a_start_that_does_not_exist_and_nodes_nobody_comes_to_are_named() -> None:
    assert found_in(flow_of({"say": SAY}, start="gone")) == [("unknown_start", "")]
    assert found_in(flow_with(alone={"kind": "hang_up"})) == [("unreachable", "alone")]


def test_circles_are_found_one_by_one_and_named_in_the_way_callers_take() -> None:
    one = {"x": {**SAY, "next": "y"}, "y": {**MENU, "otherwise": "x"}}
    two = {"u": {**LOOK_UP, "failed": "v"}, "v": {**SAY, "next": "u"}}
    keys = [{"key": key, "to": to} for key, to in (("1", "person"), ("2", "say"), ("3", "x"), ("4", "u"))]
    flaws = check(flow_with(main={**MENU, "keys": keys}, **one, **two), AROUND)
    assert sorted((flaw.code, flaw.values["path"]) for flaw in flaws) == [("loop", "u > v > u"), ("loop", "x > y > x")]


def test_a_circle_over_several_flows_is_found() -> None:
    jump = {"kind": "flow", "flow": "night"}
    other = flow_of({"back": {"kind": "flow", "flow": "m"}}, name="night")
    asking = flow_of(
        {"ask": {**MENU, "keys": [{"key": "1", "to": "back"}, {"key": "2", "to": "person"}]}}, name="night"
    )
    around = Around(flows={"night": other})
    assert ("dead_end", "only") in found_in(flow_of({"only": jump}), around)
    flaws = check(flow_with(main={**MENU, "otherwise": "say"}, say=jump, first={**NOTICE}), around)
    assert [flaw.text for flaw in flaws if flaw.code == "loop"] == [
        "a caller who does nothing goes round for ever: first > main > say > night/back > first"
    ]
    asking.nodes["back"] = other.nodes["back"]
    assert found_in(flow_with(jump), Around(flows={"night": asking})) == []


def test_what_is_wrong_in_another_flow_is_not_said_of_this_one() -> None:
    other = flow_of({"x": {**SAY, "next": "x"}}, name="night")
    flow = flow_with({**MENU, "keys": [{"key": "1", "to": "jump"}]}, jump={"kind": "flow", "flow": "night"})
    assert ("loop", "jump") not in found_in(flow, Around(flows={"night": other}))


def test_more_nodes_in_a_row_than_a_step_passes_are_named() -> None:
    case = [{"when": [{"fact": "blocked", "is_one_of": ["yes"]}], "to": "bye"}]
    for count, codes in ((48, []), (49, ["long_way"])):
        row = {f"c{at}": {**CONDITION, "cases": case, "otherwise": f"c{at + 1}"} for at in range(count)}
        flow = flow_with({**SAY, "next": "c0"}, **row, **{f"c{count}": {"kind": "hang_up"}})
        assert [flaw.code for flaw in check(flow, AROUND)] == codes


# --- prompts ----------------------------------------------------------------------------------------------------------


def missing(flow: Flow, around: Around = AROUND) -> set[str]:
    return {flaw.values["prompt"] for flaw in check(flow, around) if flaw.code == "missing_prompt"}


def test_prompts_that_kinds_say_themselves_must_be_there() -> None:
    confirmed = flow_with({**COLLECT, "is_confirmed": True, "wrong": []})
    assert missing(confirmed) == {"you-typed", "confirm-1-2", "invalid-number"}
    assert missing(flow_with(COLLECT)) == set()
    queue = {"kind": "queue", "queue": "consult", "says_position": True, "says_wait": True}
    assert missing(flow_with(queue)) >= {"queue-place", "queue-place-end", "queue-wait", "queue-wait-end"}


def test_prompts_of_values_must_be_there() -> None:
    flow = flow_with({**SAY, "prompts": [{"say": "digits", "of": "number"}]})
    assert missing(flow, Around(has_prompt=lambda name, _: not name.startswith("d") or name == "d0")) == {
        f"d{digit}" for digit in range(1, 10)
    }
    assert prompts_of("prompt", "zh") == ()


def test_a_flow_in_another_language_needs_its_own_recordings() -> None:
    assert missing(flow_of(GOOD, language="en")) == {"main", "hello", "recorded"}


# --- hints ------------------------------------------------------------------------------------------------------------

READS: list[tuple[dict[str, Any], str, str]] = [
    ({**SAY, "prompts": ["hello", {"say": "digits", "of": "order"}]}, "variable_unset", "order"),
    ({**CALLBACK, "number_from": "order"}, "variable_unset", "order"),
    ({**LOOK_UP, "what": "webhook", "webhook": "erp", "sends": ["order"]}, "variable_unset", "order"),
    (one_test(fact="variable", variable="order", is_one_of=["x"]), "variable_unset", "order"),
    (one_test(fact="variable", variable="customer_vip", is_one_of=["yes"]), "needs_look_up", "customer_vip"),
]


@pytest.mark.parametrize(("say", "code", "variable"), READS)
def test_a_value_that_nothing_sets_is_a_hint(say: dict[str, Any], code: str, variable: str) -> None:
    around = Around(queues={"consult"})
    flaws = check(flow_with(say), around)
    assert [(flaw.code, flaw.level, flaw.values["variable"]) for flaw in flaws] == [(code, "hint", variable)]
    sets = {**COLLECT, "next": "use", "into": variable} if code == "variable_unset" else {**LOOK_UP, "found": "use"}
    assert found_in(flow_with(sets, use=say), around) == []


def test_values_everybody_has_need_no_setting() -> None:
    parts = [{"say": "digits", "of": of} for of in ("number", "wait", "waiting-consult")]
    assert found_in(flow_with({**SAY, "prompts": ["hello", *parts]}), Around(queues={"consult"})) == []


def test_what_a_flow_that_jumps_here_has_set_is_known() -> None:
    jump = {"kind": "flow", "flow": "m"}
    other = flow_of({"take": {**COLLECT, "next": "on"}, "on": jump}, name="before")
    flow = flow_with({**SAY, "prompts": [{"say": "digits", "of": "order"}]})
    assert found_in(flow, Around(flows={"before": other})) == []


def test_the_state_of_a_ticket_is_known_where_it_is_told() -> None:
    node = {"kind": "ticket_status", "ask_number": ["main"], "ask_digits": ["main"], "next": "bye", "otherwise": "bye"}
    state = {"say": "prompt", "of": "ticket_state"}
    assert found_in(flow_with({**node, "found": [state]}), Around()) == []
    assert found_in(flow_with({**node, "ask_digits": [state], "found": [state]}), Around()) == [
        ("variable_unset", "say")
    ]


def test_a_menu_from_which_nobody_comes_to_a_person_is_a_hint() -> None:
    keys = [{"key": "2", "to": "say"}]
    assert ("no_person", "main") in found_in(flow_of({"first": NOTICE, "main": {**MENU, "keys": keys}, "say": SAY}))


def test_a_queue_before_the_notice_is_a_hint_and_a_flow_is_asked_for_where_callers_come_in() -> None:
    flow = flow_of({"main": MENU, "say": SAY})
    assert found_in(flow) == [("no_notice", "person")]
    noticed = flow_of({"first": {**NOTICE, "next": "on"}, "on": {"kind": "flow", "flow": "m"}}, name="before")
    assert found_in(flow, Around(flows={"before": noticed})) == []
    assert found_in(flow, Around(flows={"before": noticed}, first={"m"})) == [("no_notice", "person")]


def test_calling_outwards_while_that_is_off_is_a_hint() -> None:
    around = Around(can_call_out=False)
    assert found_in(flow_with(CALLBACK), around) == [("not_outwards", "say")]
    transfer = {"kind": "transfer_out", "number": "01012345678", "otherwise": "bye"}
    assert found_in(flow_with(transfer), around) == [("not_outwards", "say")]


# --- lines ------------------------------------------------------------------------------------------------------------

TEXT = """\
name: m
title: {zh: 流程, en: flow}
start: main
nodes:
  main:
    kind: menu
    prompts: [main, gone]
    keys:
    - {key: '1', to: nowhere}
    - {key: '1', to: person}
    otherwise: person
  person:
    kind: queue
    queue: consult
    says_wait: true
  alone: {kind: hang_up}
"""


def lines_of(text: str) -> list[tuple[int, str]]:
    found = read_text(text)
    assert found.flow is not None
    flaws: list[Flaw] = check(found.flow, AROUND, found.places)
    return [(flaw.line, flaw.code) for flaw in flaws if flaw.values.get("prompt", "gone") == "gone"]


def test_flaws_stand_at_their_lines() -> None:
    assert lines_of(TEXT) == [(7, "missing_prompt"), (9, "unknown_node"), (10, "key_used_twice")]
    whole = TEXT.replace("nowhere", "person").replace("'1', to: person}\n    other", "'2', to: person}\n    other")
    assert lines_of(whole) == [(7, "missing_prompt"), (12, "no_notice"), (16, "unreachable")]
    assert lines_of(TEXT.replace("start: main", "start: gone"))[0] == (3, "unknown_start")


def test_every_code_has_a_sentence_and_hints_keep_nothing_from_being_published() -> None:
    assert set(HINTS) <= set(CODES)
    assert {"variable_unset", "no_notice", "no_person", "not_outwards", "needs_look_up"} == set(HINTS)
