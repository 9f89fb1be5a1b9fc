"""One connection's bytes to events, in the order of the socket. The hot path: most frames are skipped undecoded."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime

from cti.asterisk.actions import ActionTable
from cti.asterisk.decode import DECODERS, decode
from cti.asterisk.frames import Fields, FrameSplitter, MalformedFrame, Quarantine, event_name, parse
from cti.asterisk.menus import MenuTable
from cti.domain.events import Event

log = logging.getLogger(__name__)

_MENU_EVENTS = frozenset({b"AsyncAGIStart", b"AsyncAGIEnd", b"Hangup"})
_MENU_RESULT = b"AsyncAGIExec"
_BOOTED = b"FullyBooted"
_ROWS = frozenset(
    {
        b"CoreShowChannel",
        b"CoreShowChannelsComplete",
        b"QueueParams",
        b"QueueMember",
        b"QueueEntry",
        b"QueueStatusComplete",
        b"QueueSummary",
        b"QueueSummaryComplete",
        b"ListDialplan",
        b"ShowDialPlanComplete",
    }
)
"""Rows of the lists we ask for. They carry our ActionID instead of a SystemName."""
_WANTED = frozenset({*DECODERS, *_ROWS, _MENU_RESULT, _BOOTED})
_EARLY_LIMIT = 20_000


class Intake:
    """Takes bytes, gives events to `deliver`, answers to `actions`, results to `menus`, suspicions to `doubt`."""

    def __init__(
        self,
        *,
        deliver: Callable[[Event], None],
        doubt: Callable[[str], None],
        booted: Callable[[Fields], None] = lambda fields: None,
        actions: ActionTable,
        menus: MenuTable,
        quarantine: Quarantine,
    ) -> None:
        self._deliver = deliver
        self._doubt = doubt
        self._booted = booted
        self._actions = actions
        self._menus = menus
        self._quarantine = quarantine
        self._splitter = FrameSplitter()
        self._system_name: str | None = None
        self._early: deque[bytes] = deque(maxlen=_EARLY_LIMIT)
        self.frame_count = 0
        self.event_count = 0
        self.ignored_count = 0
        self.byte_count = 0
        self.lag_s = 0.0
        """Read instant minus the switch's own instant, of the last event read."""
        self.lag_max_s = 0.0
        self.read_at = datetime.now(UTC)
        self.untimed_count = 0
        """Events without a Timestamp: timestampevents is off."""
        self.seen: Counter[bytes] = Counter()
        """Domain events by AMI name: tells the check page which read classes are proven."""

    @property
    def greeting(self) -> str:
        """`Asterisk Call Manager/11.0.0`, empty before it came."""
        return self._splitter.greeting

    def learn_system_name(self, name: str) -> None:
        """From now on events must carry `name`; what came before is looked at in order. Empty: nothing to check."""
        self._system_name = name
        while self._early:
            self._take(self._early.popleft())

    def feed(self, data: bytes) -> None:
        """Take bytes from the socket. Raises: MalformedFrame, when the stream itself cannot be trusted."""
        self.byte_count += len(data)
        self.read_at = datetime.now(UTC)
        bodies = self._splitter.feed(data)
        self.frame_count += len(bodies)
        for body in bodies:
            # Four frames of five are skipped right here.
            if body[7 : body.find(b"\r", 7)] in _WANTED or body[:7] != b"Event: ":
                self._take(body)
            else:
                self.ignored_count += 1

    def _take(self, body: bytes) -> None:
        """Route one frame; a suspicious one is set aside and never acted upon."""
        try:
            self._route(body)
        except MalformedFrame as reason:
            self._set_aside(body, str(reason))
        except Exception:
            # One frame must never end the connection and lose the rest of its block.
            log.exception("a frame could not be taken")
            self._set_aside(body, "our own error")

    def _route(self, body: bytes) -> None:
        name = event_name(body)
        if name is None:
            self._take_response(parse(body))
            return
        if name in DECODERS or name == _MENU_RESULT:
            if self._system_name is None:
                self._keep_early(body)
            elif name == _MENU_RESULT and not len(self._menus):
                self._menus.foreign_count += 1  # nobody waits: not worth reading
            else:
                self._take_event(name, parse(body))
            return
        fields = parse(body)
        if name == _BOOTED:
            self._booted(fields)
        elif self._actions.owns(fields):
            self._actions.receive(fields)
        else:
            self.ignored_count += 1

    def _keep_early(self, body: bytes) -> None:
        """Hold an event until the SystemName it must carry is known."""
        if len(self._early) == _EARLY_LIMIT:
            self._doubt("more events than can be held during the login")
        self._early.append(body)

    def _take_response(self, fields: Fields) -> None:
        if self._actions.owns(fields):
            self._actions.receive(fields)
        elif "ActionID" in fields:
            self.ignored_count += 1  # an answer that came after its deadline
        else:
            raise MalformedFrame("a response to nothing")

    def _take_event(self, name: bytes, fields: Fields) -> None:
        if self._system_name and fields.get("SystemName") != self._system_name:
            raise MalformedFrame("an event without this switch's SystemName")
        if name == _MENU_RESULT:
            self._menus.take_result(fields)
            return
        event = decode(name, fields, self.read_at)
        if event is None:
            self.ignored_count += 1
            return
        self.event_count += 1
        if "Timestamp" not in fields:
            self.untimed_count += 1
        self.seen[name] += 1
        self.lag_s = lag_s = (self.read_at - event.at).total_seconds()
        if lag_s > self.lag_max_s:
            self.lag_max_s = lag_s
        if name in _MENU_EVENTS:
            self._menus.see(event)
        self._deliver(event)

    def _set_aside(self, body: bytes, reason: str) -> None:
        self._quarantine.put(body, reason)
        self._doubt(reason)
