"""A customer is passed on: blindly, or after asking somebody. Pure: commands, or a refusal a person can read.

A command names the live channel, not the member's device. Asterisk: a blind transfer must name the agent's channel;
redirecting the caller's makes AgentComplete come minutes late with a wrong talk time (lab: section 4).
"""

from __future__ import annotations

from cti.domain.calling import SHUT, TRANSFER_OUT_CONTEXT, Outward, check_number, check_usage, is_outside
from cti.domain.changes import AgentView, CallView, ConsultView, LegView
from cti.domain.colleagues import why_not, why_not_queue
from cti.domain.commands import AttendedTransfer, BlindTransfer, CancelTransfer, Command, HangUp, PressKey
from cti.domain.consult import CONFERENCE, DIALLING
from cti.domain.errors import Conflict, Invalid
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId
from cti.domain.roles import Actor
from cti.domain.rules import Served, live_call, need_control, own_leg, served_by
from cti.domain.telephones import endpoint_of

TRANSFER_CONTEXT = "transfer"
CONFERENCE_KEYS = "*3"
"""`atxferthreeway` in features.conf. Asterisk has no action for it, so the keys are pressed for the agent."""


def plan_transfer(floor: Floor, actor: Actor, call_id: CallId, target: str, outward: Outward = SHUT) -> BlindTransfer:
    """Return the blind transfer of the customer to an agent's number, a queue, or a number outside.

    Raises: CallGone, NotAllowed, Conflict (nobody talks with the customer; the target cannot take him), Invalid.
    """
    served = served_by(floor, actor, call_id)
    context, exten = _way_to(floor, actor, served, target, outward)
    return BlindTransfer(channel=served.agent.channel, context=context, exten=exten)


def plan_consult(floor: Floor, actor: Actor, call_id: CallId, target: str, outward: Outward = SHUT) -> AttendedTransfer:
    """Return the question to a colleague or a number outside; the customer hears music meanwhile.

    Raises: as `plan_transfer`; Conflict (he holds the customer, he consults already).
    """
    served = served_by(floor, actor, call_id)
    if served.agent.is_holding:
        # Asterisk: a consultation begun on hold leaves the customer held for ever when the agent returns.
        raise Conflict("take the customer back from hold first", code="consult.on_hold", call_id=call_id)
    agent = None if served.agent.agent_id is None else floor.agent_view(served.agent.agent_id)
    if agent is not None and agent.consult is not None:
        raise Conflict("somebody is being consulted already", code="consult.twice", call_id=call_id)
    if target in floor.queues:
        raise Invalid("a queue cannot be asked: transfer to it", code="consult.queue", target=target)
    context, exten = _way_to(floor, actor, served, target, outward)
    return AttendedTransfer(channel=served.agent.channel, context=context, exten=exten)


def plan_consult_step(floor: Floor, actor: Actor, call_id: CallId, step: str) -> list[Command]:
    """Return what ends a consultation: `complete` passes the customer on, `return` goes back, `conference` joins all.

    Raises: CallGone, NotAllowed, Conflict (nobody is consulted, he has not answered, it is a conference already).
    """
    leg, consult = _consulting(floor, actor, live_call(floor, call_id))
    if step == "return":
        _need_two_rooms(consult, call_id)
        return [CancelTransfer(channel=leg.channel)]
    if consult.state == DIALLING:
        raise Conflict("wait until the other side answers", code="consult.not_answered", call_id=call_id)
    if step == "complete":
        return [HangUp(channel=leg.channel)]
    if step != "conference":
        raise Invalid("there is no such step", code="consult.step", step=step)
    _need_two_rooms(consult, call_id)
    return [PressKey(channel=leg.channel, key=key, is_received=True) for key in CONFERENCE_KEYS]


def _consulting(floor: Floor, actor: Actor, call: CallView) -> tuple[LegView, ConsultView]:
    """The channel of the agent who consults, the actor's own or, for who controls calls, anybody's."""
    own = own_leg(call, actor)
    if own is None:
        need_control(actor, call)
    for leg in call.legs if own is None else (own,):
        agent = None if leg.agent_id is None or leg.closed_at is not None else floor.agent_view(leg.agent_id)
        if agent is not None and agent.consult is not None and agent.call_id == call.call_id:
            return leg, agent.consult
    raise Conflict("nobody is being consulted", code="consult.none", call_id=call.call_id)


def _need_two_rooms(consult: ConsultView, call_id: CallId) -> None:
    if consult.state == CONFERENCE:
        raise Conflict("all three are together already", code="consult.joined", call_id=call_id)


def _way_to(floor: Floor, actor: Actor, served: Served, target: str, outward: Outward) -> tuple[str, str]:
    """Where in the dialplan a target is: context and extension."""
    agent = floor.agent_view(AgentId(target))
    if agent is not None:
        _check_agent(agent, served)
        return TRANSFER_CONTEXT, endpoint_of(agent.device)
    if is_outside(target):
        number = check_number(target, actor.role, outward)
        check_usage(outward)
        return TRANSFER_OUT_CONTEXT, number
    if target == floor.options.test_queue or target not in floor.queues:
        raise Invalid("there is no such agent, queue or number", code="transfer.target", target=target)
    if why_not_queue(floor.queues[target]):
        raise Conflict("nobody serves this queue now", code="transfer.queue_empty", target=target)
    return TRANSFER_CONTEXT, target


def _check_agent(agent: AgentView, served: Served) -> None:
    if agent.agent_id == served.agent.agent_id:
        raise Invalid("the customer is already with this agent", code="transfer.self", target=agent.agent_id)
    reason = why_not(agent)
    if reason == "transfer.target_away":
        raise Conflict("this agent is not signed in", code="transfer.target_away", target=agent.agent_id)
    if reason:
        raise Conflict("this agent is on the telephone", code="transfer.target_busy", target=agent.agent_id)
