"""Everything that may be wrong with a flow: a stable code, how bad it is, and a plain sentence. Pure.

The screen has the same codes in both languages (`flaw.<code>`), filled with the same values.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["bad", "hint"]

OF_TEXT: dict[str, str] = {
    "too_long": "the text is longer than {most} bytes",
    "unreadable": "the text cannot be read: {why}",
    "no_mapping": "a flow is a list of fields: name, title, start, nodes",
    "key_twice": "{field} stands twice",
    "no_alias": "anchors and aliases (& and *) are not used in flows: write it out, or put quotes around it",
    "no_tag": "tags (!) are not used in flows",
    "too_deep": "the text is nested too deeply for a flow",
    "one_flow": "a file has one flow: there must be nothing behind ---",
}
OF_SHAPE: dict[str, str] = {
    "node_name": "{node} cannot be a node's name: small letters, digits, - and _, 40 at most",
    "node_shape": "node {node} is a list of fields, the first says its kind",
    "too_many_nodes": "the flow has {count} nodes, {most} are possible",
    "other_name": "the text calls the flow {value}, here it is called {name}",
    "missing": "{field} is missing",
    "unknown": "there is no field {field} here",
    "kind": "there is no kind of node called {value}",
    "choice": "{field}: {value} is none of {choices}",
    "empty": "{field} says nothing: leave it out, or put quotes around it if it is the # key",
    "type": "{field} must be {wanted}",
    "name": "{field}: a name has small letters, digits, - and _, 40 at most",
    "one_key": "{field}: one of the keys 0 to 9, * and #",
    "clock": "{field}: a time of day, as 08:30",
    "number": "{field}: a telephone number has 3 to 20 digits",
    "characters": "{field} has characters that cannot be shown",
    "least": "{field} must be at least {limit}",
    "most": "{field} must be at most {limit}",
    "longest": "{field} has more than {limit}",
    "shortest": "{field} needs at least {limit}",
    "shape": "{why}",
}
OF_FLOW: dict[str, str] = {
    "unknown_start": "the flow starts at node {to}, which does not exist",
    "unknown_node": "node {node} leads to node {to}, which does not exist",
    "unknown_flow": "node {node} goes on in flow {to}, which is not in force",
    "unknown_queue": "node {node} names queue {queue}, which does not exist",
    "unknown_schedule": "node {node} names schedule {schedule}, which does not exist",
    "unknown_webhook": "node {node} asks webhook {webhook}, which does not exist or is switched off",
    "missing_prompt": "node {node} plays prompt {prompt}, which has no recording in this language",
    "no_keys": "menu {node} offers no key",
    "key_used_twice": "menu {node} uses key {key} twice",
    "few_scores": "survey {node} has one score for all keys: nothing can be told from it",
    "fewest_most": "node {node} wants at least {fewest} digits and at most {most}",
    "never_fits": "node {node} takes {fewest} to {most} digits: no such number has so many",
    "no_webhook": "node {node} asks a webhook and does not say which",
    "no_test": "a test of node {node} says nothing: give it bounds or words",
    "no_variable": "a test of node {node} does not say of which variable",
    "odd_word": "a test of node {node}: {fact} is never {value}, only {choices}",
    "empty_range": "a test of node {node} wants at least {least} and at most {most}: nothing is both",
    "odd_test": "a test of node {node} has {field}, which says nothing about {fact}",
    "unreachable": "no way leads to node {node}",
    "dead_end": "from node {node} no way leads out of the menu",
    "loop": "a caller who does nothing goes round for ever: {path}",
    "long_way": "{count} nodes in a row without the caller, from node {node} on: {most} are possible",
}
HINTS: dict[str, str] = {
    "variable_unset": "node {node} uses {variable}, which nothing sets on a way to it",
    "needs_look_up": "node {node} uses {variable}, but no look-up of the customer stands on a way to it",
    "not_outwards": "node {node} calls outwards, and calling out is switched off",
    "no_person": "from menu {node} no way leads to a person",
    "no_notice": "a caller comes to queue {node} without the notice that calls are recorded",
}
SENTENCES = {**OF_TEXT, **OF_SHAPE, **OF_FLOW, **HINTS}
CODES = tuple(SENTENCES)


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a flow. `bad` keeps it from being published, `hint` does not.

    `line`: in the text, from 1; 0: nowhere in it. `text`: plain English, made of `values`.
    """

    code: str
    level: Level
    line: int
    node: str
    text: str
    values: dict[str, str]


def flaw(code: str, *, line: int = 0, node: str = "", **values: str | int) -> Flaw:
    """A flaw of one of `CODES`, its sentence filled in. Values come from the text: cut to what a line can show."""
    shown = {name: str(value)[:80] for name, value in values.items()}
    text = SENTENCES[code].format(node=node, **shown)
    level: Level = "hint" if code in HINTS else "bad"
    return Flaw(code=code, level=level, line=line, node=node, text=text, values={"node": node, **shown})
