"""Promised calls on a real floor and a real database; Asterisk says yes, and does what the test says."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cti.domain import commands as c
from cti.domain import events as e
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, ChannelId, Device, LinkedId, QueueName
from cti.domain.rulebook import CallingRules
from cti.store.work import Database
from ivr.promises.callbacks import Callbacks
from ivr.promises.promise import Promise
from ivr.store.callbacks import get_promise
from staffing.waits import Waits
from tests.fakes import FakeSwitch
from tests.floor_words import NOON

CONSULT = QueueName("consult")
NUMBER = "13800138000"
RULES = CallingRules(is_on=True, prefixes={"supervisor": ("0", "1")}, concurrent=2)


class House:
    """A floor, a switch that says yes, and the callbacks; time is moved by hand. Noon UTC is eight in the evening."""

    def __init__(self, database: Database) -> None:
        self.now = NOON
        self.database = database
        self.switch = FakeSwitch()
        self.floor = Floor()
        self.waits = Waits()
        self.told = 0
        self.open()
        self.list_floor()

    def open(self) -> None:
        """A new service over the same database and floor."""
        self.callbacks = Callbacks(
            database=self.database,
            switch=self.switch,
            floor=self.floor,
            seats=self.waits.seats,
            line=self.waits.line,
            rules=lambda: RULES,
            has_line=lambda: True,
            clock=lambda: self.now,
            zone=ZoneInfo("Asia/Shanghai"),
            tell=self._tell,
        )

    def _tell(self) -> None:
        self.told += 1

    def submit(self, event: e.Event) -> None:
        changes = self.floor.apply(event)
        self.waits.offer(event, changes)
        self.callbacks.offer(event, changes)

    def tick(self, seconds: float = 1) -> None:
        self.now += timedelta(seconds=seconds)
        self.submit(e.Ticked(at=self.now))

    def list_floor(self, *channels: e.ListedChannel, started: datetime | None = None) -> None:
        self.submit(
            e.FloorListed(
                at=self.now, channels=channels, members=(), callers=(), queues=(CONSULT,), switch_started_at=started
            )
        )

    def sign_in(self, number: str = "1001") -> None:
        device = Device(f"PJSIP/{number}")
        known = e.AgentKnown(
            at=self.now, agent_id=AgentId(number), name=number, device=device, other_devices=(), queues=(CONSULT,)
        )
        self.submit(known)
        self.submit(e.AgentModeSet(at=self.now, agent_id=AgentId(number), mode="ready"))
        member: dict[str, Any] = {"device": device, "member_name": number, "is_paused": False, "pause_reason": ""}
        self.submit(e.MemberChanged(at=self.now, queue=CONSULT, device_state=1, penalty=0, **member))

    def arrive(self, name: str, number: str = NUMBER, *, in_queue: bool = False) -> ChannelId:
        who = self.who(name, f"PJSIP/trunk-{name}")
        self.submit(e.ChannelOpened(at=self.now, number=number, context="from-trunk", **who))
        self.submit(e.MenuEntered(at=self.now, **who))
        if in_queue:
            position = len(self.waits.line(CONSULT)) + 1
            self.submit(e.CallerJoined(at=self.now, queue=CONSULT, position=position, **who))
        return ChannelId(name)

    def leave(self, name: str) -> None:
        self.submit(e.ChannelClosed(at=self.now, cause=16, **self.who(name, f"PJSIP/trunk-{name}")))

    async def promise(self, name: str = "x-1.1", number: str = NUMBER) -> Promise:
        """A caller asks and hangs up."""
        channel_id = self.arrive(name, number)
        promise = await self.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number=number)
        self.leave(name)
        return promise

    # --- what Asterisk does with a promise ---------------------------------------------------------------------------

    @property
    def placed(self) -> list[c.Originate]:
        return [command for command in self.switch.sent if isinstance(command, c.Originate)]

    def stand(self) -> str:
        """The last Originate stands in its queue. Returns the id of its call."""
        made = str(self.placed[-1].channel_id)
        for half, suffix in ((1, ""), (2, "-place")):
            who = self.half(made, half, suffix)
            self.submit(e.ChannelOpened(at=self.now, context="callback-place", **who))
        who = self.half(made, 2, "-place")
        self.submit(e.CallerIdentified(at=self.now, number=self.placed[-1].exten, **who))
        self.submit(e.CallerJoined(at=self.now, queue=CONSULT, position=1, **who))
        return made

    def answer(self, made: str) -> None:
        """An agent answers."""
        who = self.half(made, 2, "-place")
        agent = self.who("x-9", "PJSIP/1001-09", made)
        member: dict[str, Any] = {"queue": CONSULT, "device": Device("PJSIP/1001"), "member_name": "1001"}
        dest: dict[str, Any] = {"dest_id": ChannelId("x-9")}
        self.submit(e.ChannelOpened(at=self.now, context="from-agents", **agent))
        self.submit(e.MemberOffered(at=self.now, dest_channel="PJSIP/1001-09", **dest, **member, **who))
        self.submit(e.CallerLeft(at=self.now, queue=CONSULT, position=1, **who))
        self.submit(e.MemberConnected(at=self.now, wait_s=1, ring_s=1, **dest, **member, **who))

    def dial(self, made: str, *, answered: bool, cause: int = 17) -> None:
        """The customer is dialled."""
        customer = self.who("x-10", "PJSIP/carrier-10", made)
        self.submit(e.ChannelOpened(at=self.now, context="nowhere", **customer))
        if answered:
            self.submit(e.ChannelStateChanged(at=self.now, state=6, **customer))
        else:
            self.submit(e.ChannelClosed(at=self.now, cause=cause, **customer))

    def end(self, made: str) -> None:
        """Whatever of it is left is gone."""
        call = self.floor.calls[made]
        for leg in call.legs:
            if leg.closed_at is None:
                who = self.who(leg.channel_id, leg.channel, made)
                self.submit(e.ChannelClosed(at=self.now, cause=16, **who))

    def who(self, channel_id: str, channel: str, linked: str = "") -> dict[str, Any]:
        linked_id = LinkedId(linked or channel_id)
        return {"channel_id": ChannelId(channel_id), "linked_id": linked_id, "channel": channel}

    def half(self, made: str, half: int, suffix: str) -> dict[str, Any]:
        return self.who(f"{made}{suffix}", f"Local/consult@callback-place-01;{half}", made)

    # --- what is written ---------------------------------------------------------------------------------------------

    async def row(self, promise: Promise) -> Promise:
        async with self.database.look() as session:
            return await get_promise(session, promise.id)

    async def becomes(self, promise: Promise, state: str, why: str | None = None) -> Promise:
        for _ in range(300):
            row = await self.row(promise)
            if row.state == state:
                assert why is None or row.why == why
                return row
            await asyncio.sleep(0.01)
        raise AssertionError(f"{row.state} ({row.why}), not {state}")
