"""Procedures: the shipped ones, which call opens which, and broken files refused by line (P-20, P-22, P-25)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.domain.entity import MenuStepView
from cti.domain.errors import Invalid
from tickets.library import PROCEDURES, load_procedures
from tickets.procedure import Procedures

SHIPPED = load_procedures()
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def pressed(node: str, digits: str) -> MenuStepView:
    return MenuStepView(at=NOON, flow="hotline", node=node, digits=digits, outcome="")


def test_the_shipped_procedures_are_those_of_the_company() -> None:
    codes = [one.code for one in SHIPPED.all]
    assert codes == [
        "complaint", "service_complaint", "return_exchange", "on_site_service", "order", "consultation",
        "satisfaction", "visit", "customer_property", "sample",
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["complaint", "service_complaint", "on_site_service", "consultation"])
def test_what_must_be_answered_is_due_in_8_hours(code: str) -> None:
    assert SHIPPED.get(code).due_at(NOON) == datetime(2026, 11, 25, 20, tzinfo=UTC)


def test_a_complaint_about_service_goes_to_the_department_of_its_category() -> None:
    procedure = SHIPPED.get("service_complaint")
    wanted = {"staff_conduct": "personnel", "supplies": "purchasing", "charges": "finance", "": "service"}
    assert {category: procedure.department_for(category) for category in wanted} == wanted


@pytest.mark.parametrize(
    ("menu", "queue", "hotline", "code"),
    [
        ([pressed("welcome", "2")], None, "95001", "complaint"),
        ([pressed("welcome", "1")], "complaints", "95002", "consultation"),
        ([pressed("welcome", "1"), pressed("welcome", "2")], "consult", "95001", "complaint"),
        ([pressed("welcome", "9")], "complaints", "95001", "complaint"),
        ([], None, "95002", "complaint"),
        ([], None, "95003", "on_site_service"),
        ([], "sales", "12345", "consultation"),
    ],
)
def test_the_last_key_decides_then_queue_hotline_default(
    menu: list[MenuStepView], queue: str | None, hotline: str, code: str
) -> None:
    assert SHIPPED.choose(menu, queue, hotline) == code


def test_an_unknown_procedure_is_refused_but_an_old_ticket_may_have_one() -> None:
    with pytest.raises(Invalid, match="no such procedure"):
        SHIPPED.get("gone")
    assert SHIPPED.find("gone") is None
    assert not SHIPPED.is_complaint("gone")


GOOD = """code: one
place: 1
zh: 一
en: One
due_h: 8
department: quality
opens_for: {is_default: true}
categories:
  - {code: a, zh: 甲, en: A}
  - {code: b, zh: 乙, en: B, department: sales}
"""


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("due_h: 8", "due_h: soon"), 5, "due_h: Expected `float`"),
        (("due_h: 8", "due_h: 0"), 5, "due_h"),
        (("department: quality", "department: moon"), 6, "there is no department moon"),
        (("{code: b", "{code: a"), 10, "category a stands twice"),
        (("department: sales", "department: moon"), 10, "there is no department moon"),
        (("en: One", "en: One\nen: Two"), 5, "en stands twice"),
        (("place: 1", "place: 1\ncolour: red"), 3, "unknown field `colour`"),
        (("zh: 一\n", ""), 1, "missing required field `zh`"),
        (("{code: b, zh: 乙", "{code: b, zh: [乙]"), 10, "categories.1.zh: Expected `str`"),
        (("zh: 一", "zh: [一"), 4, "this is no YAML"),
        (("code: one", "code: other"), 1, "must be the name of the file"),
        ((GOOD, "- a\n"), 1, "`name: value`"),
        (("is_default: true", 'keys: ["2"]'), 7, "opens_for.keys.0"),
    ],
)
def test_a_broken_file_is_refused_by_line(tmp_path: Path, change: tuple[str, str], line: int, words: str) -> None:
    assert change[0] in GOOD
    (tmp_path / "one.yaml").write_text(GOOD.replace(*change), "utf-8")
    with pytest.raises(Invalid) as refused:
        load_procedures(tmp_path)
    assert refused.value.message.startswith(f"one.yaml, line {line}: ")
    assert words in refused.value.message
    assert refused.value.code == "procedure.broken"


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"is_default: true": "is_default: true"}, "exactly one procedure opens by default"),
        ({"{is_default: true}": "{queues: [consult]}"}, "both open for queue consult"),
    ],
)
def test_two_procedures_may_not_claim_the_same_calls(tmp_path: Path, second: dict[str, str], words: str) -> None:
    first = GOOD.replace("{is_default: true}", "{is_default: true, queues: [consult]}")
    (tmp_path / "one.yaml").write_text(first, "utf-8")
    other = GOOD.replace("code: one", "code: two")
    for old, new in second.items():
        other = other.replace(old, new)
    (tmp_path / "two.yaml").write_text(other, "utf-8")
    with pytest.raises(Invalid, match=words):
        load_procedures(tmp_path)


def test_a_folder_without_procedures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no procedure"):
        load_procedures(tmp_path)
    assert PROCEDURES.is_dir()


def test_without_procedures_a_form_begins_with_none() -> None:
    assert Procedures([]).choose([], None, "") == ""
