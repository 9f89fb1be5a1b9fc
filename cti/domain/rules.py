"""May this actor do this now, and which command is it? Pure: a command, or a refusal a supervisor can read.

Here: whose call it is, hanging up, modes, repair. Passing on is in `transfers`, calling out in `calling`, the rest of
what is done in a call in `controls`.
"""

from __future__ import annotations

import msgspec

from cti.domain.agent import CHOOSABLE
from cti.domain.changes import AgentMode, AgentPhase, AgentView, CallStage, CallView, LegKind, LegView
from cti.domain.commands import AddMember, HangUp, Originate, PauseMember, RemoveMember
from cti.domain.consult import CONFERENCE
from cti.domain.drift import split_about
from cti.domain.errors import CallGone, Conflict, Invalid, NotAllowed, NotFound
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId, ChannelId, QueueName
from cti.domain.roles import Actor, Right, may

SELFTEST_CONTEXT = "selftest-caller"
SELFTEST_NUMBER, CONSULT_NUMBER = "95000", "95001"


class Served(msgspec.Struct, frozen=True):
    """An agent's leg and the customer's in one bridge."""

    agent: LegView
    customer: LegView


# --- calls ----------------------------------------------------------------------------------------------------------


def plan_hang_up(floor: Floor, actor: Actor, call_id: CallId) -> HangUp:
    """Return the hang-up of the actor's own channel, or, for who controls calls, of the customer's.

    Raises: CallGone, NotAllowed, Conflict (he asks somebody: hanging up would pass the customer on).
    """
    call = live_call(floor, call_id)
    own = own_leg(call, actor)
    if own is not None:
        _need_no_question(floor, own)
        return HangUp(channel=own.channel)
    need_control(actor, call)
    legs = [leg for leg in call.legs if leg.closed_at is None]
    customers = [leg for leg in legs if leg.kind in (LegKind.CALLER, LegKind.OUTSIDE)]
    if not legs:
        raise CallGone("this call has ended", call_id=call_id)
    return HangUp(channel=(customers or legs)[0].channel)


def _need_no_question(floor: Floor, own: LegView) -> None:
    # Asterisk: whoever hangs up in an attended transfer completes it, even while the other telephone still rings.
    agent = None if own.agent_id is None else floor.agent_view(own.agent_id)
    if agent is not None and agent.consult is not None and agent.consult.state != CONFERENCE:
        raise Conflict("go back to the customer, or pass him on", code="consult.under_way", agent_id=agent.agent_id)


def live_call(floor: Floor, call_id: CallId) -> CallView:
    """Return a call that goes on. Raises: CallGone."""
    call = floor.call_view(call_id)
    if call is None or call.stage is CallStage.ENDED:
        raise CallGone("this call has ended", call_id=call_id)
    return call


def own_leg(call: CallView, actor: Actor) -> LegView | None:
    """Return the newest open channel an agent has in the call, wherever his telephone put it."""
    if actor.agent_id is None:
        return None
    own = [leg for leg in call.legs if leg.agent_id == actor.agent_id and leg.closed_at is None]
    return own[-1] if own else None


def agent_leg(call: CallView, actor: Actor) -> LegView | None:
    """Return the actor's own channel; for who controls calls, that of the agent who came first and is still there.

    Raises: NotAllowed.
    """
    own = own_leg(call, actor)
    if own is not None:
        return own
    need_control(actor, call)
    return next((leg for leg in call.legs if leg.closed_at is None and leg.kind is LegKind.AGENT), None)


def need_control(actor: Actor, call: CallView) -> None:
    """Let only those pass who may act on calls of others. Raises: NotAllowed."""
    if not may(actor.role, Right.CONTROL_CALLS):
        raise NotAllowed("this is not your call", code="call.not_yours", call_id=call.call_id)


def served_by(floor: Floor, actor: Actor, call_id: CallId) -> Served:
    """Return the agent's and the customer's channels when they are together: the actor's own, or anybody's.

    Raises: CallGone, NotAllowed, Conflict.
    """
    call = live_call(floor, call_id)
    own = own_leg(call, actor)
    if own is None:
        need_control(actor, call)
    served = _served(call, own)
    if served is None:
        raise Conflict("no agent is talking with the customer", code="transfer.not_talking", call_id=call_id)
    return served


def _served(call: CallView, own: LegView | None) -> Served | None:
    live = [leg for leg in call.legs if leg.closed_at is None and leg.bridge_id is not None]
    customers = [leg for leg in live if leg.kind in (LegKind.CALLER, LegKind.OUTSIDE)]
    for agent in live:
        if agent.kind is not LegKind.AGENT or (own is not None and agent.channel_id != own.channel_id):
            continue
        for customer in customers:
            if customer.bridge_id == agent.bridge_id:
                return Served(agent, customer)
    return None


# --- agents ---------------------------------------------------------------------------------------------------------


def may_set_mode(floor: Floor, actor: Actor, agent_id: AgentId, mode: str) -> AgentView:
    """Check a change of mode and return the agent as he is now.

    Ready or not ready may be chosen at any time: in a talk it holds after wrap-up, in wrap-up it ends it.
    Raises: NotFound, NotAllowed, Invalid (wrap-up is never chosen), Conflict (signing out with a caller on the line).
    """
    agent = _agent_for(floor, actor, agent_id)
    if mode not in CHOOSABLE:
        raise Invalid("this mode cannot be chosen", code="agent.mode", mode=mode)
    if mode == AgentMode.SIGNED_OUT and agent.phase is not AgentPhase.IDLE:
        raise Conflict("finish the call before signing out", code="agent.on_call", agent_id=agent_id)
    return agent


def may_change_wrap_up(floor: Floor, actor: Actor, agent_id: AgentId) -> AgentView:
    """Check ending or extending wrap-up and return the agent as he is now.

    Raises: NotFound, NotAllowed, Conflict (he is not in wrap-up).
    """
    agent = _agent_for(floor, actor, agent_id)
    if agent.mode is not AgentMode.WRAP_UP:
        raise Conflict("this agent is not wrapping up", code="agent.not_wrapping_up", agent_id=agent_id)
    return agent


def may_change_help(floor: Floor, actor: Actor, agent_id: AgentId, action: str) -> AgentView:
    """Check a call for help, or its end, and return the agent as he is now.

    Only the agent asks; he, or who looks after others, ends it. Raises: NotFound, NotAllowed, Conflict (nobody asked).
    """
    if action == "ask" and actor.agent_id != agent_id:
        raise NotAllowed("help is asked for oneself", code="agent.not_you", agent_id=agent_id)
    agent = _agent_for(floor, actor, agent_id)
    if action == "ask" and agent.mode is AgentMode.SIGNED_OUT:
        raise Conflict("sign in first", code="help.signed_out", agent_id=agent_id)
    if action != "ask" and agent.help_since is None:
        raise Conflict("nobody has asked for help here", code="help.none", agent_id=agent_id)
    return agent


def _agent_for(floor: Floor, actor: Actor, agent_id: AgentId) -> AgentView:
    agent = floor.agent_view(agent_id)
    right = Right.SET_OWN_MODE if actor.agent_id == agent_id else Right.SET_OTHERS_MODE
    if not may(actor.role, right) and not may(actor.role, Right.SET_OTHERS_MODE):
        raise NotAllowed("this is not your mode to set", code="agent.not_you", agent_id=agent_id)
    if agent is None:
        raise NotFound("there is no such agent", code="agent.unknown", agent_id=agent_id)
    return agent


# --- repair and self-test -------------------------------------------------------------------------------------------


def plan_repair(floor: Floor, key: str) -> AddMember | RemoveMember | PauseMember:
    """Return the command that settles a difference, so that Asterisk has what the agents' modes say.

    Raises: NotFound (it is settled already), Conflict (a list has corrected it, there is nothing to ask for).
    """
    difference = floor.differences.get(key)
    if difference is None:
        raise NotFound("this difference is gone", code="drift.gone", key=key)
    if not difference.can_repair:
        raise Conflict("this has been corrected already", code="drift.corrected", key=key)
    queue, device = split_about(difference.about)
    agent = next((one for one in floor.agents.values() if one.device == device), None)
    is_paused = agent is not None and agent.mode is not AgentMode.READY
    reason = _pause_reason(agent) if agent is not None and is_paused else ""
    if difference.kind == "member_extra":
        return RemoveMember(queue=queue, device=device)
    if difference.kind == "pause":
        return PauseMember(device=device, is_paused=is_paused, reason=reason, queue=queue)
    member_name = "" if agent is None else agent.agent_id
    return AddMember(queue=queue, device=device, member_name=member_name, is_paused=is_paused, pause_reason=reason)


def _pause_reason(agent: AgentView) -> str:
    return agent.reason or agent.mode.value


def plan_test_call(key: str, answered_by: str, channel_id: ChannelId) -> Originate:
    """Return the call of the self-test's own caller to the hotline; `key` is pressed in the menu, empty presses none.

    `answered_by`: `self` dials 95000, where every key leads to the robot; `real` dials 95001 and rings agents.
    Raises: Invalid.
    """
    numbers = {"self": SELFTEST_NUMBER, "real": CONSULT_NUMBER}
    if key not in ("1", "2", "") or answered_by not in numbers:
        raise Invalid("no such test call", code="test_call.unknown", key=key, answered_by=answered_by)
    return Originate(
        channel=f"PJSIP/{numbers[answered_by]}@selftest",
        channel_id=channel_id,
        context=SELFTEST_CONTEXT,
        exten=key or "s",
    )


def queue_names(floor: Floor) -> list[QueueName]:
    """List the queues a customer may be sent to."""
    return sorted(QueueName(name) for name in floor.queues if name != floor.options.test_queue)
