"""What is hidden from whom. The hub makes each change once for each audience; these are the audiences."""

from __future__ import annotations

import re

import msgspec

from cti.domain.changes import AgentView, AnyView, CallView, LegKind, LegView
from cti.domain.phone import masked
from cti.domain.roles import Right, Role, may
from cti.hub import EVERYTHING, Projector

MASKED = "masked"
"""Sees calls with the middle of telephone numbers hidden."""

_LONG = re.compile(r"\d{7,}")
"""Shorter runs are agents, hotlines, keys."""


def audience_of(role: Role) -> str:
    """The audience a role belongs to."""
    return EVERYTHING if may(role, Right.SEE_NUMBERS) else MASKED


def masked_view(view: AnyView) -> AnyView:
    """The view with outside numbers masked: the caller's, those of outside legs, those somebody dialled or keyed."""
    if isinstance(view, CallView):
        return masked_call(view)
    if isinstance(view, AgentView) and view.consult is not None:
        consult = msgspec.structs.replace(view.consult, target=masked_text(view.consult.target))
        return msgspec.structs.replace(view, consult=consult)
    return view


AUDIENCES: dict[str, Projector] = {MASKED: masked_view}
"""For `Hub(AUDIENCES)`."""


def masked_call(call: CallView) -> CallView:
    """A call without telephone numbers."""
    return msgspec.structs.replace(
        call,
        caller_number=masked(call.caller_number),
        caller_name=masked_text(call.caller_name),
        legs=tuple(_masked_leg(leg) for leg in call.legs),
        menu=tuple(msgspec.structs.replace(step, digits=masked_text(step.digits)) for step in call.menu),
        transfers=tuple(masked_text(target) for target in call.transfers),
        callback=call.callback and msgspec.structs.replace(call.callback, number=masked(call.callback.number)),
    )


def masked_text(text: str) -> str:
    """Text with every long run of digits masked; phones often send the number as the name."""
    return _LONG.sub(lambda run: masked(run.group()), text)


def _masked_leg(leg: LegView) -> LegView:
    if leg.kind is LegKind.AGENT:
        return leg
    # Half of a Local pair is named after what was dialled: `Local/o13800138000@transfer-out-00000002;1`.
    channel = masked_text(leg.channel) if leg.kind is LegKind.HELPER else leg.channel
    return msgspec.structs.replace(leg, channel=channel, number=masked(leg.number), name=masked_text(leg.name))
