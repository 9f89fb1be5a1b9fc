"""The rulebook in force: defaults, changes, versions, what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from cti.domain.errors import Conflict, Invalid
from cti.domain.events import Event, RulesChanged
from cti.domain.rulebook import CallingRules, DeskRules, NotReadyRules, Reason, Rule
from cti.store.options import set_option
from cti.store.rulebook import Rules
from cti.store.work import Database

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def rules_on(database: Database, told: list[Event]) -> Rules:
    return Rules(database, submit=told.append, clock=lambda: NOW)


async def change(database: Database, rules: Rules, name: str, value: Rule, version: int) -> None:
    async with database.work() as work:
        await rules.change(work, name, value, version=version, by="li")


async def change_and_fail(database: Database, rules: Rules) -> None:
    async with database.work() as work:
        await rules.change(work, "desk", DeskRules(wrap_up_s=42), version=0, by="li")
        raise ZeroDivisionError


async def test_defaults_are_in_force_and_told_at_start(database: Database) -> None:
    told: list[Event] = []
    rules = rules_on(database, told)
    await rules.load()
    assert rules.book.desk == DeskRules()
    assert told == [RulesChanged(at=NOW, rules=DeskRules())]


async def test_a_change_is_in_force_at_once_and_after_a_restart(database: Database) -> None:
    told: list[Event] = []
    rules = rules_on(database, told)
    await rules.load()
    await change(database, rules, "desk", DeskRules(wrap_up_s=42), 0)
    assert rules.book.desk.wrap_up_s == 42
    assert told[-1] == RulesChanged(at=NOW, rules=DeskRules(wrap_up_s=42))
    again = rules_on(database, [])
    await again.load()
    assert (again.book.desk.wrap_up_s, again.versions["desk"], again.versions["calling"]) == (42, 1, 0)


async def test_of_two_people_at_once_the_second_must_look_again(database: Database) -> None:
    rules = rules_on(database, [])
    await rules.load()
    await change(database, rules, "desk", DeskRules(wrap_up_s=42), 0)
    with pytest.raises(Conflict, match="somebody else"):
        await change(database, rules, "desk", DeskRules(wrap_up_s=7), 0)
    assert rules.book.desk.wrap_up_s == 42


async def test_what_is_rolled_back_was_never_in_force(database: Database) -> None:
    told: list[Event] = []
    rules = rules_on(database, told)
    await rules.load()
    with pytest.raises(ZeroDivisionError):
        await change_and_fail(database, rules)
    assert rules.book.desk == DeskRules()
    assert len(told) == 1


async def test_a_stored_value_this_version_cannot_read_leaves_the_default(database: Database) -> None:
    async with database.work() as work:
        await set_option(work.session, "rules.desk", {"wrap_up_s": "soon"}, version=0, at=NOW, by="li")
    rules = rules_on(database, [])
    await rules.load()
    assert (rules.book.desk, rules.unreadable, rules.versions["desk"]) == (DeskRules(), ("desk",), 1)
    await change(database, rules, "desk", DeskRules(wrap_up_s=5), 1)
    assert rules.unreadable == ()


KNOWN = NotReadyRules().reasons


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("not_ready", NotReadyRules(reasons=KNOWN[1:]), "rules.vanished"),
        ("not_ready", NotReadyRules(reasons=(*KNOWN, KNOWN[0])), "rules.twice"),
        ("not_ready", NotReadyRules(reasons=(*KNOWN, Reason(code="phone_away", zh="x", en="x"))), "rules.reserved"),
        ("calling", CallingRules(is_on=True), "rules.no_prefixes"),
        ("calling", CallingRules(is_on=True, prefixes={"agent": ()}), "rules.no_prefixes"),
    ],
)
async def test_a_change_that_would_lose_something_is_refused(
    database: Database, name: str, value: Rule, code: str
) -> None:
    rules = rules_on(database, [])
    await rules.load()
    with pytest.raises(Invalid) as refused:
        await change(database, rules, name, value, 0)
    assert refused.value.code == code


async def test_a_reason_may_be_renamed_and_switched_off(database: Database) -> None:
    rules = rules_on(database, [])
    await rules.load()
    off = msgspec.structs.replace(KNOWN[0], zh="休息", is_active=False)
    await change(database, rules, "not_ready", NotReadyRules(reasons=(off, *KNOWN[1:])), 0)
    assert rules.book.not_ready.reasons[0].zh == "休息"
