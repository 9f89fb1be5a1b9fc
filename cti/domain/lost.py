"""A browser that dies in a call: when it counts as dead, and what becomes of the customer. Pure.

The page's SIP socket tells life from death, the audio does not depend on it: a page that comes back in time has lost
nothing. Only the telephone in a page can be lost so; a desk telephone has no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from cti.domain.changes import CallView, LegKind, LegView
from cti.domain.commands import Command, HangUp, SetVariable
from cti.domain.ids import AgentId, CallId
from cti.domain.leg import device_of
from cti.domain.rulebook import DeskRules
from cti.domain.telephones import BROWSER, devices_of, endpoint_of

CLOSED_S = 5.0
"""The page closed its socket, or the browser's machine did: a reload or a short cut of the network is back by then."""
SILENT_S = 10.0
"""The socket went dead without a word, which shows after some seconds only: a network cut of 10 s is survived."""
RINGING_S = 2.0
"""While it only rings. Asterisk rings a page that is gone on to the end (15 s): the customer waits for nobody."""
RESTART_S = 30.0
"""The service itself was away: every page lost its socket, and tries again with growing pauses."""


class Absence(msgspec.Struct, frozen=True):
    """No page of the agent has its socket up, since when, and how long that is no loss."""

    since: datetime
    patience_s: float
    ring_patience_s: float = RINGING_S

    def is_loss(self, leg: LegView, at: datetime) -> bool:
        """Tell whether the patience with a call on the telephone is over."""
        patience_s = self.patience_s if leg.answered_at is not None else self.ring_patience_s
        return at >= self.since + timedelta(seconds=patience_s)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One call that goes on over a telephone whose page is gone."""

    agent_id: AgentId
    call_id: CallId
    channel: str
    """The dead one."""
    customer: str
    """Channel of the customer who must be led elsewhere; empty when nobody must."""


def find_browser_leg(call: CallView, agent_id: AgentId) -> LegView | None:
    """Return the open channel by which a call is on the agent's browser telephone."""
    own, _ = devices_of(agent_id, BROWSER)
    found = [leg for leg in call.legs if leg.closed_at is None and device_of(leg.channel) == own]
    return found[-1] if found else None


def find_losses(
    calls: Iterable[CallView],
    agent_id: AgentId,
    *,
    is_consulting: bool,
    is_lost: Callable[[LegView], bool] = lambda leg: True,
) -> list[Loss]:
    """Return the calls on the agent's browser telephone that `is_lost` says are lost; all of them unless told.

    One that only rings is simply ended: the queue offers its caller to the next agent.
    """
    losses = []
    for call in calls:
        leg = find_browser_leg(call, agent_id)
        if leg is not None and is_lost(leg):
            customer = None if is_consulting else _customer_of(call, leg)
            losses.append(
                Loss(
                    agent_id=agent_id,
                    call_id=call.call_id,
                    channel=leg.channel,
                    customer=customer.channel if customer else "",
                )
            )
    return losses


def _customer_of(call: CallView, own: LegView) -> LegView | None:
    """The customer who would be alone with silence, whether he called us or we him (then in his place: a callback).

    With a third person in the room (conference) he is not alone. In a consultation the agent's end passes him on to the
    colleague (Asterisk: the transferer's hang-up completes it), so then he is not led on either.
    """
    kinds = {"in": (LegKind.CALLER,), "out": (LegKind.OUTSIDE, LegKind.CALLER)}.get(call.direction, ())
    if own.bridge_id is None:
        return None
    room = [
        leg
        for leg in call.legs
        if leg.closed_at is None and leg.bridge_id == own.bridge_id and leg.kind is not LegKind.HELPER
    ]
    others = [leg for leg in room if leg.channel_id != own.channel_id]
    return others[0] if len(others) == 1 and others[0].kind in kinds else None


def plan_loss(loss: Loss, rules: DeskRules) -> list[Command]:
    """Return what leads the customer on and ends the dead channel, in this order: the end is what starts the way."""
    end = HangUp(channel=loss.channel)
    if not loss.customer:
        return [end]
    own, _ = devices_of(loss.agent_id, BROWSER)
    after = "queue" if rules.lost_browser == "queue" else f"wait:{endpoint_of(own)}"
    return [
        SetVariable(channel=loss.customer, name="HOTLINE_TAKE_BACK_S", value=f"{rules.take_back_s:g}"),
        SetVariable(channel=loss.customer, name="HOTLINE_AFTER", value=after),
        end,
    ]


def find_waiting(calls: Iterable[CallView], agent_id: AgentId) -> CallId | None:
    """Return the call whose customer hears music until the agent takes him back."""
    return next((call.call_id for call in calls if call.waits_for == agent_id and call.ended_at is None), None)


def find_absent(calls: Iterable[CallView], absence_of: Callable[[AgentId], Absence | None]) -> dict[AgentId, Absence]:
    """Return the agents with a channel open and no page: the few who are to be looked at."""
    busy = {leg.agent_id for call in calls for leg in call.legs if leg.agent_id is not None and leg.closed_at is None}
    absences = {agent_id: absence_of(agent_id) for agent_id in busy}
    return {agent_id: absence for agent_id, absence in absences.items() if absence is not None}
