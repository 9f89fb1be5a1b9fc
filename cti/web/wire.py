"""Shapes on the wire between browser and service: requests, answers, live messages.

The OpenAPI document and the TypeScript types are generated from these structs and from `cti.domain.changes`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.domain.changes import AnyView, CallView
from cti.domain.findings import Finding
from cti.domain.roles import Right, Role
from cti.domain.rulebook import CallingRules, DepartmentRules, DeskRules, NotReadyRules, Rulebook
from cti.web.shapes import AgentNumber, Answer, CallRef, Login, Name, Password, Target, Wire

# --- signing in -----------------------------------------------------------------------------------------------------


class SignIn(Wire, kw_only=True):
    """POST /api/session"""

    login: Login
    password: Annotated[str, Meta(max_length=200)]


class LinkSignIn(Wire, kw_only=True):
    """POST /api/session/link: exchange a one-time sign-in link."""

    token: Annotated[str, Meta(min_length=20, max_length=200)]


class PasswordChange(Wire, kw_only=True):
    """POST /api/session/password. `current` may be left out only in a session opened by a link."""

    password: Password
    current: Annotated[str, Meta(max_length=200)] = ""


class LanguageChange(Wire, kw_only=True):
    """POST /api/session/language"""

    language: Literal["zh", "en"]


class Session(Answer, kw_only=True):
    """GET /api/session and every sign-in. `csrf` goes back in the header `X-CSRF-Token` of unsafe requests."""

    account_id: int
    login: str
    name: str
    role: Role
    rights: list[Right]
    agent_id: str | None
    department: str | None
    language: Literal["zh", "en"]
    csrf: str
    must_set_password: bool
    expires_at: datetime


# --- people ---------------------------------------------------------------------------------------------------------


class PersonNew(Wire, kw_only=True):
    """POST /api/people. An agent number makes the person an agent with that telephone."""

    login: Login
    name: Name
    role: Role
    agent_number: AgentNumber | None = None
    queues: list[Target] = []  # noqa: RUF012 - msgspec copies it
    department: Target | None = None
    """Only for role `department`: whose tickets the person works."""


class PersonEdit(Wire, kw_only=True):
    """PATCH /api/people/{id}. Fields left out stay as they are."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    role: Role | msgspec.UnsetType = msgspec.UNSET
    agent_number: AgentNumber | msgspec.UnsetType | None = msgspec.UNSET
    queues: list[Target] | msgspec.UnsetType = msgspec.UNSET
    department: Target | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class Person(Answer, kw_only=True):
    """An account as the people page shows it."""

    account_id: int
    login: str
    name: str
    role: Role
    agent_number: str | None
    queues: list[str]
    department: str | None
    is_active: bool
    has_password: bool
    last_seen_at: datetime | None


class People(Answer, kw_only=True):
    """GET /api/people"""

    people: list[Person]
    queues: list[str]
    """Queues that may be chosen."""
    free_numbers: list[str]
    """Agent numbers whose telephone nobody has."""


class SignInLink(Answer, kw_only=True):
    """POST /api/people/{id}/link, and the answer to POST /api/people: shown once.

    `url` is `<address>/sign-in#<token>`: what stands after the `#` never reaches a server log or a referrer. The page
    posts it to /api/session/link.
    """

    person: Person
    url: str
    expires_at: datetime


class Telephone(Answer, kw_only=True):
    """POST /api/people/{id}/telephone: settings of the agent's SIP phone. Looking is audited."""

    user: str
    secret: str
    server: str


# --- the floor ------------------------------------------------------------------------------------------------------


class ModeChange(Wire, kw_only=True):
    """PUT /api/agents/{agent_id}/mode. `reason` is the code of an active reason of `NotReadyRules`, or empty."""

    mode: Literal["ready", "not_ready", "signed_out"]
    reason: Annotated[str, Meta(pattern=r"^[a-z0-9_]{0,40}$(?!\n)")] = ""


class WrapUpChange(Wire, kw_only=True):
    """POST /api/agents/{agent_id}/wrap-up: end it, or extend it by `extra_s`."""

    action: Literal["end", "extend"]
    extra_s: Annotated[float, Meta(gt=0, le=600)] = 60


class TransferRequest(Wire, kw_only=True):
    """POST /api/calls/{call_id}/transfer and .../consult: an agent's number, a queue (transfer only), or a telephone
    number outside, which the calling rules must allow.
    """

    target: Target


class ConsultStep(Wire, kw_only=True):
    """POST /api/calls/{call_id}/consult/step: pass the customer on, go back to him, or join all three."""

    step: Literal["complete", "return", "conference"]


class RecordingChange(Wire, kw_only=True):
    """POST /api/calls/{call_id}/recording"""

    action: Literal["pause", "resume"]


class PhoneRequest(Wire, kw_only=True):
    """POST /api/calls/{call_id}/phone: what a browser telephone does by itself and a desk telephone is asked to do."""

    action: Literal["answer", "hold", "resume", "mute", "unmute"]


class KeysRequest(Wire, kw_only=True):
    """POST /api/calls/{call_id}/keys: keys the other side hears (menus of other companies)."""

    keys: Annotated[str, Meta(pattern=r"^[0-9*#]{1,32}$(?!\n)")]


class DialRequest(Wire, kw_only=True):
    """POST /api/calls: call a number, or the caller of a recorded call (whose number need not be shown)."""

    number: Annotated[str, Meta(max_length=40)] = ""
    call_id: CallRef = ""


class HelpChange(Wire, kw_only=True):
    """POST /api/agents/{agent_id}/help"""

    action: Literal["ask", "end"]


class TelephoneChoice(Wire, kw_only=True):
    """POST /api/telephone: choose one's telephone; `page` names this page of the browser, made at random by it.

    `take`: have it even if another page of this agent has it now.
    """

    kind: Literal["browser", "desk"]
    page: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{16,64}$(?!\n)")]
    take: bool = False


class PageQuery(Wire, kw_only=True):
    """DELETE /api/telephone, GET /api/sip: which page of the browser."""

    page: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{16,64}$(?!\n)")]


class TelephoneGrant(Answer, kw_only=True):
    """How this page registers. Good for this page only, until another page takes it or the session ends.

    `secret` is HA1, MD5(user:realm:random): made for this grant, kept nowhere but in the page's memory. Empty strings
    for a desk telephone. The SIP WebSocket is `/api/sip?page=<page>`.
    """

    kind: Literal["browser", "desk"]
    user: str
    realm: str
    secret: str
    uri: str
    call_in_progress: str
    """Id of the agent's call that this page may take back; empty when there is none."""


class ReasonUse(Answer, kw_only=True):
    """How long an agent was not ready for a reason, on the present business date, up to now."""

    code: str
    zh: str
    en: str
    allowance_min: int
    used_s: float


class ReasonUses(Answer, kw_only=True):
    """GET /api/agents/{agent_id}/reasons: active reasons in their order."""

    reasons: list[ReasonUse]


class MissedCaller(Answer, kw_only=True):
    """Somebody who asked for a person and got none, and has not been talked with since."""

    call_id: str
    """His newest lost call."""
    caller_number: str
    hotline: str
    queue: str
    outcome: str
    lost_at: datetime
    waited_s: float
    times: int
    """Lost calls of this number since it was last answered."""
    tried_at: datetime | None
    """When somebody last called back in vain."""


class MissedCallers(Answer, kw_only=True):
    """GET /api/missed-callers: of the last 24 hours, longest waiting for a call back first."""

    callers: list[MissedCaller]


class RulesInForce(Answer, kw_only=True):
    """GET /api/rules. `versions` go back with a change: field of the rulebook -> version, 0 while it is the default."""

    rules: Rulebook
    versions: dict[str, int]


class DeskRulesChange(Wire, kw_only=True):
    """PUT /api/rules/desk"""

    value: DeskRules
    version: int


class NotReadyRulesChange(Wire, kw_only=True):
    """PUT /api/rules/not-ready"""

    value: NotReadyRules
    version: int


class CallingRulesChange(Wire, kw_only=True):
    """PUT /api/rules/calling"""

    value: CallingRules
    version: int


class DepartmentRulesChange(Wire, kw_only=True):
    """PUT /api/rules/departments"""

    value: DepartmentRules
    version: int


class TestCallRequest(Wire, kw_only=True):
    """POST /api/test-calls. `self`: a recorded agent answers in a queue of its own; `real`: your agents are rung."""

    key: Literal["1", "2", ""]
    answered_by: Literal["self", "real"] = "self"


class Accepted(Answer, kw_only=True):
    """202: the switch took the command; what comes of it arrives on the live feed."""

    command_id: str
    call_id: str = ""
    """Of a call that this command begins: it will have this id."""


class CallPage(Answer, kw_only=True):
    """GET /api/calls: newest first. `next` goes into `?before=` for the following page."""

    calls: list[CallView]
    next: str | None


class Gauge(Answer, kw_only=True):
    """A measured figure of the running service. `unit`: `s`, `ms`, `count`, `bytes`, `ratio`."""

    code: str
    value: float | None
    unit: str


class CheckReport(Answer, kw_only=True):
    """GET /api/check"""

    at: datetime
    findings: list[Finding]
    gauges: list[Gauge]


# --- live feed (WebSocket /api/live) --------------------------------------------------------------------------------


class Subscribe(Wire, kw_only=True, tag="subscribe"):
    """Browser: send snapshots of these topics, then their changes. Again for one topic: a fresh snapshot."""

    topics: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=20)]


class Unsubscribe(Wire, kw_only=True, tag="unsubscribe"):
    """Browser: no more of these."""

    topics: Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=20)]


class Pong(Wire, kw_only=True, tag="pong"):
    """Browser: still here."""


class PopShown(Wire, kw_only=True, tag="pop_shown"):
    """Browser: this pop stands in the document now. Its time is measured by the service, from socket to this word."""

    call_id: CallRef


FromBrowser = Subscribe | Unsubscribe | Pong | PopShown


class TopicSnapshot(Answer, kw_only=True, tag="snapshot"):
    """Server: all of a topic. `seq` is the number of its last change; `at` is the floor's "data as of"."""

    topic: str
    seq: int
    at: datetime
    items: dict[str, AnyView]


class TopicChange(Answer, kw_only=True):
    """One change; `value` None takes the key away."""

    topic: str
    seq: int
    key: str
    value: AnyView | None


class TopicChanges(Answer, kw_only=True, tag="changes"):
    """Server: changes in order. A gap in a topic's `seq` means: subscribe again."""

    at: datetime
    items: list[TopicChange]


class Stale(Answer, kw_only=True, tag="stale"):
    """Server: this socket fell behind; fresh snapshots of these topics follow."""

    topics: list[str]


class Ping(Answer, kw_only=True, tag="ping"):
    """Server: every 15 s; also carries "data as of" while nothing changes."""

    at: datetime


class Bye(Answer, kw_only=True, tag="bye"):
    """Server: this socket closes. Come back after `after_s`; `code` says why."""

    code: str
    after_s: float


class Refused(Answer, kw_only=True, tag="refused"):
    """Server: a message was not understood or not allowed."""

    code: str
    message: str


ToBrowser = TopicSnapshot | TopicChanges | Stale | Ping | Bye | Refused


class Problem(Answer, kw_only=True):
    """application+problem/json (RFC 9457). The browser translates `code`."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    ids: dict[str, str]
