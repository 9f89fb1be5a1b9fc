"""Every kind and what it does. A new kind is a shape, its behaviour, and one line here. Pure."""

from __future__ import annotations

from typing import Any

from ivr.kinds import asking, collecting, deciding, leaving, saying, shapes
from ivr.kinds.shapes import Kind
from ivr.kinds.visiting import Behaviour

BEHAVIOURS: dict[type[Kind], Behaviour[Any]] = {
    shapes.Announce: saying.ANNOUNCE,
    shapes.Notice: saying.NOTICE,
    shapes.Menu: asking.MENU,
    shapes.Collect: collecting.COLLECT,
    shapes.Hours: deciding.HOURS,
    shapes.Condition: deciding.CONDITION,
    shapes.LookUpNode: deciding.LOOK_UP,
    shapes.QueueNode: leaving.QUEUE,
    shapes.Callback: leaving.CALLBACK,
    shapes.Voicemail: leaving.VOICEMAIL,
    shapes.TransferOut: leaving.TRANSFER_OUT,
    shapes.Survey: asking.SURVEY,
    shapes.TicketStatus: collecting.TICKET_STATUS,
    shapes.FlowJump: deciding.FLOW_JUMP,
    shapes.Refuse: leaving.REFUSE,
    shapes.HangUp: leaving.HANG_UP,
}
KINDS: dict[str, type[Kind]] = {str(kind.__struct_config__.tag): kind for kind in BEHAVIOURS}
"""kind as it stands in a flow -> its shape"""


def behaviour_of(node: Kind) -> Behaviour[Any]:
    """What this node's kind does."""
    return BEHAVIOURS[type(node)]
