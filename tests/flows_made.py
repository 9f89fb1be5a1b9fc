"""Flows made at random: any value the shapes allow, and graphs that hang together."""

from __future__ import annotations

import random
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from ivr.kinds.shapes import Flow

NAMES = ("a", "b2", "null", "no", "1", "08", "a-b_c", "yes", "on", "x" * 40)
TEXT_OF_PATTERN: dict[str, st.SearchStrategy[str]] = {
    "[0-9*#]": st.sampled_from("0123456789*#"),
    "2[0-3]": st.sampled_from(("00:00", "08:30", "23:59", "24:00")),
    "{3,20}": st.sampled_from(("110", "01012345678", "12345678901234567890")),
}
SHOWN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


def value_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of one type of the shapes."""
    match kind:
        case inspect.StructType():
            return fields_of(kind)
        case inspect.UnionType():
            return st.one_of([value_of(one) for one in kind.types])
        case inspect.VarTupleType():
            most = min(kind.max_length or 3, 3)
            return st.lists(value_of(kind.item_type), min_size=kind.min_length or 0, max_size=most).map(tuple)
        case inspect.DictType():
            keys, values = value_of(kind.key_type), value_of(kind.value_type)
            return st.dictionaries(keys, values, min_size=kind.min_length or 0, max_size=3)
        case inspect.LiteralType():
            return st.sampled_from(kind.values)
        case inspect.StrType():
            return _text(kind)
        case inspect.IntType():
            return st.integers(kind.ge if kind.ge is not None else -9, kind.le if kind.le is not None else 10**6)
        case inspect.FloatType():
            return st.floats(kind.ge, kind.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise AssertionError(f"no values for {kind}")


def fields_of(kind: inspect.StructType) -> st.SearchStrategy[Any]:
    """Structs of one shape; fields that may be left out sometimes are."""
    wanted = {field.name: value_of(field.type) for field in kind.fields if field.required}
    usual = {field.name: value_of(field.type) for field in kind.fields if not field.required}
    return st.fixed_dictionaries(wanted, optional=usual).map(lambda fields: kind.cls(**fields))


def _text(kind: inspect.StrType) -> st.SearchStrategy[str]:
    pattern = kind.pattern or ""
    for part, texts in TEXT_OF_PATTERN.items():
        if part in pattern:
            return texts | st.just("") if "?$" in pattern else texts
    if "a-z0-9_-" in pattern:
        return st.sampled_from((*NAMES, "") if "?$" in pattern else NAMES)
    texts = SHOWN if pattern else st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
    return texts.filter(lambda text: len(text) >= (kind.min_length or 0))


ANY_FLOW: st.SearchStrategy[Flow] = value_of(inspect.type_info(Flow))
"""Right in shape; its nodes may lead anywhere."""


# --- graphs that hang together ----------------------------------------------------------------------------------------

WHENS = (
    {"fact": "waiting", "queue": "q", "at_least": 2},
    {"fact": "variable", "variable": "v", "at_most": 5},
    {"fact": "time", "since": "22:00", "until": "06:00"},
    {"fact": "blocked", "is_one_of": ["yes"]},
)
SAID = ("a", "b", {"say": "digits", "of": "v"}, {"say": "prompt", "of": "w"})


def flows_hung(seed: int, *, is_forward: bool) -> dict[str, Flow]:
    """Two flows that hang together, the first jumps to the second. `is_forward`: nobody goes round without a key.

    By a seed and not drawn piece by piece: a hundred times as fast.
    """
    chance = random.Random(seed)
    made = {}
    for name, jump in (("one", {"kind": "flow", "flow": "two"}), ("two", {"kind": "hang_up"})):
        names = [f"n{at}" for at in range(chance.randint(1, 7))]
        nodes = {}
        for at, node in enumerate(names):
            on = [*(names[at + 1 :] if is_forward else names), "out"]
            nodes[node] = node_at_random(chance, on, [*names, "out"])
        data = {"name": name, "title": {"zh": "甲", "en": "a"}, "start": "n0", "nodes": {**nodes, "out": jump}}
        made[name] = msgspec.convert(data, Flow)
    return made


def node_at_random(chance: random.Random, on: list[str], anywhere: list[str]) -> dict[str, Any]:
    """A node of any kind. `on`: where a silent caller may be led, `anywhere`: where keys may lead."""
    words = ["a", *chance.choices(SAID, k=chance.randint(0, 2))]
    some = chance.choices(SAID, k=chance.randint(0, 2))
    yes = chance.random() < 0.5
    leads = {field: chance.choice(on) for field in ("next", "otherwise", "found", "not_found", "failed")}
    keyed = chance.choice(anywhere)

    def to(*fields: str) -> dict[str, str]:
        return {field: leads[field] for field in fields}

    def patient(kind: str, **fields: Any) -> dict[str, Any]:
        return {"kind": kind, "tries": chance.randint(1, 3), **fields}

    keys = [{"key": key, "to": chance.choice(anywhere)} for key in chance.sample("123456", chance.randint(1, 4))]
    cases = [{"when": chance.choices(WHENS, k=2 if yes else 1), "to": chance.choice(on)} for _ in "ab"]
    menu = patient("menu", prompts=words, keys=keys, operator=keyed, repeat="*", wrong_key=some, no_input=some)
    collect = patient("collect", prompts=words, into="v", next=keyed, most=6, is_confirmed=yes, is_masked=yes)
    ticket = patient("ticket_status", ask_number=words, ask_digits=["b"], found=words, not_found=some, next=keyed)
    queue = {"kind": "queue", "queue": "q", "prompts": some, "says_position": yes, "says_wait": yes, "after": keyed}
    callback = {"kind": "callback", "queue": "q", "prompts": some, "number_from": "v" if yes else ""}
    webhook = {"what": "webhook", "webhook": "erp", "takes": {"x": "w"}, "sends": ["v"]}
    made: tuple[dict[str, Any], ...] = (
        *({"kind": kind, "prompts": words, **to("next")} for kind in ("announce", "notice")),
        {**menu, **to("otherwise")},
        {**collect, **to("otherwise")},
        {"kind": "hours", "schedule": "day", "open": leads["found"], "closed": leads["failed"]},
        {"kind": "condition", "cases": cases, **to("otherwise")},
        *(
            {"kind": "look_up", **what, **to("found", "not_found", "failed")}
            for what in ({"what": "customer"}, webhook)
        ),
        queue,
        {**callback, **to("next", "otherwise")},
        {"kind": "voicemail", "prompts": words, "box": "q", **to("next", "otherwise")},
        {"kind": "transfer_out", "number": "01012345678", "prompts": some, **to("otherwise")},
        patient("survey", question="s", prompts=words, **to("next")),
        {**ticket, **to("otherwise")},
        {"kind": "refuse", "reason": "full", "prompts": words},
        {"kind": "hang_up", "prompts": some},
    )
    return chance.choice(made)
