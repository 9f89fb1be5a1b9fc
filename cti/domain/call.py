"""A call: everything with one Linkedid, from the first channel to the last Hangup."""

from __future__ import annotations

from datetime import datetime

import msgspec

from cti.domain.changes import (
    CallbackView,
    CallEnd,
    CallStage,
    CallView,
    LegKind,
    LegView,
    MenuStepView,
    MessageView,
    NoticeView,
    RatingView,
    SegmentView,
    VisitView,
)
from cti.domain.ids import AgentId, CallId, ChannelId, LinkedId, QueueName
from cti.domain.leg import Hold, Leg, Stay
from cti.domain.stages import stage_of
from cti.domain.talk import LONG_AGO, count_talk, fold
from cti.domain.visit import Visit

MANY_INTERVALS = 60
"""Stays and holds of one call; an attended transfer has a dozen."""


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """Somebody passed the customer on: `blind:1002`, `attended:1002`."""

    at: datetime
    text: str


class Stranded(msgspec.Struct, frozen=True, gc=False):
    """The telephone of the agent who served the customer died."""

    at: datetime
    agent_id: AgentId


class Call(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The facts of a call, and what follows from them."""

    call_id: CallId
    linked_id: LinkedId
    linked_ids: list[LinkedId] = []
    """All it was ever known by."""
    started_at: datetime
    stage_since: datetime
    stage: CallStage = CallStage.ARRIVING
    direction: str = "in"
    hotline: str = ""
    caller_number: str = ""
    caller_name: str = ""
    customer_id: ChannelId | None = None
    is_test: bool = False
    is_hidden: bool = False
    """One of the self-test's machine ends: kept, never shown."""
    ended_at: datetime | None = None
    end: CallEnd = CallEnd.NONE
    is_crashed: bool = False
    """The switch restarted under it."""
    refusal: str = ""
    fell_back: bool = False
    merged_into: CallId | None = None
    is_reconstructed: bool = False
    in_menu: bool = False
    was_in_menu: bool = False
    legs: dict[ChannelId, Leg] = {}
    stays: list[Stay] = []
    holds: list[Hold] = []
    visits: list[Visit] = []
    menu: list[MenuStepView] = []
    segments: list[SegmentView] = []
    transfers: list[Transfer] = []
    paused_at: datetime | None = None
    """Since when the recording writes silence."""
    resumes_at: datetime | None = None
    stranded: Stranded | None = None
    notice: NoticeView | None = None
    messages: list[MessageView] = []
    ratings: list[RatingView] = []
    callback: CallbackView | None = None
    is_talk_dirty: bool = False
    folded_at: datetime | None = None
    """Intervals before this instant are counted and gone."""

    @property
    def customer(self) -> Leg | None:
        """The leg the call is for."""
        return None if self.customer_id is None else self.legs.get(self.customer_id)

    @property
    def open_legs(self) -> list[Leg]:
        """Legs Asterisk still has, in the order they came."""
        return [leg for leg in self.legs.values() if leg.closed_at is None]

    @property
    def open_visit(self) -> Visit | None:
        """The present visit: waiting or talking."""
        for visit in reversed(self.visits):
            if visit.is_open:
                return visit
        return None

    def last_visit(self, channel_id: ChannelId, queue: QueueName | None = None) -> Visit | None:
        """Find the newest visit of a channel, in `queue` when one is named."""
        for visit in reversed(self.visits):
            if visit.channel_id == channel_id and (not queue or visit.queue == queue):
                return visit
        return None

    def take_customer(self, leg: Leg) -> None:
        """The call is for this leg."""
        self.customer_id = leg.channel_id
        self.caller_number, self.caller_name = leg.number, leg.name

    @property
    def waits_for(self) -> AgentId | None:
        """The agent to whom the customer is to be led back, until he has one or stands in a queue again."""
        stranded, customer = self.stranded, self.customer
        if stranded is None or customer is None or not customer.is_open:
            return None
        entered = [visit.entered_at for visit in self.visits]
        answered = [leg.answered_at for leg in self.legs.values() if leg.kind is LegKind.AGENT and leg.answered_at]
        return stranded.agent_id if all(at <= stranded.at for at in entered + answered) else None

    def absorb(self, other: Call) -> None:
        """Take over what belongs to `other`: Asterisk gave its channels our Linkedid."""
        self.linked_ids += other.linked_ids
        self.legs.update(other.legs)
        self.stays += other.stays
        self.holds += other.holds
        self.visits += other.visits
        self.menu += other.menu
        self.segments += other.segments
        self.transfers += other.transfers
        self.paused_at, self.resumes_at = self.paused_at or other.paused_at, self.resumes_at or other.resumes_at
        self.stranded = self.stranded or other.stranded
        self.notice, self.callback = self.notice or other.notice, self.callback or other.callback
        self.messages += other.messages
        self.ratings += other.ratings
        self.hotline = self.hotline or other.hotline
        self.refusal = self.refusal or other.refusal
        if self.customer_id is None or (self.direction == "internal" and other.direction != "internal"):
            self.customer_id, self.direction = other.customer_id, other.direction
            self.caller_number, self.caller_name = other.caller_number, other.caller_name
        self.is_test = self.is_test or other.is_test
        self.is_hidden = self.is_hidden and other.is_hidden
        self.fell_back = self.fell_back or other.fell_back
        self.is_reconstructed = self.is_reconstructed or other.is_reconstructed
        self.in_menu = self.in_menu or other.in_menu
        self.was_in_menu = self.was_in_menu or other.was_in_menu
        self.is_talk_dirty = True
        other.legs, other.stays, other.holds, other.visits = {}, [], [], []
        other.linked_ids, other.menu, other.segments, other.transfers = [], [], [], []
        other.messages, other.ratings = [], []
        other.merged_into = self.call_id

    def settle(self, at: datetime) -> None:
        """Work out times, outcomes and the stage after the facts changed."""
        if self.is_talk_dirty:
            counted_at = count_talk(self.legs, self.stays, self.holds, self.visits, self.folded_at or LONG_AGO)
            self.is_talk_dirty = False
            if counted_at is not None and len(self.stays) + len(self.holds) > MANY_INTERVALS:
                self._fold(counted_at)
            for leg in self.legs.values():
                leg.is_dirty = True
            for visit in self.visits:
                visit.is_dirty = True
        for visit in self.visits:
            visit.settle()
        stage = stage_of(self)
        if stage is not self.stage:
            self.stage, self.stage_since = stage, at
            self._settle_end(at)

    def _fold(self, at: datetime) -> None:
        """Keep the sums and forget the intervals: who plays with the hold key must not slow the floor."""
        fold(self.legs.values(), self.visits)
        self.folded_at = at
        self.stays = [stay for stay in self.stays if stay.left_at is None and self.legs[stay.channel_id].is_open]
        self.holds = [hold for hold in self.holds if hold.ended_at is None]

    def _settle_end(self, at: datetime) -> None:
        if self.stage is not CallStage.ENDED:
            self.ended_at, self.end = None, CallEnd.NONE
            return
        closed = [leg.closed_at for leg in self.legs.values() if leg.closed_at is not None]
        self.ended_at = max(closed) if closed else at
        self.in_menu = False
        if self.merged_into is not None:
            self.end = CallEnd.MERGED
        elif any(leg.is_lost for leg in self.legs.values()):
            self.end = CallEnd.SWITCH_CRASHED if self.is_crashed else CallEnd.LOST_SIGHT
        else:
            self.end = CallEnd.REFUSED if self.refusal else CallEnd.HUNG_UP

    def view(self, before: CallView | None) -> CallView:
        """Build what the outside sees; unchanged legs and visits are taken from the view `before`."""
        visit = self.open_visit
        customer = self.customer
        return CallView(
            call_id=self.call_id,
            linked_id=self.linked_id,
            direction=self.direction,
            hotline=self.hotline,
            caller_number=self.caller_number,
            caller_name=self.caller_name,
            is_test=self.is_test,
            stage=self.stage,
            stage_since=self.stage_since,
            queue=None if visit is None else visit.queue,
            agent_ids=tuple(
                [
                    leg.agent_id
                    for leg in self.legs.values()
                    if leg.agent_id is not None and leg.closed_at is None and leg.kind is LegKind.AGENT
                ]
            ),
            started_at=self.started_at,
            answered_at=None if customer is None else customer.answered_at,
            ended_at=self.ended_at,
            end=self.end,
            refusal=self.refusal,
            fell_back=self.fell_back,
            merged_into=self.merged_into,
            is_reconstructed=self.is_reconstructed,
            menu=tuple(self.menu),
            legs=self._leg_views(() if before is None else before.legs),
            visits=self._visit_views(() if before is None else before.visits),
            segments=tuple(self.segments),
            transfers=tuple([transfer.text for transfer in self.transfers]),
            recording_paused_at=None if self.ended_at is not None else self.paused_at,
            recording_resumes_at=None if self.ended_at is not None else self.resumes_at,
            waits_for=self.waits_for,
            notice=self.notice,
            messages=tuple(self.messages),
            ratings=tuple(self.ratings),
            callback=self.callback,
        )

    def _leg_views(self, before: tuple[LegView, ...]) -> tuple[LegView, ...]:
        views = []
        for index, leg in enumerate(self.legs.values()):
            if leg.is_dirty or index >= len(before):
                leg.is_dirty = False
                views.append(leg.view())
            else:
                views.append(before[index])
        return tuple(views)

    def _visit_views(self, before: tuple[VisitView, ...]) -> tuple[VisitView, ...]:
        views = []
        for index, visit in enumerate(self.visits):
            if visit.is_dirty or index >= len(before):
                visit.is_dirty = False
                views.append(visit.view())
            else:
                views.append(before[index])
        return tuple(views)
