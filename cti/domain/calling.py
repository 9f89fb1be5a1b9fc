"""Calls outwards: what a number is, who may call it, how often, and which command it is (security 6.4). Pure.

A call centre that can be talked into premium numbers pays for it over night, so everything is refused that is not
plainly allowed, each refusal with its own code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import msgspec

from cti.domain.agent import UNREACHABLE
from cti.domain.changes import AgentMode, AgentPhase, AgentView, CallStage, CallView, LegKind
from cti.domain.commands import Originate
from cti.domain.errors import Conflict, Invalid, NotAllowed
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, ChannelId
from cti.domain.roles import Actor, Right, Role, may
from cti.domain.rulebook import CallingRules
from cti.domain.telephones import endpoint_of

OUTWARD_CONTEXT, TRANSFER_OUT_CONTEXT = "outward", "transfer-out"
SHORTEST_OUTSIDE = 5
"""Digits. Shorter ones are agents, keys or mistakes: 10086, 12345 and 95598 are the shortest that serve customers."""
RING_S = 30.0
"""How long the agent's own telephone rings for a call he asked for himself."""

_SEPARATORS = str.maketrans("", "", " \t-()./·‐‑–")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_CHINA = re.compile(r"(?:\+|00)86|86(?=[1-9][0-9]{8,10}$)")
"""Trunks send callers as +86, of which calls keep the digits; no number here is so long and begins with 86."""
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SERVICE = re.compile(r"[48]00[0-9]{7}")


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What has been called already, now and today."""

    attempts_count: int = 0
    """Of this person, in the last minute, this one not counted."""
    is_dialling: bool = False
    """He has asked for a call that does not show on the floor yet."""
    lines_count: int = 0
    """Calls outwards going on, of everybody."""
    talk_s: float = 0.0
    """Talked outwards by this agent on the present business date."""


class Outward(msgspec.Struct, frozen=True, kw_only=True):
    """What the way out looks like at this moment: the rules in force, whether there is a line, what is used of it."""

    rules: CallingRules
    has_line: bool
    usage: Usage = Usage()


SHUT = Outward(rules=CallingRules(), has_line=False)
"""No way out."""


def normal_number(raw: str) -> str:
    """Return a number as it is dialled here: digits only, +86 as at home, other countries with 00.

    Raises: Invalid, for a masked number, a name, anything but one telephone number.
    """
    text = unicodedata.normalize("NFKC", raw).translate(_SEPARATORS)
    if not _NUMBER.fullmatch(text):
        raise Invalid("this is not a telephone number", code="dial.number")
    home = _CHINA.match(text)
    if home is None:
        return "00" + text[1:] if text.startswith("+") else text
    rest = text[home.end() :]
    if not rest.strip("0"):
        raise Invalid("this is not a telephone number", code="dial.number")
    if rest.startswith("0") or _MOBILE.fullmatch(rest) or _SERVICE.fullmatch(rest):
        return rest
    return "0" + rest


def is_outside(target: str) -> bool:
    """Tell whether a transfer's target could be a number outside, when it is neither agent nor queue."""
    return target.isascii() and target.isdigit() and len(target) >= SHORTEST_OUTSIDE


def check_number(raw: str, role: Role, outward: Outward) -> str:
    """Return the digits to dial when this role may call them now.

    Raises: Invalid (no number), Conflict (no line, calls outwards are off), NotAllowed (blocked, no such prefix).
    """
    number, rules = normal_number(raw), outward.rules
    if not outward.has_line:
        raise Conflict("there is no line for calls outwards", code="dial.no_line")
    if not rules.is_on:
        raise Conflict("calls outwards are switched off", code="dial.off")
    if number.startswith(rules.blocked):
        raise NotAllowed("calls to this number are blocked", code="dial.blocked")
    if not number.startswith(_prefixes(rules, role)):
        raise NotAllowed("your role may not call such numbers", code="dial.prefix", role=role)
    return number


def _prefixes(rules: CallingRules, role: Role) -> tuple[str, ...]:
    return next((found for name, found in rules.prefixes.items() if name == role.value), ())


def check_usage(outward: Outward) -> None:
    """Check the limits. Raises: Conflict, naming the one that is reached."""
    rules, usage = outward.rules, outward.usage
    if usage.attempts_count >= rules.per_minute:
        raise Conflict("too many calls in one minute: wait a little", code="dial.too_many", limit=rules.per_minute)
    if usage.lines_count >= rules.concurrent:
        raise Conflict("all lines for calls outwards are busy", code="dial.lines", limit=rules.concurrent)
    if usage.talk_s >= rules.minutes_a_day * 60:
        raise Conflict("the minutes of today are used up", code="dial.minutes", limit=rules.minutes_a_day)


def plan_dial(floor: Floor, actor: Actor, raw: str, channel_id: ChannelId, outward: Outward) -> Originate:
    """Return the call to a number outside: the agent's own telephone rings first, then the number is dialled.

    Raises: NotAllowed, Invalid, Conflict (not signed in, on the telephone, telephone gone, as `check_number`,
    `check_usage`).
    """
    agent = caller_of(floor, actor)
    if outward.usage.is_dialling:
        raise Conflict("your last call is only just being dialled", code="dial.on_call")
    number = check_number(raw, actor.role, outward)
    check_usage(outward)
    return Originate(
        channel=agent.device,
        channel_id=channel_id,
        context=OUTWARD_CONTEXT,
        exten=number,
        caller_number=number,
        variables={"HOTLINE_AGENT": endpoint_of(agent.device)},
        timeout_s=RING_S,
    )


def caller_of(floor: Floor, actor: Actor) -> AgentView:
    """Return the agent who wants to call. Raises: NotAllowed, Conflict."""
    agent = None if actor.agent_id is None else floor.agent_view(actor.agent_id)
    if not may(actor.role, Right.CALL_OUT) or agent is None:
        raise NotAllowed("only somebody with a telephone can call", code="dial.no_agent")
    if agent.mode is AgentMode.SIGNED_OUT:
        raise Conflict("sign in with your telephone first", code="dial.signed_out")
    if agent.phase is not AgentPhase.IDLE:
        raise Conflict("finish the call you have", code="dial.on_call")
    if agent.device_state in UNREACHABLE:
        raise Conflict("your telephone cannot be reached", code="dial.phone_away")
    return agent


def lines_out(calls: Iterable[CallView]) -> int:
    """Count the lines outwards in use, those included for which an agent's own telephone still rings."""
    return sum(_lines_of(call) for call in calls if call.stage is not CallStage.ENDED and not call.is_test)


def _lines_of(call: CallView) -> int:
    outside = sum(leg.closed_at is None and leg.kind is LegKind.OUTSIDE for leg in call.legs)
    return max(outside, int(call.call_id.startswith(OURS)))


def talked_out(calls: Iterable[CallView], agent_id: AgentId | None) -> float:
    """Sum the seconds an agent has talked in calls outwards that are still on the floor."""
    legs = [leg for call in calls if call.direction == "out" for leg in call.legs]
    return sum(leg.talk_s for leg in legs if agent_id is not None and leg.agent_id == agent_id)


OURS = "out-"
"""What the ids of channels begin with that we dial out for."""
