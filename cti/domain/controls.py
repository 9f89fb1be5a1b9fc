"""What is done in a call besides talking: recording, keys, the telephone, taking a stranded customer back. Pure."""

from __future__ import annotations

from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentPhase, AgentView, CallView, LegKind, LegView
from cti.domain.commands import AskPhone, MuteRecording, MuteVoice, PressKey, Redirect
from cti.domain.errors import Conflict, Invalid, NotAllowed
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, CallId
from cti.domain.leg import device_of
from cti.domain.roles import Actor
from cti.domain.rules import agent_leg, live_call, need_control, own_leg
from cti.domain.telephones import BROWSER, devices_of, endpoint_of

TAKE_BACK_CONTEXT = "take-back"
CUSTOMERS = frozenset({LegKind.CALLER, LegKind.OUTSIDE})


# --- recording ------------------------------------------------------------------------------------------------------


def plan_recording(floor: Floor, actor: Actor, call_id: CallId, action: str) -> MuteRecording:
    """Return the pause of a recording (card numbers), or its end. It goes on by itself after a while.

    Raises: CallGone, NotAllowed, Conflict (nothing is recorded; it is so already), Invalid.
    """
    call = live_call(floor, call_id)
    agent_leg(call, actor)
    if action not in ("pause", "resume"):
        raise Invalid("there is no such action", code="recording.action", action=action)
    leg = recorded_leg(call)
    if leg is None:
        raise Conflict("this call is not being recorded", code="recording.none", call_id=call_id)
    is_paused = call.recording_paused_at is not None
    if is_paused and action == "pause":
        raise Conflict("the recording is paused already", code="recording.paused", call_id=call_id)
    if not is_paused and action == "resume":
        raise Conflict("the recording is not paused", code="recording.running", call_id=call_id)
    return MuteRecording(channel=leg.channel, is_muted=action == "pause")


def recorded_leg(call: CallView) -> LegView | None:
    """Return the open channel whose recording runs. A part is named after it: `<channel id>`, `<channel id>-2`."""
    for part in reversed(call.segments):
        for leg in call.legs:
            if leg.closed_at is None and part.name in (leg.channel_id, f"{leg.channel_id}-{part.part}"):
                return leg
    return None


# --- keys and the telephone -----------------------------------------------------------------------------------------


def plan_keys(floor: Floor, actor: Actor, call_id: CallId, keys: str) -> list[PressKey]:
    """Return the keys for whoever the agent talks with: the customer, or whom he consults.

    Raises: CallGone, NotAllowed, Conflict (he talks with nobody).
    """
    call = live_call(floor, call_id)
    own = agent_leg(call, actor)
    other = None if own is None or own.bridge_id is None else _other_side(call, own)
    if other is None:
        raise Conflict("there is nobody on the line who could hear keys", code="keys.nobody", call_id=call_id)
    return [PressKey(channel=other.channel, key=key) for key in keys]


def _other_side(call: CallView, own: LegView) -> LegView | None:
    """Customers first, then colleagues; the half of a Local pair leads to whom it dialled."""
    order = {LegKind.CALLER: 0, LegKind.OUTSIDE: 0, LegKind.AGENT: 1, LegKind.HELPER: 2}
    here = [leg for leg in call.legs if leg.closed_at is None and leg.bridge_id == own.bridge_id and leg is not own]
    return min(here, key=lambda leg: order[leg.kind], default=None)


def plan_phone(floor: Floor, actor: Actor, call_id: CallId, action: str) -> AskPhone | MuteVoice:
    """Return what a desk telephone is asked to do: `answer`, `hold`, `resume`, `mute`, `unmute`.

    Raises: CallGone, NotAllowed, Conflict (a browser does it itself; it does not ring, or has not answered), Invalid.
    """
    leg = own_leg(live_call(floor, call_id), actor)
    if leg is None or leg.agent_id is None:
        raise NotAllowed("this is not your call", code="call.not_yours", call_id=call_id)
    if device_of(leg.channel) == devices_of(leg.agent_id, BROWSER)[0]:
        raise Conflict("the telephone in your page does this itself", code="phone.browser", call_id=call_id)
    if (leg.answered_at is None) != (action == "answer"):
        is_ringing = leg.answered_at is None
        raise Conflict(
            "answer the call first" if is_ringing else "this call is answered already",
            code="phone.not_answered" if is_ringing else "phone.answered",
            call_id=call_id,
        )
    if action in ("mute", "unmute"):
        return MuteVoice(channel=leg.channel, is_muted=action == "mute")
    if action not in ("answer", "hold", "resume"):
        raise Invalid("there is no such action", code="phone.action", action=action)
    return AskPhone(channel=leg.channel, event="hold" if action == "hold" else "talk")


# --- after a telephone died -----------------------------------------------------------------------------------------


def plan_take_back(floor: Floor, actor: Actor, call_id: CallId) -> Redirect:
    """Return the way of a customer, who hears music since his agent's telephone died, to that agent's telephone.

    For the agent himself, or who controls calls. Raises: CallGone, NotAllowed, Conflict (he waits for nobody any more;
    the agent is on the telephone, or cannot be reached).
    """
    call = live_call(floor, call_id)
    if call.waits_for is None or call.waits_for != actor.agent_id:
        need_control(actor, call)
    customer = next((leg for leg in call.legs if leg.closed_at is None and leg.kind in CUSTOMERS), None)
    if call.waits_for is None or customer is None:
        raise Conflict("the customer does not wait for anybody any more", code="take_back.over", call_id=call_id)
    agent = _reachable(floor, call.waits_for)
    return Redirect(channel=customer.channel, context=TAKE_BACK_CONTEXT, exten=endpoint_of(agent.device))


def _reachable(floor: Floor, agent_id: AgentId) -> AgentView:
    agent = floor.agent_view(agent_id)
    if agent is None or agent.device_state in UNREACHABLE:
        raise Conflict("the telephone cannot be reached yet", code="take_back.phone_away", agent_id=agent_id)
    if agent.phase is not AgentPhase.IDLE:
        raise Conflict("the agent is on the telephone", code="take_back.busy", agent_id=agent_id)
    return agent
