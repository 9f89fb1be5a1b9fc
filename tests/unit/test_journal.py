"""The journal: what was written comes back; a crash, a full disk and old age cost what they must and no more."""

from __future__ import annotations

import asyncio
import gzip
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from cti import journal as journal_module
from cti.domain.changes import CallStage
from cti.domain.errors import Invalid
from cti.domain.events import AgentKnown, Event, FloorListed, LinkLagged, ListedChannel, Ticked
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, ChannelId, Device, LinkedId, QueueName
from cti.journal import Journal
from cti.journal_lines import EVENT_TYPES, list_segments, read_journal
from tests.floor_words import at
from tests.raw_ami import TRACES
from tests.tally_floor import PoisonError, TallyFloor, entered
from tests.waiting import until


class Service:
    """A floor with its journal, as the service starts them."""

    def __init__(self, folder: Path, recorded: int | None = None, **options: float) -> None:
        self.journal = Journal(folder, **options)  # type: ignore[arg-type]
        tail = self.journal.tail(recorded)
        self.floor = TallyFloor.load(tail.floor) if tail.floor else TallyFloor()
        self.replayed = list(tail)
        for event in self.replayed:
            self.floor.apply(event)
        self.journal.open(self.floor.dump, last_number=tail.last_number)
        self.broken_count = tail.broken_count

    def apply(self, *events: Event) -> None:
        for event in events:
            self.floor.apply(event)
            self.journal.append(event)

    def crash(self) -> None:
        for number in (self.journal._file, self.journal._lock):
            os.close(number)


@contextmanager
def full_disk(limit_bytes: int) -> Iterator[None]:
    """No file may grow beyond `limit_bytes`: write(2) writes what fits, then fails."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def newest(folder: Path) -> Path:
    return list_segments(folder)[-1]


async def test_every_kind_of_event_can_be_read_back() -> None:
    assert len(EVENT_TYPES) > 35
    assert {kind.__name__ for kind in EVENT_TYPES} >= {"ChannelOpened", "FloorListed", "Ticked", "MenuStepped"}


async def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    service = Service(tmp_path)
    listed = ListedChannel(
        channel_id=ChannelId("x-1.1"),
        linked_id=LinkedId("x-1.1"),
        channel="PJSIP/trunk-1",
        state=6,
        number="1",
        caller_name='张三 "\u2028\n',
        context="",
        exten="",
        application="",
        bridge_id=None,
        age_s=1.5,
        is_in_menu=True,
    )
    events = [
        entered("95001", 0.000001),
        AgentKnown(at=at(1), agent_id=AgentId("1"), name="李", device=Device("PJSIP/1"), queues=(QueueName("a"),)),
        FloorListed(at=at(2), channels=(listed,), members=(), callers=(), queues=(QueueName("a"),)),
        LinkLagged(at=at(3), lost_count=3, reason="x"),
    ]
    service.apply(*events)
    await service.journal.aclose()
    assert list(read_journal(tmp_path)) == events
    assert list(read_journal(newest(tmp_path))) == events


async def test_a_killed_service_continues_where_the_disk_ends(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"), entered("b"))
    await service.journal.flush()
    service.apply(entered("never written"))
    service.crash()
    again = Service(tmp_path)
    assert again.floor.seen == ["a", "b"]
    again.apply(entered("c"))
    await again.journal.flush()
    again.crash()
    third = Service(tmp_path)
    assert third.floor.seen == ["a", "b", "c"]
    assert third.replayed == [entered("a"), entered("b"), entered("c")]  # nothing recorded yet: all of it


async def test_a_start_replays_only_from_the_segment_the_database_has_come_to(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"), entered("b"))
    await service.journal.aclose()
    recorded = service.journal.synced_number
    second = Service(tmp_path, recorded)
    second.apply(entered("c"))
    await second.journal.aclose()
    third = Service(tmp_path, recorded)
    assert third.replayed == [entered("c")]
    assert third.floor.seen == ["a", "b", "c"]


async def test_a_journal_of_the_version_before_the_desk_is_replayed_whole(tmp_path: Path) -> None:
    (tmp_path / "journal-1.jsonl").write_bytes(gzip.decompress((TRACES / "before-desk.jsonl.gz").read_bytes()))
    tail = Journal(tmp_path).tail(0)
    assert tail.floor is not None
    floor = Floor.load(tail.floor)
    assert next(iter(floor.calls.values())).stage is CallStage.HELD
    for event in tail:
        floor.apply(event)
    assert tail.broken_count == 0
    (call,) = floor.calls.values()
    assert (call.stage, call.transfers) == (CallStage.ENDED, ("attended:1002",))


async def test_a_torn_last_line_costs_that_event_only(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(*(entered(str(number)) for number in range(5)))
    await service.journal.flush()
    service.crash()
    segment = newest(tmp_path)
    segment.write_bytes(segment.read_bytes()[:-7])
    again = Service(tmp_path)
    assert again.floor.seen == ["0", "1", "2", "3"]
    assert again.broken_count == 1


@pytest.mark.parametrize("cut", range(0, 400, 13))
async def test_a_segment_torn_anywhere_never_stops_a_start(tmp_path: Path, cut: int) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"), entered("b"))
    await service.journal.flush()
    service.crash()
    segment = newest(tmp_path)
    segment.write_bytes(segment.read_bytes()[:cut])
    assert Service(tmp_path).floor.seen in ([], ["a"], ["a", "b"])


async def test_rubbish_in_the_middle_is_counted_and_passed_over(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"), entered("b"))
    await service.journal.aclose()
    head, first, second = newest(tmp_path).read_bytes().splitlines(keepends=True)
    rubbish = b'\xff\x00{"type":"FromTheFuture","at":"2026-11-24T12:00:00Z"}\n{}\n'
    newest(tmp_path).write_bytes(head + first + rubbish + second)
    again = Service(tmp_path)
    assert again.floor.seen == ["a", "b"]
    assert again.broken_count == 2


async def test_dead_letters_are_kept_but_not_replayed(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.journal.append_dead(entered("poison"), PoisonError("why"))
    service.apply(entered("a"))
    await service.journal.aclose()
    assert b'"poison"' in newest(tmp_path).read_bytes()
    assert b"PoisonError: why" in newest(tmp_path).read_bytes()
    assert list(read_journal(tmp_path)) == [entered("a")]
    assert service.journal.dead_count == 1


async def test_an_event_that_json_cannot_hold_does_not_stop_the_writing(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"), entered("half a character \ud800"), entered("b"))
    await service.journal.aclose()
    assert list(read_journal(tmp_path)) == [entered("a"), entered("b")]


async def test_segments_rotate_by_size_and_each_begins_with_the_whole_floor(tmp_path: Path) -> None:
    service = Service(tmp_path, segment_bytes=2_000)
    for number in range(60):
        service.apply(entered(str(number)))
        await service.journal.flush()
    await service.journal.aclose()
    segments = list_segments(tmp_path)
    assert len(segments) > 3
    assert [event.hotline for event in read_journal(tmp_path)] == [str(number) for number in range(60)]  # type: ignore[attr-defined]
    for path in segments[1:]:
        path.rename(tmp_path / "alone.jsonl")
        path.write_bytes((tmp_path / "alone.jsonl").read_bytes())
        alone = Service.__new__(Service)
        tail = Journal(tmp_path).tail(int(path.stem.removeprefix("journal-")) - 1)
        alone.floor = TallyFloor.load(tail.floor or b"[]")
        for event in tail:
            alone.floor.apply(event)
        assert alone.floor.seen == service.floor.seen


async def test_segments_rotate_by_age(tmp_path: Path) -> None:
    service = Service(tmp_path, segment_s=0.0)
    service.apply(entered("a"))
    await service.journal.flush()
    service.apply(entered("b"))
    await service.journal.flush()
    assert len(list_segments(tmp_path)) == 3
    assert [event.hotline for event in read_journal(tmp_path)] == ["a", "b"]  # type: ignore[attr-defined]


async def test_a_floor_that_cannot_be_dumped_does_not_stop_the_writing(tmp_path: Path) -> None:
    service = Service(tmp_path, segment_s=0.0)

    def dump() -> bytes:
        raise UnicodeEncodeError("utf-8", "", 0, 1, "half a character")

    service.journal._dump = dump
    service.apply(entered("a"))
    await service.journal.flush()
    assert "half a character" in service.journal.dump_error
    assert list(read_journal(tmp_path)) == [entered("a")]
    assert service.journal.synced_number == service.journal.last_number


async def test_only_old_segments_the_database_holds_are_pruned(tmp_path: Path) -> None:
    service = Service(tmp_path, segment_s=0.0, keep_s=0.0)
    marks = []
    for name in "abcd":
        service.apply(entered(name))
        await service.journal.flush()
        marks.append(service.journal.last_number)
    assert await service.journal.prune() == 0
    service.journal.recorded(marks[1])
    assert await service.journal.prune() == 2
    assert [event.hotline for event in read_journal(tmp_path)] == ["c", "d"]  # type: ignore[attr-defined]
    service.journal._keep_s = 3_600
    service.journal.recorded(marks[3])
    assert await service.journal.prune() == 0
    service.journal._keep_bytes = 100
    assert await service.journal.prune() == 2
    assert len(list_segments(tmp_path)) == 1


async def test_a_full_disk_is_named_counted_and_made_up_for(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.apply(entered("a"))
    await service.journal.flush()
    safe = service.journal.synced_number
    with full_disk(newest(tmp_path).stat().st_size + 100):
        service.apply(entered("b"), entered("c"))
        await service.journal.flush()
        assert service.journal.error
        assert service.journal.pending_count == 2
        assert service.journal.synced_number == safe
        assert list(read_journal(tmp_path)) == [entered("a")]  # no half line is left
    service.apply(entered("d"))
    await service.journal.flush()
    assert (service.journal.error, service.journal.lost_count) == ("", 0)
    assert [event.hotline for event in read_journal(tmp_path)] == ["a", "b", "c", "d"]  # type: ignore[attr-defined]


async def test_a_disk_full_for_too_long_costs_history_but_not_the_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_PENDING_LIMIT", 3)
    service = Service(tmp_path)
    with full_disk(newest(tmp_path).stat().st_size + 100):
        service.apply(*(entered(str(number)) for number in range(6)))
        await service.journal.flush()
        assert service.journal.lost_count == 6
        assert service.journal.error
    service.apply(entered("6"))
    await service.journal.flush()
    assert service.journal.error == ""
    assert service.journal.synced_number == service.journal.last_number
    service.crash()
    assert Service(tmp_path, service.journal.last_number).floor.seen == [str(number) for number in range(7)]


async def test_a_second_service_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    service = Service(tmp_path)
    with pytest.raises(Invalid) as refused:
        Service(tmp_path)
    assert refused.value.code == "journal.in_use"
    await service.journal.aclose()
    Service(tmp_path)


async def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="file") as refused:
        Service(tmp_path / "file" / "journal")
    assert refused.value.code == "journal.unwritable"


async def test_a_fresh_journal_counts_from_above_a_lost_one(tmp_path: Path) -> None:
    first = Service(tmp_path / "one")
    first.apply(*(entered("a") for _ in range(1_000)))
    assert Service(tmp_path / "two").journal.last_number > first.journal.last_number


async def test_its_loop_writes_by_itself_and_nobody_else_may_read(tmp_path: Path) -> None:
    service = Service(tmp_path, write_every_s=0.01)
    task = asyncio.create_task(service.journal.run())
    service.apply(Ticked(at=at(1)))
    await until(lambda: service.journal.synced_number == service.journal.last_number)
    task.cancel()
    assert list(read_journal(tmp_path)) == [Ticked(at=at(1))]
    assert newest(tmp_path).stat().st_mode & 0o077 == 0
    assert tmp_path.joinpath("lock").stat().st_mode & 0o077 == 0


def test_a_line_is_the_event_and_nothing_else() -> None:
    line = msgspec.json.encode(Ticked(at=at(0)))
    assert line == b'{"type":"Ticked","at":"2026-11-24T12:00:00Z"}'
