from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.asterisk.queue_log import BadRow, BookedRow, Place, QueueLogReader, follow, read_row
from cti.domain.queue_log import QueueLogRow
from tests.waiting import until

START = "1795328933|NONE|NONE|NONE|QUEUESTART|\n"
ENTER = "1795328936|h1-1795328936.2|complaints|NONE|ENTERQUEUE||13800138000|1\n"
CONNECT = "1795328942|h1-1795328936.2|complaints|1007|CONNECT|6|h1-1795328941.3|2\n"


def events(rows: Sequence[BookedRow]) -> list[str]:
    return [booked.row.event for booked in rows]


Open = Callable[..., QueueLogReader]


@pytest.fixture
def reader_of() -> Iterator[Open]:
    """Makes readers, and closes them at the end."""
    readers: list[QueueLogReader] = []

    def make(path: Path, place: Place | None = None) -> QueueLogReader:
        readers.append(QueueLogReader(path, place))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text(START + ENTER)
    return path


def test_a_row_keeps_its_columns() -> None:
    assert read_row(ENTER.rstrip()) == QueueLogRow(
        at=datetime(2026, 11, 22, 6, 28, 56, tzinfo=UTC),
        channel_id="h1-1795328936.2",
        queue="complaints",
        member="NONE",
        event="ENTERQUEUE",
        data=("", "13800138000", "1"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "1|2|3|4",
        "soon|a|b|c|CONNECT|",
        "1795328936|a|b|c|connect|",
        "999999999999999|a|b|c|CONNECT|",
        "1|a\r|b|c|CONNECT",
    ],
)
def test_a_line_that_is_no_row_is_refused(line: str) -> None:
    with pytest.raises(BadRow):
        read_row(line)


def test_a_reader_gives_each_row_once_with_the_byte_it_begins_at(book: Path, reader_of: Open) -> None:
    reader = reader_of(book)
    rows = reader.read()
    assert events(rows) == ["QUEUESTART", "ENTERQUEUE"]
    assert [booked.place.offset_bytes for booked in rows] == [0, len(START)]
    assert reader.read() == []


def test_a_new_reader_goes_on_at_the_saved_place(book: Path, reader_of: Open) -> None:
    first = reader_of(book)
    first.read()
    with book.open("a") as file:
        file.write(CONNECT)
    assert events(reader_of(book, first.place).read()) == ["CONNECT"]


def test_a_torn_row_waits_for_its_end(book: Path, reader_of: Open) -> None:
    reader = reader_of(book)
    reader.read()
    with book.open("a") as file:
        file.write(CONNECT[:30])
        file.flush()
        assert reader.read() == []
        file.write(CONNECT[30:])
    assert events(reader.read()) == ["CONNECT"]


def test_rotation_loses_no_row(book: Path, reader_of: Open) -> None:
    reader = reader_of(book)
    reader.read()
    with book.open("a") as file:
        file.write(CONNECT)
    book.rename(book.with_name("queue_log.1"))
    book.write_text("1795330000|NONE|NONE|NONE|QUEUESTART|\n")
    assert events([*reader.read(), *reader.read()]) == ["CONNECT", "QUEUESTART"]


def test_a_reader_that_was_away_during_rotation_reads_the_old_file_first(book: Path, reader_of: Open) -> None:
    first = reader_of(book)
    first.read()
    with book.open("a") as file:
        file.write(CONNECT)
    book.rename(book.with_name("queue_log.1"))
    book.write_text("1795330000|NONE|NONE|NONE|QUEUESTART|\n")
    later = reader_of(book, first.place)
    assert events([*later.read(), *later.read()]) == ["CONNECT", "QUEUESTART"]
    assert later.lost_books_count == 0


def test_a_file_emptied_in_place_is_read_from_its_start_as_another_book(book: Path, reader_of: Open) -> None:
    reader = reader_of(book)
    old = reader.read()[0].place.book
    book.write_text("1795330000|NONE|NONE|NONE|QUEUESTART|\n")
    rows = reader.read()
    assert events(rows) == ["QUEUESTART"]
    assert rows[0].place.book != old


def test_a_book_that_is_gone_is_counted(book: Path, reader_of: Open) -> None:
    reader = reader_of(book, Place("123-456", 99))
    assert events(reader.read()) == ["QUEUESTART", "ENTERQUEUE"]
    assert reader.lost_books_count == 1


def test_lines_that_are_no_rows_are_counted_and_passed(book: Path, reader_of: Open) -> None:
    with book.open("ab") as file:
        file.write(b"\xff\xfe garbage \x00\n" + b"a\rb\n" + CONNECT.encode())
    reader = reader_of(book)
    assert events(reader.read()) == ["QUEUESTART", "ENTERQUEUE", "CONNECT"]
    assert reader.rejected_count == 2


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path, reader_of: Open) -> None:
    reader = reader_of(tmp_path / "queue_log")
    assert reader.read() == []
    (tmp_path / "queue_log").write_text("179532")
    assert reader.read() == []
    (tmp_path / "queue_log").write_text(START)
    assert events(reader.read()) == ["QUEUESTART"]


async def test_following_hands_rows_over_with_the_place_to_save(book: Path) -> None:
    taken: list[tuple[list[str], Place]] = []

    async def take(rows: Sequence[BookedRow], place: Place) -> None:
        taken.append((events(rows), place))

    task = asyncio.create_task(follow(QueueLogReader(book), take, every_s=0.01))
    await until(lambda: len(taken) == 1)
    with book.open("a") as file:
        file.write(CONNECT)
    await until(lambda: len(taken) == 2)
    assert taken[1][0] == ["CONNECT"]
    assert taken[1][1].offset_bytes == len(START + ENTER + CONNECT)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
