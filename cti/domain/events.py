"""What happened. Frozen, tagged structs: the journal writes them as they are and reads them back.

Every event names the AMI event behind it; those marked "ours" come from this service.
`at` is the switch's own instant (AMI `Timestamp`, microseconds) when it sent one, else the instant of reading.
Text fields that a caller can influence (`caller_name`, `exten`) are raw: they are hostile until shown as text.
"""

from __future__ import annotations

from datetime import datetime

from cti.domain.event import ChannelEvent as ChannelEvent
from cti.domain.event import Event as Event
from cti.domain.ids import AgentId, BridgeId, ChannelId, Device, LinkedId, QueueName
from cti.domain.listed import ListedCaller as ListedCaller
from cti.domain.listed import ListedChannel as ListedChannel
from cti.domain.listed import ListedMember as ListedMember
from cti.domain.own_events import AgentForgotten as AgentForgotten
from cti.domain.own_events import AgentKnown as AgentKnown
from cti.domain.own_events import AgentModeSet as AgentModeSet
from cti.domain.own_events import CallMarked as CallMarked
from cti.domain.own_events import HelpAsked as HelpAsked
from cti.domain.own_events import HelpEnded as HelpEnded
from cti.domain.own_events import RulesChanged as RulesChanged
from cti.domain.own_events import Ticked as Ticked
from cti.domain.own_events import WrapUpEnded as WrapUpEnded
from cti.domain.own_events import WrapUpExtended as WrapUpExtended

# --- channels -------------------------------------------------------------------------------------------------------


class ChannelOpened(ChannelEvent, frozen=True, kw_only=True):
    """AMI Newchannel."""

    number: str = ""
    """CallerIDNum. On an agent's channel it is the agent's own number."""
    caller_name: str = ""
    context: str = ""
    exten: str = ""


class ChannelStateChanged(ChannelEvent, frozen=True, kw_only=True):
    """AMI Newstate. `state` is Asterisk's ChannelState: 4 Ring, 5 Ringing, 6 Up."""

    state: int


class CallerIdentified(ChannelEvent, frozen=True, kw_only=True):
    """AMI NewCallerid: the dialplan has set the number it took from the raw From header."""

    number: str = ""
    caller_name: str = ""


class ChannelClosed(ChannelEvent, frozen=True, kw_only=True):
    """AMI Hangup. `cause` is Q.850; 0 when Asterisk gave none."""

    cause: int = 0


class DialBegun(ChannelEvent, frozen=True, kw_only=True):
    """AMI DialBegin. The channel fields are the caller's side; an Originate has none, then they equal `dest_*`."""

    dest_id: ChannelId
    dest_channel: str
    dest_linked_id: LinkedId
    dialled: str = ""
    """DialString: what was dialled, `919811000009@trunk`. On an Originate it is the only place with the number."""


class DialEnded(ChannelEvent, frozen=True, kw_only=True):
    """AMI DialEnd. May come twice for one ring (NOANSWER, then CANCEL)."""

    dest_id: ChannelId
    dest_channel: str
    status: str


class HoldBegun(ChannelEvent, frozen=True, kw_only=True):
    """AMI Hold: this channel put the other side on hold."""


class HoldEnded(ChannelEvent, frozen=True, kw_only=True):
    """AMI Unhold."""


# --- bridges and transfers ------------------------------------------------------------------------------------------


class BridgeEntered(ChannelEvent, frozen=True, kw_only=True):
    """AMI BridgeEnter."""

    bridge_id: BridgeId


class BridgeLeft(ChannelEvent, frozen=True, kw_only=True):
    """AMI BridgeLeave."""

    bridge_id: BridgeId


class BridgesMerged(Event, frozen=True, kw_only=True):
    """AMI BridgeMerge: the members of `from_id` are in `to_id` now (BridgeEnter follows for each)."""

    from_id: BridgeId
    to_id: BridgeId


class BlindTransferred(Event, frozen=True, kw_only=True):
    """AMI BlindTransfer. `succeeded` is Result: Success."""

    transferer_id: ChannelId
    transferee_id: ChannelId | None
    bridge_id: BridgeId | None
    context: str
    exten: str
    succeeded: bool


class AttendedTransferred(Event, frozen=True, kw_only=True):
    """AMI AttendedTransfer. `second_id` is the transferer's other channel, the same one when `Atxfer` did it."""

    transferer_id: ChannelId
    second_id: ChannelId
    transferee_id: ChannelId | None
    target_id: ChannelId | None
    bridge_id: BridgeId | None
    """Bridge in which the customer is (OrigBridgeUniqueid)."""
    succeeded: bool
    is_conference: bool = False
    """DestType: Threeway: all three stay together, nobody is passed on yet."""


# --- menu -----------------------------------------------------------------------------------------------------------


class MenuEntered(ChannelEvent, frozen=True, kw_only=True):
    """AMI AsyncAGIStart: the channel waits for commands."""

    exten: str = ""


class MenuLeft(ChannelEvent, frozen=True, kw_only=True):
    """AMI AsyncAGIEnd: commands sent from now on will never run."""


class MenuStepped(Event, frozen=True, kw_only=True):
    """Ours: the menu moved on. `digits` are already masked where the node says so."""

    channel_id: ChannelId
    node: str
    flow: str
    digits: str = ""
    outcome: str = ""
    """One of `ivr.language.actions.OUTCOMES`. `refused`: `words` is the reason, the call counts as refused."""
    version: int = 0
    """Of the flow; 0 is the one that was shipped."""
    words: str = ""
    """What the key means in the flow's own words."""


class NoticeHeard(Event, frozen=True, kw_only=True):
    """Ours: the recording notice was played to its end. `wording`: which recording of which words it was."""

    channel_id: ChannelId
    wording: str


class MessageLeft(Event, frozen=True, kw_only=True):
    """Ours: the caller left a message. `name`: the file's, without ending, in the folder of messages."""

    channel_id: ChannelId
    box: str
    name: str
    length_s: float


class CallerRated(Event, frozen=True, kw_only=True):
    """Ours: the caller rated the service by key (P-51)."""

    channel_id: ChannelId
    question: str
    score: int


class CallbackKept(Event, frozen=True, kw_only=True):
    """Ours: the caller was promised a call to `number`; his place in `queue` is kept from now on."""

    channel_id: ChannelId
    queue: QueueName
    number: str


class MenuFellBack(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent IvrDead: the dead-man's switch sent the caller to the fallback queue."""


# --- queues ---------------------------------------------------------------------------------------------------------


class CallerJoined(ChannelEvent, frozen=True, kw_only=True):
    """AMI QueueCallerJoin: a visit begins."""

    queue: QueueName
    position: int


class CallerLeft(ChannelEvent, frozen=True, kw_only=True):
    """AMI QueueCallerLeave. Before MemberConnected for an answered caller, after CallerAbandoned for a lost one."""

    queue: QueueName
    position: int


class CallerAbandoned(ChannelEvent, frozen=True, kw_only=True):
    """AMI QueueCallerAbandon. Asterisk: also fires for time-out, leave-empty and withdraw (app_queue)."""

    queue: QueueName
    position: int
    first_position: int
    wait_s: float


class MemberOffered(ChannelEvent, frozen=True, kw_only=True):
    """AMI AgentCalled: a member's phone is about to ring. The channel fields are the caller's."""

    queue: QueueName
    device: Device
    member_name: str
    dest_id: ChannelId
    dest_channel: str


class MemberMissed(ChannelEvent, frozen=True, kw_only=True):
    """AMI AgentRingNoAnswer. `ring_s` was milliseconds on the wire."""

    queue: QueueName
    device: Device
    member_name: str
    dest_id: ChannelId | None
    ring_s: float


class MemberConnected(ChannelEvent, frozen=True, kw_only=True):
    """AMI AgentConnect: a person answers. `ring_s`, `wait_s` are Asterisk's whole seconds; ours come from instants."""

    queue: QueueName
    device: Device
    member_name: str
    dest_id: ChannelId
    wait_s: float
    ring_s: float


class MemberCompleted(Event, frozen=True, kw_only=True):
    """AMI AgentComplete. Asterisk: may come without Channel and Uniqueid when both legs are gone at once.

    `reason` is `caller`, `agent` or `transfer`; an AMI Hangup of the agent's channel says `caller`.
    """

    channel_id: ChannelId | None
    queue: QueueName
    device: Device
    member_name: str
    dest_id: ChannelId | None
    wait_s: float
    talk_s: float
    reason: str


class VisitReported(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent QueueDone, written by our dialplan after Queue(). Tells time-out, full and empty apart.

    `status` is QUEUESTATUS: empty when the caller was answered or hung up, else TIMEOUT, FULL, JOINEMPTY,
    LEAVEEMPTY, JOINUNAVAIL, LEAVEUNAVAIL, CONTINUE, WITHDRAW. `queue` may be empty in old traces.
    """

    status: str
    queue: QueueName


class MemberChanged(Event, frozen=True, kw_only=True):
    """AMI QueueMemberStatus, QueueMemberAdded, QueueMemberPause, QueueMemberPenalty.

    `device_state` is Asterisk's Status: 1 not in use, 2 in use, 3 busy, 5 unavailable, 6 ringing, 7 in use and
    ringing, 8 on hold, 4 invalid, 0 unknown.
    """

    queue: QueueName
    device: Device
    member_name: str
    device_state: int
    is_paused: bool
    pause_reason: str
    penalty: int


class MemberRemoved(Event, frozen=True, kw_only=True):
    """AMI QueueMemberRemoved."""

    queue: QueueName
    device: Device
    member_name: str


# --- what our dialplan reports --------------------------------------------------------------------------------------


class CallEntered(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent CallEntered: a caller came in on a hotline number. `line_count` includes this call (P-2)."""

    hotline: str
    line_count: int
    is_test: bool


class CallRefused(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent CallRefused: refused at the door; neither queue_log nor AMI shows this by itself.

    `reason`: `lines` (91st call), `closed`, `blocked`, `guard` (malformed caller).
    """

    reason: str
    hotline: str


class SegmentBegun(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent RecordingPart: MixMonitor was told to write `<name>-caller.wav` and `<name>-agent.wav`."""

    name: str
    part: int


class RecordingMuted(ChannelEvent, frozen=True, kw_only=True):
    """AMI MixMonitorMute: silence is written from now on, or everything again."""

    is_muted: bool


class CallerStranded(ChannelEvent, frozen=True, kw_only=True):
    """AMI UserEvent CallerStranded: his agent's telephone died; he hears music, then goes to the front of the queue."""

    agent_id: AgentId


class PromptRecorded(ChannelEvent, frozen=True, kw_only=True):
    """UserEvent PromptRecorded: somebody recorded a prompt by telephone. `outcome`: `kept`, `dropped`."""

    outcome: str


class RecordingStarted(ChannelEvent, frozen=True, kw_only=True):
    """AMI MixMonitorStart. Asterisk: sent even when the file could not be opened."""


class RecordingStopped(ChannelEvent, frozen=True, kw_only=True):
    """AMI MixMonitorStop. Asterisk: not sent when the call simply ends."""


class ListenStarted(Event, frozen=True, kw_only=True):
    """AMI ChanSpyStart."""

    listener_id: ChannelId
    target_id: ChannelId


class ListenStopped(Event, frozen=True, kw_only=True):
    """AMI ChanSpyStop."""

    listener_id: ChannelId
    target_id: ChannelId | None


class OriginateEnded(Event, frozen=True, kw_only=True):
    """AMI OriginateResponse. `reason` 4 is answered."""

    channel_id: ChannelId | None
    succeeded: bool
    reason: int


class ContactChanged(Event, frozen=True, kw_only=True):
    """AMI ContactStatus / PeerStatus: a phone registered, went away, or stopped answering."""

    device: Device
    status: str


# --- the link and the switch ----------------------------------------------------------------------------------------


class LinkUp(Event, frozen=True, kw_only=True):
    """Ours: logged in and fully booted; FloorListed follows."""

    system_name: str = ""
    version: str = ""
    started_at: datetime | None = None


class LinkDown(Event, frozen=True, kw_only=True):
    """Ours: the AMI connection ended. `reason` is for people."""

    reason: str


class LinkLagged(Event, frozen=True, kw_only=True):
    """Ours: events were lost (queue overflow, quarantined frame). The floor is not valid until FloorListed."""

    lost_count: int
    reason: str


class SwitchStopping(Event, frozen=True, kw_only=True):
    """AMI Shutdown."""

    is_clean: bool


class FloorListed(Event, frozen=True, kw_only=True):
    """Ours: what Asterisk listed after a (re)connect or an overflow, taken together."""

    channels: tuple[ListedChannel, ...]
    members: tuple[ListedMember, ...]
    callers: tuple[ListedCaller, ...]
    queues: tuple[QueueName, ...]
    switch_started_at: datetime | None = None
