"""Flows as text: what is read, what is refused with which line, and that nothing gets lost on the way out and in."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.kinds.shapes import Flow, Menu
from ivr.text.flaws import CODES, OF_FLOW, OF_SHAPE, OF_TEXT
from ivr.text.placed_yaml import LONGEST_TEXT_BYTES
from ivr.text.reading import MOST_NODES, read_text
from ivr.text.writing import write_text
from tests.flows_made import ANY_FLOW

GOOD = """\
# Day of the consultation hotline
name: consult-day
title: {zh: 咨询, en: Consultation}
start: main
language: zh
nodes:
  main:
    kind: menu
    note: the first thing callers hear
    prompts:
    - welcome
    - {say: minutes, of: wait}
    keys:
    - {key: '1', to: person, says: 咨询}
    - {key: '*', to: busy}
    otherwise: person
    wait_s: 4.5
  busy:
    kind: condition
    cases:
    - when: [{fact: time, since: '08:00', until: '20:00'}]
      to: person
    otherwise: person
  person:
    kind: queue
    queue: consult
"""


def read(text: str) -> Flow:
    found = read_text(text)
    assert found.flow is not None, found.flaws
    return found.flow


def spoilt(line: int, text: str) -> str:
    """The good text with one line replaced, counted from 1."""
    lines = GOOD.splitlines()
    lines[line - 1] = text
    return "\n".join(lines)


def test_a_flow_is_read_with_the_line_of_each_node() -> None:
    found = read_text(GOOD)
    assert found.flow is not None
    assert found.flaws == ()
    assert found.lines == {"main": 7, "busy": 18, "person": 24}
    assert found.places["nodes", "main", "keys", 1, "to"] == 15
    main = found.flow.nodes["main"]
    assert isinstance(main, Menu)
    assert [key.key for key in main.keys] == ["1", "*"]
    assert main.wait_s == 4.5


def test_words_mean_what_they_look_like() -> None:
    text = spoilt(14, "    - {key: 1, to: person, says: no}").replace("'08:00'", "08:00")
    assert read(text) == read(GOOD.replace("says: 咨询", "says: 'no'"))


def test_a_flow_is_written_tidily() -> None:
    written = write_text(read(GOOD))
    assert written == GOOD.split("\n", 1)[1].replace(
        "    prompts:\n    - welcome\n    - {say: minutes, of: wait}\n",
        "    prompts: [welcome, {say: minutes, of: wait}]\n",
    ).replace("language: zh\n", "")


@settings(max_examples=100, deadline=None)
@given(ANY_FLOW)
def test_what_is_written_is_read_as_the_same_flow(flow: Flow) -> None:
    text = write_text(flow)
    assert read(text) == flow
    assert write_text(read(text)) == text


@pytest.mark.parametrize(
    ("line", "text", "code", "node", "words"),
    [
        (2, "name: Day", "name", "", "name: a name has small letters"),
        (3, "title: {zh: 咨询}", "missing", "", "title.en is missing"),
        (3, "title: {zh: 咨询, en: ''}", "shortest", "", "title.en needs at least 1 characters"),
        (4, "# start", "missing", "", "start is missing"),
        (5, "language: fr", "choice", "", "language: fr is none of en, zh"),
        (5, "colour: red", "unknown", "", "no field colour"),
        (7, "  Main:", "node_name", "Main", "Main cannot be a node's name"),
        (8, "    kind: meny", "kind", "main", "no kind of node called meny"),
        (8, "    # kind", "missing", "main", "kind is missing"),
        (9, f"    note: {'x' * 201}", "longest", "main", "note has more than 200 characters"),
        (14, "    - {key: 12, to: person}", "one_key", "main", "keys[1].key: one of the keys"),
        (14, "    - {to: person}", "missing", "main", "keys[1].key is missing"),
        (14, "    - {key: '1', to: a b}", "name", "main", "keys[1].to: a name has"),
        (14, "    - {key: 1, to: person, colour: red}", "unknown", "main", "no field keys[1].colour"),
        (14, "    - key: #\n      to: person", "empty", "main", "keys[1].key says nothing"),
        (14, "    - {key: '1', to: person, says: \"a\\u0007\"}", "characters", "main", "cannot be shown"),
        (14, "    - one", "type", "main", "keys[1] must be a list of fields"),
        (17, "    wait_s: 0.5", "least", "main", "wait_s must be at least 1"),
        (17, "    wait_s: .inf", "type", "main", "wait_s must be a number"),
        (17, "    wait_s: nan", "least", "main", "wait_s must be at least 1"),
        (17, "    tries: 2.5", "type", "main", "tries must be a whole number"),
        (17, "    tries: 10", "most", "main", "tries must be at most 9"),
        (21, "    - when: []", "shortest", "busy", "cases[1].when needs at least 1 entries"),
        (21, "    - when: [{fact: time, since: 8:00}]", "clock", "busy", "cases[1].when[1].since: a time of day"),
        (21, "    - when: [{fact: moon}]", "choice", "busy", "cases[1].when[1].fact: moon is none of"),
        (24, "  nobody: nothing\n  person:", "node_shape", "nobody", "node nobody is a list of fields"),
        (26, "    queue:", "empty", "person", "queue says nothing"),
    ],
)
def test_a_wrong_shape_is_named_with_its_line(line: int, text: str, code: str, node: str, words: str) -> None:
    flaws = read_text(spoilt(line, text)).flaws
    assert (flaws[0].code, flaws[0].node) == (code, node)
    assert words in flaws[0].text
    if code != "missing" or "keys" in words:
        assert flaws[0].line == line


def test_each_node_is_looked_at() -> None:
    flaws = read_text(spoilt(17, "    wait_s: x").replace("queue: consult", "queue: a b")).flaws
    assert [(flaw.line, flaw.node) for flaw in flaws] == [(17, "main"), (26, "person")]
    assert read_text(spoilt(17, "    wait_s: x")).lines["person"] == 24


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "no_mapping", 1),
        ("- a", "no_mapping", 1),
        ("just words", "no_mapping", 1),
        ("nodes: [", "unreadable", 2),
        ("a: 1\na: 2", "key_twice", 2),
        ("a: &x [1]", "no_alias", 1),
        ("a:\n- *x", "no_alias", 2),
        ("keys:\n- {key: *, to: a}", "no_alias", 2),
        ("a: !!python/object/apply:os.system [x]", "no_tag", 1),
        ("a: b\n---\na: b", "one_flow", 2),
        ("[" * 1000, "too_deep", 1),
        ("{a: " * 40_000, "too_deep", 1),
        ("- " * 90_000, "too_deep", 1),
        ("? [a]\n: b", "unreadable", 1),
        ("a: \0", "unreadable", 0),
        ("a: \ud800", "unreadable", 0),
        ("a: '" + "界" * 70_000, "too_long", 0),
        ("a:\n\t- b", "unreadable", 2),
    ],
)
def test_what_is_no_plain_text_of_fields_is_refused(text: str, code: str, line: int) -> None:
    found = read_text(text)
    assert found.flow is None
    assert [(flaw.code, flaw.line) for flaw in found.flaws] == [(code, line)]


@pytest.mark.parametrize(
    "text",
    [
        *("x" * LONGEST_TEXT_BYTES, "- a\n" * 49_000, "a: [" + "1," * 90_000 + "]", ":" * 190_000, "{" * 190_000),
        "nodes:\n" + "".join(f"  n{at}: {{kind: hang_up}}\n" for at in range(8_000)),
    ],
    ids=["word", "list", "line", "colons", "braces", "nodes"],
)
def test_the_longest_text_is_read_in_a_moment(text: str) -> None:
    began = time.process_time()
    assert read_text(text).flow is None
    assert time.process_time() - began < 5


def test_a_flow_has_no_more_nodes_than_people_can_read() -> None:
    text = GOOD + "".join(f"  n{at}: {{kind: hang_up}}\n" for at in range(MOST_NODES))
    assert [flaw.code for flaw in read_text(text).flaws] == ["too_many_nodes"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("aé{}[]:,-?!&*#|>'\"%@` \n\t0"), max_size=40) | st.text(max_size=30))
def test_no_text_breaks_the_reading(text: str) -> None:
    found = read_text(text)
    assert found.flow is None
    assert all(flaw.code in CODES for flaw in found.flaws)


def test_every_flaw_of_a_text_or_a_shape_has_words_of_its_own() -> None:
    groups = (OF_TEXT, OF_SHAPE, OF_FLOW)
    assert len(CODES) == len(set(CODES)) >= sum(len(group) for group in groups)
