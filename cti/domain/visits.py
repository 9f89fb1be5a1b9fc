"""Rows of the queue_log book to closed visits (asterisk: 7.2, 7.3). The book decides; AMI is for the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from cti.domain.changes import VisitOutcome
from cti.domain.ids import ChannelId, QueueName
from cti.domain.queue_log import QueueLogRow

NOBODY = "NONE"


class BookedVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A closed visit as the book has it; instants and seconds are whole, `ring_s` is of the answering member.

    `entered_at` is worked out from the ending row when ENTERQUEUE is not in the rows (`is_partial`).
    `key`: the key pressed, for left by key. `detail`: target of a transfer. `missed`: members that rang out.
    """

    channel_id: ChannelId
    queue: QueueName
    entered_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    outcome: VisitOutcome
    member: str
    wait_s: float
    talk_s: float | None
    ring_s: float | None
    ended_by: str
    position: int
    key: str = ""
    detail: str = ""
    missed: tuple[str, ...] = ()
    is_partial: bool = False


class _Open(msgspec.Struct):
    """A visit whose ending row has not come."""

    channel_id: str
    queue: str
    entered_at: datetime
    position: int = 0
    member: str = ""
    answered_at: datetime | None = None
    wait_s: float | None = None
    ring_s: float | None = None
    missed: list[str] = []
    is_partial: bool = False


class QueueBook:
    """Takes rows in file order, each once (its key is file and offset), and gives closed visits."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Open] = {}

    def take(self, row: QueueLogRow) -> list[BookedVisit]:
        """Take one row; return the visits it closes: one, or all open ones when Asterisk (re)started."""
        if row.event == "QUEUESTART":
            return self._close_all(row)
        if row.event == "ENTERQUEUE":
            self._enter(row)
            return []
        step = _STEPS.get(row.event)
        if step is not None:
            step(self._found(row), row)
            return []
        close = _ENDS.get(row.event)
        if close is None:
            return []
        visit = self._open.pop((row.channel_id, row.queue), None)
        if visit is None:
            visit = _Open(channel_id=row.channel_id, queue=row.queue, entered_at=row.at, is_partial=True)
        return [close(visit, row)]

    @property
    def open_count(self) -> int:
        """Visits without an ending row yet."""
        return len(self._open)

    def _enter(self, row: QueueLogRow) -> None:
        self._open[row.channel_id, row.queue] = _Open(
            channel_id=row.channel_id, queue=row.queue, entered_at=row.at, position=_whole(row, 2)
        )

    def _found(self, row: QueueLogRow) -> _Open:
        key = (row.channel_id, row.queue)
        if key not in self._open:
            self._open[key] = _Open(channel_id=row.channel_id, queue=row.queue, entered_at=row.at, is_partial=True)
        return self._open[key]

    def _close_all(self, row: QueueLogRow) -> list[BookedVisit]:
        """Asterisk forgot them; how they ended is not known."""
        visits, self._open = list(self._open.values()), {}
        return [_unknown_end(visit, row) for visit in visits]


def closed_visits(rows: Iterable[QueueLogRow]) -> list[BookedVisit]:
    """Return the visits that `rows` close, in the order of their endings. Open ones are left out."""
    book = QueueBook()
    return [visit for row in rows for visit in book.take(row)]


# --- rows that change an open visit -----------------------------------------------------------------------------------


def _connected(visit: _Open, row: QueueLogRow) -> None:
    """CONNECT hold|member uniqueid|ring. Hold includes the member's announcement."""
    visit.answered_at, visit.member = row.at, row.member
    visit.wait_s, visit.ring_s = _seconds(row, 0), _seconds(row, 2)
    if visit.is_partial:
        visit.entered_at = row.at - timedelta(seconds=visit.wait_s)


def _missed(visit: _Open, row: QueueLogRow) -> None:
    """RINGNOANSWER ring time in milliseconds, one for each member; busy and congestion give it too."""
    visit.missed = [*visit.missed, row.member]


_STEPS: dict[str, Callable[[_Open, QueueLogRow], None]] = {"CONNECT": _connected, "RINGNOANSWER": _missed}
# RINGCANCELED: the caller went away, no fault of the agent. AGENTDUMP: the caller stays and is offered again.
# SYSCOMPAT is followed by ABANDON, which closes the visit. So none of the three is here.


# --- rows that end a visit --------------------------------------------------------------------------------------------


def _completed(
    ended_by: str, first: int, detail: Callable[[QueueLogRow], str]
) -> Callable[[_Open, QueueLogRow], BookedVisit]:
    """A row of a served visit; hold, talk and position are its fields from `first` on, negative: from the end."""

    def close(visit: _Open, row: QueueLogRow) -> BookedVisit:
        wait_s, talk_s = _seconds(row, first), _seconds(row, first + 1)
        return BookedVisit(
            channel_id=ChannelId(visit.channel_id),
            queue=QueueName(visit.queue),
            entered_at=row.at - timedelta(seconds=wait_s + talk_s) if visit.answered_at is None else visit.entered_at,
            answered_at=visit.answered_at or row.at - timedelta(seconds=talk_s),
            ended_at=row.at,
            outcome=VisitOutcome.ANSWERED if talk_s > 0 else VisitOutcome.ANSWERED_WITHOUT_TALK,
            member=visit.member or row.member,
            wait_s=wait_s,
            talk_s=talk_s,
            ring_s=visit.ring_s,
            ended_by=ended_by,
            position=_whole(row, first + 2) or visit.position,
            detail=detail(row),
            missed=tuple(visit.missed),
            is_partial=visit.is_partial,
        )

    return close


def _unserved(outcome: VisitOutcome, ended_by: str, first: int = 0) -> Callable[[_Open, QueueLogRow], BookedVisit]:
    """A row of a visit without a person; position, first position and wait are its fields from `first` on."""

    def close(visit: _Open, row: QueueLogRow) -> BookedVisit:
        wait_s = _seconds(row, first + 2)
        return BookedVisit(
            channel_id=ChannelId(visit.channel_id),
            queue=QueueName(visit.queue),
            entered_at=row.at - timedelta(seconds=wait_s) if visit.is_partial else visit.entered_at,
            answered_at=None,
            ended_at=row.at,
            outcome=outcome,
            member="",
            wait_s=wait_s,
            talk_s=None,
            ring_s=None,
            ended_by=ended_by,
            position=_whole(row, first + 1) or visit.position,
            key=row.data[0] if first and row.data else "",
            missed=tuple(visit.missed),
            is_partial=visit.is_partial,
        )

    return close


def _unknown_end(visit: _Open, row: QueueLogRow) -> BookedVisit:
    talk_s = None if visit.answered_at is None else (row.at - visit.answered_at).total_seconds()
    wait_s = visit.wait_s if visit.wait_s is not None else (row.at - visit.entered_at).total_seconds()
    return BookedVisit(
        channel_id=ChannelId(visit.channel_id),
        queue=QueueName(visit.queue),
        entered_at=visit.entered_at,
        answered_at=visit.answered_at,
        ended_at=row.at,
        outcome=VisitOutcome.UNKNOWN,
        member=visit.member,
        wait_s=max(0.0, wait_s),
        talk_s=talk_s,
        ring_s=visit.ring_s,
        ended_by="switch",
        position=visit.position,
        missed=tuple(visit.missed),
        is_partial=visit.is_partial,
    )


def _nothing(row: QueueLogRow) -> str:
    return ""


def _target(row: QueueLogRow) -> str:
    return row.data[0] if row.data else ""


def _joined_to(row: QueueLogRow) -> str:
    return "|".join(row.data[:2])


_ENDS: dict[str, Callable[[_Open, QueueLogRow], BookedVisit]] = {
    "COMPLETEAGENT": _completed("agent", 0, _nothing),
    "COMPLETECALLER": _completed("caller", 0, _nothing),
    "BLINDTRANSFER": _completed("transfer", 2, _target),
    "ATTENDEDTRANSFER": _completed("transfer", -3, _joined_to),
    "TRANSFER": _completed("transfer", 2, _target),
    "ABANDON": _unserved(VisitOutcome.ABANDONED, "caller"),
    "EXITWITHTIMEOUT": _unserved(VisitOutcome.TIMED_OUT, "switch"),
    "EXITEMPTY": _unserved(VisitOutcome.LEFT_EMPTY, "switch"),
    "WITHDRAW": _unserved(VisitOutcome.WITHDRAWN, "switch"),
    "EXITWITHKEY": _unserved(VisitOutcome.LEFT_BY_KEY, "caller", 1),
}
"""ATTENDEDTRANSFER: BRIDGE or APP and one detail, LINK and two; then hold, talk, position: so counted from the end.
EXITWITHKEY: key, position, first position, wait."""


def _seconds(row: QueueLogRow, index: int) -> float:
    return float(_whole(row, index))


def _whole(row: QueueLogRow, index: int) -> int:
    """A field as a number, negative: from the end; what is missing or is none counts as 0."""
    place = index if index >= 0 else len(row.data) + index
    text = row.data[place] if 0 <= place < len(row.data) else ""
    return int(text) if text.isascii() and text.isdigit() else 0
