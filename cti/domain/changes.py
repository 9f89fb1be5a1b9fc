"""What it means: whole entities as browsers and the recorder see them.

A `Change` carries the entity as it is now, never a difference: one lost difference would be wrong for ever.
Views are frozen; times are aware UTC instants, durations float seconds. While a duration runs on, the view gives the
instant it started from (`*_since`, `entered_at`) and the browser counts.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from cti.domain.entity import Entity as Entity
from cti.domain.entity import MenuStepView as MenuStepView
from cti.domain.entity import NoticeView as NoticeView
from cti.domain.entity import View as View
from cti.domain.ids import AgentId, BridgeId, CallId, ChannelId, Device, LinkedId, OfferId, QueueName, VisitId
from cti.domain.pop import PopView


class OfferOutcome(StrEnum):
    """How the ringing of one member ended. `canceled`: the caller went away first, no fault of the agent."""

    RINGING = "ringing"
    CONNECTED = "connected"
    RANG_OUT = "rang_out"
    REJECTED = "rejected"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class VisitOutcome(StrEnum):
    """How a visit ended (metrics: 'How a visit ends'). `waiting` and `talking` are not ends.

    Short abandon is not an outcome of its own: it depends on an option, and is derived from `abandoned` and `wait_s`.
    """

    WAITING = "waiting"
    TALKING = "talking"
    ANSWERED = "answered"
    ANSWERED_WITHOUT_TALK = "answered_without_talk"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    LEFT_EMPTY = "left_empty"
    LEFT_BY_KEY = "left_by_key"
    WITHDRAWN = "withdrawn"
    REFUSED_FULL = "refused_full"
    REFUSED_EMPTY = "refused_empty"
    UNKNOWN = "unknown"


class CallStage(StrEnum):
    """Where the call is now. `ended` calls stay on the floor for a few seconds."""

    ARRIVING = "arriving"
    MENU = "menu"
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    LEAVING = "leaving"
    ENDED = "ended"


class CallEnd(StrEnum):
    """Why a call is over."""

    NONE = ""
    HUNG_UP = "hung_up"
    REFUSED = "refused"
    LOST_SIGHT = "lost_sight"
    SWITCH_CRASHED = "switch_crashed"
    MERGED = "merged"


class LegKind(StrEnum):
    """Whose channel it is. `helper` is a Local half or a spy: never a person."""

    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    HELPER = "helper"


class AgentMode(StrEnum):
    """The agent's own state: our truth, not Asterisk's (P-3)."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    NOT_READY = "not_ready"
    WRAP_UP = "wrap_up"


class AgentPhase(StrEnum):
    """What the agent's phone does, whatever the mode."""

    IDLE = "idle"
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"


class LegView(View, frozen=True, kw_only=True):
    """One channel of a call. `talk_s`, `hold_s` are final when `closed_at` is set, else up to the last event."""

    channel_id: ChannelId
    channel: str
    kind: LegKind
    number: str
    name: str
    agent_id: AgentId | None
    opened_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    bridge_id: BridgeId | None
    is_holding: bool
    talk_s: float
    hold_s: float
    cause: int | None


class OfferView(View, frozen=True, kw_only=True):
    """A member rung for a visit. `is_reconstructed`: not seen live, taken from a list after a gap."""

    offer_id: OfferId
    device: Device
    agent_id: AgentId | None
    channel_id: ChannelId | None
    offered_at: datetime
    ended_at: datetime | None
    outcome: OfferOutcome
    ring_s: float | None


class VisitView(View, frozen=True, kw_only=True):
    """One stay in one queue. `wait_s`: entry to a person answering, or to the end when nobody did.

    `talk_s` and `hold_s` are the serving agent's with this customer, from bridge instants; hold is not in talk.
    `ended_by`: `caller`, `agent`, `transfer`, `switch`, or empty while it lasts.
    """

    visit_id: VisitId
    channel_id: ChannelId
    queue: QueueName
    entered_at: datetime
    position: int
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: VisitOutcome
    agent_id: AgentId | None
    device: Device | None
    wait_s: float | None
    talk_s: float | None
    hold_s: float | None
    ended_by: str
    is_reconstructed: bool
    offers: tuple[OfferView, ...]


class SegmentView(View, frozen=True, kw_only=True):
    """One recorded stretch: files `<name>-caller.wav` and `<name>-agent.wav` in the recordings folder."""

    name: str
    part: int
    started_at: datetime


class MessageView(View, frozen=True, kw_only=True):
    """A message the caller left. `name`: the file's, without ending."""

    at: datetime
    box: str
    name: str
    length_s: float


class RatingView(View, frozen=True, kw_only=True):
    """A rating by key. `agent_id`: who talked with the caller last."""

    at: datetime
    question: str
    score: int
    agent_id: AgentId | None


class CallbackView(View, frozen=True, kw_only=True):
    """The caller was promised a call to `number`; masked where numbers are."""

    at: datetime
    queue: QueueName
    number: str


class ConsultView(View, frozen=True, kw_only=True):
    """An agent asks somebody while the customer hears music. `state`: `dialling`, `talking`, `conference`."""

    target: str
    """What was dialled: an agent's number, or a telephone number."""
    agent_id: AgentId | None
    """The colleague who was asked, when it is one."""
    state: str
    since: datetime


class CallView(Entity, frozen=True, kw_only=True):
    """Everything with one Linkedid. `is_reconstructed`: some of it was not seen live."""

    call_id: CallId
    linked_id: LinkedId
    direction: str
    """`in`, `out` or `internal`."""
    hotline: str
    caller_number: str
    """Digits, or empty when the caller is anonymous. Masked by the web edge for roles that may not see it."""
    caller_name: str
    is_test: bool
    stage: CallStage
    stage_since: datetime
    queue: QueueName | None
    """Queue of the present visit."""
    agent_ids: tuple[AgentId, ...]
    """Agents on the call now: ringing, talking or holding."""
    started_at: datetime
    answered_at: datetime | None
    """When our side picked up (the menu answers)."""
    ended_at: datetime | None
    end: CallEnd
    refusal: str
    """`lines`, `closed`, `blocked`, `guard` when refused at the door, else empty."""
    fell_back: bool
    """The dead-man's switch sent it to the fallback queue."""
    merged_into: CallId | None
    is_reconstructed: bool
    menu: tuple[MenuStepView, ...]
    legs: tuple[LegView, ...]
    visits: tuple[VisitView, ...]
    segments: tuple[SegmentView, ...]
    transfers: tuple[str, ...]
    """`blind:1002`, `attended:1002`, in order; the second part is the target as it was dialled or joined."""
    recording_paused_at: datetime | None = None
    """Since when silence is written (card numbers); None while everything is recorded."""
    recording_resumes_at: datetime | None = None
    """When the pause ends by rule."""
    waits_for: AgentId | None = None
    """The agent's browser died; the customer hears music and is led back to him, or to the front of the queue."""
    notice: NoticeView | None = None
    messages: tuple[MessageView, ...] = ()
    ratings: tuple[RatingView, ...] = ()
    callback: CallbackView | None = None


class AgentView(Entity, frozen=True, kw_only=True):
    """An agent: mode is ours, phase and device state come from the switch."""

    agent_id: AgentId
    name: str
    device: Device
    mode: AgentMode
    reason: str
    """Why not ready; `missed_offer` when the rule did it."""
    mode_since: datetime
    wrap_up_until: datetime | None
    phase: AgentPhase
    phase_since: datetime
    call_id: CallId | None
    device_state: int
    """Asterisk's Status, 0 unknown: see `MemberChanged`."""
    queues: tuple[QueueName, ...]
    """Queues the agent is meant to serve."""
    member_of: tuple[QueueName, ...]
    """Queues Asterisk has the device in."""
    paused_in: tuple[QueueName, ...]
    offers_missed_count: int
    """In a row, since the last answered one, or since the agent last chose ready."""
    phone: str = "desk"
    """`browser` or `desk`: the telephone he chose at sign-in."""
    phone_away_since: datetime | None = None
    """Signed in, and the switch cannot reach the telephone."""
    consult: ConsultView | None = None
    help_since: datetime | None = None
    """He asked the supervisor for help, and nobody has come yet."""


class QueueView(Entity, frozen=True, kw_only=True):
    """A queue now. Counts are of this moment; day figures belong to `dashboards`."""

    name: QueueName
    waiting_count: int
    longest_since: datetime | None
    """Entry instant of the caller who waits longest."""
    talking_count: int
    member_count: int
    free_count: int
    """Members neither paused nor busy, on a reachable phone."""


class LinkView(Entity, frozen=True, kw_only=True):
    """The link to the switch, as the floor knows it. Key `link` of topic `check`."""

    is_up: bool
    is_valid: bool
    """False between a gap and the next FloorListed: what is shown may be wrong."""
    since: datetime
    reason: str
    system_name: str
    version: str
    switch_started_at: datetime | None
    events_seen: int
    gaps_count: int


class DifferenceView(Entity, frozen=True, kw_only=True):
    """Asterisk and we disagree. Key `drift:<kind>:<about>` of topic `check`."""

    kind: str
    """`member_missing`, `member_extra`, `pause`, `call_gone`, `call_unseen`, `caller_unseen`."""
    about: str
    ours: str
    theirs: str
    found_at: datetime
    can_repair: bool


class ListView(Entity, frozen=True, kw_only=True):
    """A list in the database is not what it was; whoever may see it asks for it. Key `list` of its topic."""

    changes_count: int
    """Since the service started."""
    changed_at: datetime


AnyView = CallView | AgentView | QueueView | LinkView | DifferenceView | PopView | ListView
"""Everything that travels on a topic. All come from the floor but pops and lists, which are the features'."""


class Change(msgspec.Struct, frozen=True, gc=False):
    """`topic`: `calls`, `agents`, `queues`, `check`, `agent.<id>`, `tickets`, `tickets.<department>`, `customers`,
    `messages`.

    `value` None means: no longer there.
    """

    topic: str
    key: str
    value: AnyView | None


Snapshot = dict[str, dict[str, AnyView]]
"""topic -> key -> view"""
