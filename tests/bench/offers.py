"""Queue members and offered calls as Asterisk tells them: a caller waits, a telephone rings, the caller gives up.

Frames and their order are those of the recorded trace `abandon`.
"""

from __future__ import annotations

import time

from tests.ami_server import SYSTEM, Action, AmiClient, AmiServer, event

QUEUE = "complaints"
HOTLINE = "95001"
FREE, BUSY, RINGING, UP = 1, 3, 5, 6
FIRST_ID = 1_795_500_000
"""Far from the ids of the recorded load."""

Party = dict[str, object]


class Members:
    """What the service asks for with QueueAdd and QueuePause comes true, and is listed."""

    def __init__(self, server: AmiServer) -> None:
        self.queues_of: dict[str, dict[str, str]] = {}
        """device -> queue -> `1` while he is paused there."""
        server.answers |= {"QueueAdd": self._add, "QueuePause": self._pause, "QueueStatus": self._list}

    def all_serve(self, devices: list[str]) -> bool:
        """Whether each of them is rung in the queue."""
        return all(self.queues_of.get(device, {}).get(QUEUE) == "0" for device in devices)

    def status(self, device: str, status: int) -> bytes:
        """QueueMemberStatus, one for each queue the device serves."""
        queues = self.queues_of[device]
        return b"".join(event("QueueMemberStatus", *self._fields(queue, device, status), at=now()) for queue in queues)

    def _add(self, client: AmiClient, action: Action) -> bytes:
        device, queue = action["Interface"], action["Queue"]
        self.queues_of.setdefault(device, {})[queue] = "1" if action["Paused"] == "true" else "0"
        return client.ok(action) + event("QueueMemberAdded", *self._fields(queue, device, FREE), at=now())

    def _pause(self, client: AmiClient, action: Action) -> bytes:
        device, queue = action["Interface"], action["Queue"]
        self.queues_of[device][queue] = "1" if action["Paused"] == "true" else "0"
        return client.ok(action) + event("QueueMemberPause", *self._fields(queue, device, FREE), at=now())

    def _list(self, client: AmiClient, action: Action) -> bytes:
        members = [(queue, device) for device, queues in self.queues_of.items() for queue in queues]
        queues = [client.row(action, "QueueParams", ("Queue", name)) for name in (QUEUE, "consult", "fallback")]
        rows = [client.row(action, "QueueMember", *self._listed(*member)) for member in members]
        return client.rows(action, "QueueStatusComplete", *queues, *rows)

    def _fields(self, queue: str, device: str, status: int) -> list[tuple[str, object]]:
        named = [("Queue", queue), ("MemberName", device), ("Interface", device)]
        return [*named, ("Status", status), ("Paused", self.queues_of[device][queue])]

    def _listed(self, queue: str, device: str) -> list[tuple[str, object]]:
        named = [("Queue", queue), ("Name", device), ("Location", device)]
        return [*named, ("Status", FREE), ("Paused", self.queues_of[device][queue])]


class OfferedCall:
    """One caller and the telephone that rings for him."""

    def __init__(self, count: int, number: str, device: str, members: Members) -> None:
        self.call_id = f"{SYSTEM}-{FIRST_ID + count}.1"
        self._device = device
        self._members = members
        self._caller = party(f"PJSIP/trunk-{0xB0000000 + count:x}", number, self.call_id, self.call_id)
        own = f"{SYSTEM}-{FIRST_ID + count}.2"
        self._phone = party(f"{device}-{0xB0000000 + count:x}", device.removeprefix("PJSIP/"), own, self.call_id)

    def arrive(self) -> bytes:
        """The caller comes in and waits in the queue."""
        caller = self._caller
        return (
            told("Newchannel", caller, ChannelState=4, Context="from-trunk", Exten=HOTLINE)
            + told("NewCallerid", caller, ChannelState=4)
            + told("UserEvent", caller, UserEvent="CallEntered", Hotline=HOTLINE, Lines=1, Test=0)
            + told("Newstate", caller, ChannelState=UP)
            + told("QueueCallerJoin", caller, Queue=QUEUE, Position=1, Count=1)
        )

    def ring(self) -> bytes:
        """The telephone's channel and AgentCalled; Asterisk writes them within a millisecond."""
        return (
            told("Newchannel", self._phone, ChannelState=0, Context="from-agents", Exten=QUEUE)
            + told("AgentCalled", self._caller, **self._dest(), **self._member())
            + told("DialBegin", self._caller, **self._dest(), DialString=self._device)
            + told("Newstate", self._phone, ChannelState=RINGING)
            + self._members.status(self._device, BUSY)
        )

    def give_up(self) -> bytes:
        """The caller hangs up: nobody's fault, the agent is free again."""
        caller = self._caller
        return (
            told("DialEnd", caller, **self._dest(), DialStatus="CANCEL")
            + told("QueueCallerAbandon", caller, Queue=QUEUE, Position=1, OriginalPosition=1, HoldTime=3)
            + told("QueueCallerLeave", caller, Queue=QUEUE, Position=1, Count=0)
            + told("Hangup", caller, Cause=0)
            + told("Hangup", self._phone, Cause=0)
            + self._members.status(self._device, FREE)
        )

    def _dest(self) -> Party:
        return {f"Dest{name}": value for name, value in self._phone.items()}

    def _member(self) -> Party:
        return {"Queue": QUEUE, "Interface": self._device, "MemberName": self._device}


def party(channel: str, number: str, unique_id: str, linked_id: str) -> Party:
    """What each event of a channel says about it."""
    return {"Channel": channel, "CallerIDNum": number, "Uniqueid": unique_id, "Linkedid": linked_id}


def told(name: str, one: Party, **more: object) -> bytes:
    """An event of a channel, now."""
    return event(name, *one.items(), *more.items(), at=now())


def now() -> float:
    """The switch's clock."""
    return time.time()
