"""The queue_log book: every row that Asterisk's documentation and source know, as a closed visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cti.domain.queue_log import QueueLogRow
from cti.domain.visits import BookedVisit, QueueBook, closed_visits

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def row(text: str) -> QueueLogRow:
    """`seconds after noon|callid|queue|member|EVENT|...`"""
    seconds, channel_id, queue, member, event, *data = text.split("|")
    return QueueLogRow(
        at=at(float(seconds)), channel_id=channel_id, queue=queue, member=member, event=event, data=tuple(data)
    )


def booked(*lines: str) -> list[BookedVisit]:
    return closed_visits(row(line) for line in lines)


ENTER = "0|c1|consult|NONE|ENTERQUEUE||13800138000|2"
CONNECT = "9|c1|consult|1007|CONNECT|9|a1|4"


@pytest.mark.parametrize(
    ("ending", "ended_by", "detail"),
    [
        ("30|c1|consult|1007|COMPLETEAGENT|9|21|2", "agent", ""),
        ("30|c1|consult|1007|COMPLETECALLER|9|21|2", "caller", ""),
        ("30|c1|consult|1007|BLINDTRANSFER|1008|transfer|9|21|2", "transfer", "1008"),
        ("30|c1|consult|1007|ATTENDEDTRANSFER|BRIDGE|b1|9|21|2", "transfer", "BRIDGE|b1"),
        ("30|c1|consult|1007|ATTENDEDTRANSFER|APP|Queue|9|21|2", "transfer", "APP|Queue"),
        ("30|c1|consult|1007|ATTENDEDTRANSFER|LINK|a1|a2|9|21|2", "transfer", "LINK|a1"),
        ("30|c1|consult|1007|TRANSFER|1008|transfer|9|21|2", "transfer", "1008"),
    ],
)
def test_a_served_visit(ending: str, ended_by: str, detail: str) -> None:
    (visit,) = booked(ENTER, CONNECT, ending)
    assert (visit.outcome, visit.ended_by, visit.detail) == ("answered", ended_by, detail)
    assert (visit.entered_at, visit.answered_at, visit.ended_at) == (at(0), at(9), at(30))
    assert (visit.wait_s, visit.talk_s, visit.ring_s, visit.position) == (9, 21, 4, 2)
    assert (visit.channel_id, visit.queue, visit.member, visit.is_partial) == ("c1", "consult", "1007", False)


@pytest.mark.parametrize(
    ("ending", "outcome", "ended_by", "key"),
    [
        ("9|c1|consult|NONE|ABANDON|1|2|9", "abandoned", "caller", ""),
        ("9|c1|consult|1007|ABANDON|1|2|9", "abandoned", "caller", ""),
        ("9|c1|consult|NONE|EXITWITHTIMEOUT|1|2|9", "timed_out", "switch", ""),
        ("9|c1|consult|NONE|EXITEMPTY|1|2|9", "left_empty", "switch", ""),
        ("9|c1|consult|NONE|WITHDRAW|1|2|9|reason", "withdrawn", "switch", ""),
        ("9|c1|consult|NONE|EXITWITHKEY|0|1|2|9", "left_by_key", "caller", "0"),
    ],
)
def test_a_visit_nobody_served(ending: str, outcome: str, ended_by: str, key: str) -> None:
    (visit,) = booked(ENTER, ending)
    assert (visit.outcome, visit.ended_by, visit.key) == (outcome, ended_by, key)
    assert (visit.wait_s, visit.talk_s, visit.answered_at, visit.member) == (9, None, None, "")
    assert (visit.entered_at, visit.ended_at, visit.position) == (at(0), at(9), 2)


def test_connected_and_completed_without_a_second_is_answered_without_talk() -> None:
    (visit,) = booked(ENTER, CONNECT, "9|c1|consult|1007|COMPLETECALLER|9|0|2")
    assert visit.outcome == "answered_without_talk"


def test_a_member_who_did_not_answer_is_kept_and_a_canceled_ring_is_nobodys_fault() -> None:
    (visit,) = booked(
        ENTER,
        "5|c1|consult|1001|RINGNOANSWER|8000",
        "6|c1|consult|1002|RINGCANCELED|900",
        "9|c1|consult|NONE|ABANDON|1|2|9",
    )
    assert visit.missed == ("1001",)


def test_rows_that_do_not_end_a_visit_leave_it_open() -> None:
    book = QueueBook()
    rows = ("AGENTDUMP", "SYSCOMPAT", "RINGCANCELED|5", "PAUSE|meal", "NOSUCHROW|1")
    for line in (ENTER, *(f"3|c1|consult|1001|{one}" for one in rows)):
        assert book.take(row(line)) == []
    assert book.open_count == 1
    assert len(book.take(row("9|c1|consult|NONE|ABANDON|1|1|9"))) == 1


def test_a_restart_of_asterisk_ends_all_open_visits_as_unknown() -> None:
    visits = booked(ENTER, CONNECT, "4|c2|complaints|NONE|ENTERQUEUE||1|1", "60|NONE|NONE|NONE|QUEUESTART")
    assert [(one.channel_id, one.outcome, one.ended_by) for one in visits] == [
        ("c1", "unknown", "switch"),
        ("c2", "unknown", "switch"),
    ]
    assert [(one.wait_s, one.talk_s) for one in visits] == [(9, 51), (56, None)]


def test_an_ending_without_its_beginning_tells_when_it_began_by_itself() -> None:
    served, lost = booked("30|c1|consult|1007|COMPLETEAGENT|9|21|2", "9|c2|consult|NONE|EXITWITHTIMEOUT|1|1|7")
    assert (served.entered_at, served.answered_at, served.member, served.is_partial) == (at(0), at(9), "1007", True)
    assert (lost.entered_at, lost.is_partial) == (at(2), True)


def test_one_caller_in_two_queues_has_two_visits() -> None:
    visits = booked(
        ENTER,
        "9|c1|consult|NONE|EXITWITHTIMEOUT|1|1|9",
        "9|c1|fallback|NONE|ENTERQUEUE||1|1",
        "12|c1|fallback|1001|CONNECT|3|a1|2",
        "20|c1|fallback|1001|COMPLETEAGENT|3|8|1",
    )
    assert [(one.queue, one.outcome) for one in visits] == [("consult", "timed_out"), ("fallback", "answered")]


def test_broken_fields_count_as_nothing_instead_of_stopping_the_book() -> None:
    (visit,) = booked(ENTER, CONNECT, "30|c1|consult|1007|COMPLETEAGENT|x||")
    assert (visit.wait_s, visit.talk_s, visit.outcome) == (0, 0, "answered_without_talk")
