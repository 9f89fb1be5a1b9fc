"""A ticket procedure as data: categories, responsible departments, due time, and the calls that open it (P-20, P-25).

Pure. The files are read by `tickets.library`. States are those of `tickets.ticket` for every procedure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from cti.domain.entity import MenuStepView
from cti.domain.errors import Invalid

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}/[0-9*#]{1,20}$(?!\n)")]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something in a procedure's file. A field nobody knows is a slip of the pen, so it is refused."""


class Category(Part, frozen=True, kw_only=True):
    """What it is about. `department`: who is responsible for this; empty: as the procedure says."""

    code: Code
    zh: Word
    en: Word
    department: str = ""


class Opening(Part, frozen=True, kw_only=True):
    """Calls whose form begins with this procedure."""

    keys: tuple[Key, ...] = ()
    """`welcome/2`: key 2 pressed at node welcome of the menu."""
    queues: tuple[str, ...] = ()
    hotlines: tuple[str, ...] = ()
    is_default: bool = False
    """For calls that no procedure claims."""


class Procedure(Part, frozen=True, kw_only=True):
    """One procedure. `place` orders the form, the smallest first."""

    code: Code
    place: int
    zh: Word
    en: Word
    is_complaint: bool = False
    due_h: Annotated[float, Meta(gt=0, le=24 * 366)]
    """Hours from receipt to the answer; P-22 says 8 for whatever is to be answered."""
    department: Code
    categories: Annotated[tuple[Category, ...], Meta(min_length=1)]
    opens_for: Opening = Opening()

    def find_category(self, code: str) -> Category | None:
        """The category with this code, or None."""
        return next((one for one in self.categories if one.code == code), None)

    def department_for(self, category: str) -> str:
        """Who is proposed: the category's department, else the procedure's own."""
        found = self.find_category(category)
        return (found.department if found else "") or self.department

    def due_at(self, received_at: datetime) -> datetime:
        """When the customer must have an answer."""
        return received_at + timedelta(hours=self.due_h)


class Flaw(msgspec.Struct, frozen=True):
    """Something wrong with a procedure. `at`: where in its file, as keys and list places."""

    at: tuple[str | int, ...]
    text: str


class Procedures:
    """All procedures in the order of the form."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self.all: tuple[Procedure, ...] = tuple(sorted(procedures, key=lambda one: (one.place, one.code)))
        self._by_code = {one.code: one for one in self.all}

    def get(self, code: str) -> Procedure:
        """The procedure. Raises: Invalid `ticket.procedure`."""
        if found := self._by_code.get(code):
            return found
        raise Invalid("There is no such procedure.", code="ticket.procedure", field="procedure", procedure=code)

    def find(self, code: str) -> Procedure | None:
        """The procedure, or None: a ticket may outlive its procedure's file."""
        return self._by_code.get(code)

    def is_complaint(self, code: str) -> bool:
        """Whether tickets of this procedure are complaints."""
        found = self._by_code.get(code)
        return found is not None and found.is_complaint

    def choose(self, menu: Sequence[MenuStepView], queue: str | None, hotline: str) -> str:
        """The procedure a call's form begins with: by the last key that one claims, then queue, hotline, default."""
        for step in reversed(menu):
            key = f"{step.node}/{step.digits}"
            if found := next((one for one in self.all if key in one.opens_for.keys), None):
                return found.code
        for one in self.all:
            if queue is not None and queue in one.opens_for.queues:
                return one.code
        for one in self.all:
            if hotline in one.opens_for.hotlines:
                return one.code
        return next((one.code for one in self.all if one.opens_for.is_default), self.all[0].code if self.all else "")


def check_procedure(procedure: Procedure, departments: Collection[str]) -> Iterator[Flaw]:
    """Yield what is wrong with one procedure by itself. `departments`: codes there are."""
    if procedure.department not in departments:
        yield Flaw(("department",), f"there is no department {procedure.department}")
    seen: set[str] = set()
    for place, category in enumerate(procedure.categories):
        if category.code in seen:
            yield Flaw(("categories", place, "code"), f"category {category.code} stands twice")
        seen.add(category.code)
        if category.department and category.department not in departments:
            yield Flaw(("categories", place, "department"), f"there is no department {category.department}")


def check_together(procedures: Sequence[Procedure]) -> Iterator[str]:
    """Yield what is wrong with procedures beside each other: who claims the same calls, who is the default."""
    claims: dict[str, str] = {}
    codes: set[str] = set()
    for one in procedures:
        if one.code in codes:
            yield f"procedure {one.code} stands twice"
        codes.add(one.code)
        opens = one.opens_for
        wanted = [("key", key) for key in opens.keys] + [("queue", queue) for queue in opens.queues]
        for kind, what in wanted + [("hotline", hotline) for hotline in opens.hotlines]:
            other = claims.setdefault(f"{kind} {what}", one.code)
            if other != one.code:
                yield f"{one.code} and {other} both open for {kind} {what}"
    defaults = [one.code for one in procedures if one.opens_for.is_default]
    if len(defaults) != 1:
        yield f"exactly one procedure opens by default (`opens_for: {{is_default: true}}`), not {len(defaults)}"
