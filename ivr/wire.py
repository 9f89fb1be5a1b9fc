"""Shapes on the wire of flows, prompts and the hotline's rules; TypeScript is made from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.hours import CalendarRules, HotlineRules, HoursRules
from cti.domain.rulebook import WebhookRules
from cti.web.shapes import Answer, Wire
from ivr.kinds.shapes import Flow, Position
from ivr.language.actions import Action, Input
from ivr.language.actions import Name as FlowName
from ivr.language.facts import QueueFacts

FlowText = Annotated[str, Meta(max_length=60_000, pattern=r"^[^\x00]*$(?!\n)")]
"""The shipped flows have a tenth of it. PostgreSQL cannot keep NUL."""
Line200 = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
VersionNumber = Annotated[int, Meta(ge=-1, le=2**31 - 1)]
Language = Literal["zh", "en"]


# --- flows ----------------------------------------------------------------------------------------------------------


class FlawView(Answer, kw_only=True):
    """Something wrong with a flow. `code` has words in both languages, `values` fill them; `text` is plain English.

    `level`: `bad` keeps it from being published, `hint` does not. `line`: in the text, from 1; 0: nowhere in it.
    """

    code: str
    level: str
    line: int
    node: str
    text: str
    values: dict[str, str]


class FlowBrief(Answer, kw_only=True):
    """A flow in the list."""

    name: str
    zh: str
    en: str
    language: str
    version: int
    """In force; 0 is the shipped one; -1: none, it was never published or has been retired."""
    published_at: datetime | None
    published_by: str
    has_draft: bool
    is_shipped: bool
    answers: list[str]
    """Hotline numbers it answers, by day or by night, with `:day`, `:night` behind."""
    used_by: list[str]
    """Flows that jump to it."""
    flaw_count: int
    """Of the version in force, with today's prompts and queues: what callers would stumble over."""


class FlowList(Answer, kw_only=True):
    """GET /api/flows"""

    flows: list[FlowBrief]
    fallback: str


class DraftView(Answer, kw_only=True):
    """What is being written."""

    version: int
    based_on: int
    saved_at: datetime
    saved_by: str


class FlowPage(Answer, kw_only=True):
    """GET /api/flows/{name}: the draft when there is one, else the version in force. `flow` is None while it cannot be
    read; the flaws say why."""

    name: str
    text: str
    flow: Flow | None
    flaws: list[FlawView]
    lines: dict[str, int]
    """Node -> the line it begins at."""
    draft: DraftView | None
    in_force: int
    is_shipped: bool


class FlowCheck(Answer, kw_only=True):
    """Answer to POST /api/flows/check."""

    flow: Flow | None
    flaws: list[FlawView]
    lines: dict[str, int]


class FlowTextIn(Wire, kw_only=True):
    """POST /api/flows/check: a text that is not saved."""

    text: FlowText


class FlowFormIn(Wire, kw_only=True):
    """POST /api/flows/write: a flow from the form, to be written as text. Comments of the old text are not kept."""

    flow: Flow


class FlowWritten(Answer, kw_only=True):
    """The text of a form."""

    text: str


class DraftSave(Wire, kw_only=True):
    """PUT /api/flows/{name}/draft. `version`: of the draft it was made from, 0 for the first. It may have flaws."""

    text: FlowText
    version: VersionNumber
    based_on: VersionNumber = 0


class FlowPublish(Wire, kw_only=True):
    """POST /api/flows/{name}/publish: the draft of `version` becomes the newest version, when it has no bad flaw."""

    version: VersionNumber
    note: Line200 = ""


class FlowGoBack(Wire, kw_only=True):
    """POST /api/flows/{name}/in-force: new calls get `version`; -1 retires the flow."""

    version: VersionNumber
    expected: VersionNumber
    """The version that was in force when the page was read."""


class FlowVersion(Answer, kw_only=True):
    """A published version."""

    version: int
    published_at: datetime | None
    published_by: str
    note: str
    is_in_force: bool


class FlowVersions(Answer, kw_only=True):
    """GET /api/flows/{name}/versions, newest first; GET .../versions/{version} gives a FlowPage."""

    versions: list[FlowVersion]


class NodeCount(Answer, kw_only=True):
    """What callers did at one node in a span of days."""

    node: str
    came: int
    passed: int
    """Went on to another node."""
    left: int
    """Left the menu here as meant: queue, number, callback, good-bye, refusal."""
    hung_up: int
    outcomes: dict[str, int]
    keys: dict[str, int]
    """Key -> how many pressed it."""


class FlowCounts(Answer, kw_only=True):
    """GET /api/flows/{name}/counts?since=&until= (days, both counted in; yesterday when left out)."""

    since: date
    until: date
    calls: int
    nodes: list[NodeCount]


class SimulatedWorld(Wire, kw_only=True):
    """The world of a simulated call."""

    now: Annotated[datetime, Meta(tz=True)]
    hotline: str = ""
    caller_number: str = ""
    is_blocked: bool = False
    can_call_back: bool = True
    queues: dict[str, QueueFacts] = msgspec.field(default_factory=dict)


class SimulateIn(Wire, kw_only=True):
    """POST /api/flows/simulate: one step. `text`: the flow as it stands in the editor; None: as in force.

    `position` None: a call begins. `given` answers the last action.
    """

    name: FlowName
    text: FlowText | None = None
    position: Position | None = None
    given: Input | None = None
    world: SimulatedWorld


class SaidView(Answer, kw_only=True):
    """A prompt in the simulator: its words, as far as known."""

    prompt: str
    text: str
    exists: bool


class SimulateOut(Answer, kw_only=True):
    """What the session would do now."""

    actions: list[Action]
    said: list[SaidView]
    position: Position
    is_over: bool
    path: list[str]
    """Nodes passed in this step, the last is the present one."""


# --- rules of the hotline -------------------------------------------------------------------------------------------


class HoursRulesChange(Wire, kw_only=True):
    """PUT /api/rules/hours"""

    version: int
    value: HoursRules


class CalendarRulesChange(Wire, kw_only=True):
    """PUT /api/rules/calendar"""

    version: int
    value: CalendarRules


class HotlineRulesChange(Wire, kw_only=True):
    """PUT /api/rules/hotlines"""

    version: int
    value: HotlineRules


class WebhookRulesChange(Wire, kw_only=True):
    """PUT /api/rules/webhooks"""

    version: int
    value: WebhookRules


class HotlineNow(Answer, kw_only=True):
    """Which flow answers a number at this moment, and until when that stays so."""

    number: str
    flow: str
    is_open: bool
    why: str
    """`schedule`, `holiday`, `workday` (a make-up workday), `retired` (the fallback flow answers instead)."""
    until: datetime | None


class HotlinesNow(Answer, kw_only=True):
    """GET /api/hotlines/now"""

    hotlines: list[HotlineNow]
    calendar_years: list[int]
    """Years with days in the calendar; a year that is near and not in it is a finding of the check page."""
