"""Own recordings of prompts: in force at once, chosen, deleted; files stay as long as a call may need them."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cti.domain.errors import Conflict, NotFound
from cti.domain.ids import AccountId
from cti.domain.roles import Actor, Role
from cti.store.audit import list_audit
from cti.store.work import Database
from ivr.own_prompts.keeper import OwnPrompts
from ivr.own_prompts.sound import Sound
from ivr.prompt_book import Book, Recording
from ivr.store.prompts import MOST

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ACTOR = Actor(account_id=AccountId(1), login="zhao", role=Role.SUPERVISOR)
SHIPPED = Recording(file="hotline/zh-female/welcome", path=Path("x"), length_s=3, sha256="s")


def sound(samples: bytes = b"\x55" * 12_000) -> Sound:
    return Sound(samples=samples, level_dbfs=-19, peak_dbfs=-3, trimmed_s=0.4)


class Clock:
    at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def prompts(database: Database, tmp_path: Path, clock: Clock) -> OwnPrompts:
    return await opened(database, tmp_path, clock)


async def opened(database: Database, folder: Path, clock: Clock) -> OwnPrompts:
    shipped = Book(shipped={("zh", "female"): {"welcome": SHIPPED}}, texts={("zh", "welcome"): "您好"})
    made = OwnPrompts(database=database, folder=folder / "own", clock=clock, shipped=shipped)
    await made.load()
    return made


async def add(prompts: OwnPrompts, name: str = "welcome", text: str = "", samples: bytes = b"\x55" * 12_000) -> int:
    return await prompts.add(ACTOR, name, "zh", sound(samples), source="upload", text=text)


async def test_a_new_recording_is_heard_at_once_and_after_a_restart(
    prompts: OwnPrompts, database: Database, tmp_path: Path, clock: Clock
) -> None:
    before = prompts.book
    one = await add(prompts, text="欢迎")
    assert before.file_of("welcome", "zh", "female") == SHIPPED.file
    for book in (prompts.book, (await opened(database, tmp_path, clock)).book):
        assert book.file_of("welcome", "zh", "male") == f"hotline/own/zh-welcome-{one}"
        assert book.length_s("welcome", "zh", "female") == 1.5
        assert book.text_of("welcome", "zh") == "欢迎"
    assert (tmp_path / "own" / f"zh-welcome-{one}.alaw").read_bytes() == sound().samples
    made = prompts.recordings[0]
    assert (made.source, made.made_by, made.made_at, made.sha256) == ("upload", "zhao", NOW, sound().sha256)


async def test_the_newest_one_is_heard_until_another_or_the_shipped_one_is_chosen(prompts: OwnPrompts) -> None:
    first, second = await add(prompts), await add(prompts, samples=b"\xd5" * 8000)
    assert prompts.book.file_of("welcome", "zh", "female") == f"hotline/own/zh-welcome-{second}"
    await prompts.choose(ACTOR, "welcome", "zh", first)
    assert prompts.book.file_of("welcome", "zh", "female") == f"hotline/own/zh-welcome-{first}"
    assert [one.is_in_force for one in prompts.recordings] == [False, True]
    await prompts.choose(ACTOR, "welcome", "zh", 0)
    assert prompts.book.file_of("welcome", "zh", "female") == SHIPPED.file
    assert not any(one.is_in_force for one in prompts.recordings)


async def test_what_is_not_there_cannot_be_chosen(prompts: OwnPrompts) -> None:
    one = await add(prompts, "promo")
    with pytest.raises(NotFound, match="no such recording"):
        await prompts.choose(ACTOR, "welcome", "zh", one)
    with pytest.raises(Conflict) as refused:
        await prompts.choose(ACTOR, "promo", "zh", 0)
    assert refused.value.code == "prompt.not_shipped"
    assert prompts.book.exists("promo", "zh")


async def test_the_words_of_the_recording_in_force_may_be_written_down_later(prompts: OwnPrompts) -> None:
    with pytest.raises(Conflict) as refused:
        await prompts.set_text(ACTOR, "welcome", "zh", "您好呀")
    assert refused.value.code == "prompt.none_in_force"
    first = await add(prompts, text="一")
    await add(prompts)
    await prompts.set_text(ACTOR, "welcome", "zh", "二")
    assert prompts.book.text_of("welcome", "zh") == "二"
    await prompts.choose(ACTOR, "welcome", "zh", first)
    assert prompts.book.text_of("welcome", "zh") == "一"


async def test_a_deleted_one_is_heard_no_more_but_its_file_stays_a_day_for_calls_under_way(
    prompts: OwnPrompts, tmp_path: Path, clock: Clock
) -> None:
    one, other = await add(prompts), await add(prompts)
    file = tmp_path / "own" / f"zh-welcome-{other}.alaw"
    during = prompts.book
    await prompts.delete(ACTOR, "welcome", "zh", other)
    assert prompts.book.file_of("welcome", "zh", "female") == SHIPPED.file
    assert during.file_of("welcome", "zh", "female") == f"hotline/own/zh-welcome-{other}"
    clock.at += timedelta(hours=23)
    await prompts.clear()
    assert file.exists()
    clock.at += timedelta(hours=2)
    await prompts.clear()
    assert [path.name for path in file.parent.iterdir()] == [f"zh-welcome-{one}.alaw"]
    with pytest.raises(NotFound):
        await prompts.delete(ACTOR, "welcome", "zh", other)


async def test_a_file_that_is_gone_gives_way_to_the_shipped_words_and_is_named(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    one = await add(prompts)
    os.unlink(tmp_path / "own" / f"zh-welcome-{one}.alaw")
    await prompts.load()
    assert prompts.book.file_of("welcome", "zh", "female") == SHIPPED.file
    assert prompts.missing == (f"zh-welcome-{one}.alaw",)


async def test_nobody_keeps_takes_without_end_and_a_refused_one_changes_nothing(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    kept = [await add(prompts) for _ in range(MOST)]
    with pytest.raises(Conflict) as refused:
        await add(prompts)
    assert refused.value.code == "prompt.too_many"
    assert prompts.book.file_of("welcome", "zh", "female") == f"hotline/own/zh-welcome-{kept[-1]}"
    assert len([*(tmp_path / "own").iterdir()]) == MOST
    await add(prompts, "promo")


async def test_every_change_is_in_the_audit(prompts: OwnPrompts, database: Database) -> None:
    told: list[int] = []
    prompts._on_change = lambda: told.append(len(prompts.recordings))
    one = await add(prompts)
    await prompts.set_text(ACTOR, "welcome", "zh", "二")
    await prompts.choose(ACTOR, "welcome", "zh", 0)
    await prompts.delete(ACTOR, "welcome", "zh", one)
    async with database.look() as session:
        rows = await list_audit(session)
    assert [row.action for row in reversed(rows)] == ["prompt.add", "prompt.text", "prompt.choose", "prompt.delete"]
    assert {row.about for row in rows} == {"prompt:zh/welcome"}
    assert rows[-1].details["sha256"] == sound().sha256
    assert told == [1, 1, 1, 0]


async def test_of_several_made_at_once_one_is_in_force_and_heard(prompts: OwnPrompts) -> None:
    made = await asyncio.gather(*(add(prompts) for _ in range(5)))
    assert {one.id for one in prompts.recordings} == {*made}
    [in_force] = [one.id for one in prompts.recordings if one.is_in_force]
    assert prompts.book.file_of("welcome", "zh", "female") == f"hotline/own/zh-welcome-{in_force}"
