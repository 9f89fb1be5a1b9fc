"""Promised calls: written down first, placed when somebody could keep them, followed on a real floor, never twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest

from cti.domain import commands as c
from cti.domain import events as e
from cti.domain.changes import LegKind
from cti.domain.errors import CallGone, Conflict, Invalid, NotFound, NotSent, OutcomeUnknown
from cti.domain.ids import BridgeId, ChannelId, LinkedId
from cti.store.rows import write_calls
from cti.store.work import Database, Work
from ivr.promises import promise as p
from ivr.promises.callbacks import AGAIN_AFTER, SHOWS_WITHIN
from ivr.promises.promise_list import changed
from ivr.store.callbacks import count_open, get_promise, list_promises, save_promises
from tests.db.callback_house import CONSULT, NUMBER, RULES, House
from tests.floor_words import NOON
from tests.waiting import until


@contextlib.asynccontextmanager
async def running(house: House) -> AsyncIterator[House]:
    task = asyncio.create_task(house.callbacks.run())
    try:
        yield house
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with running(House(database)) as open_house:
        yield open_house


async def placed(house: House, count: int = 1) -> None:
    house.tick()
    await until(lambda: len(house.placed) == count, what="the promise in its queue")


async def test_a_promise_is_kept_from_the_question_to_the_talk(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    assert (await house.row(promise)).state == p.WAITING
    await placed(house)
    row = await house.row(promise)
    assert (row.state, row.made_call_id) == (p.PLACED, house.placed[0].channel_id)
    made = house.stand()
    call = house.floor.calls[made]
    assert (call.direction, call.caller_number) == ("out", NUMBER)
    house.answer(made)
    await house.becomes(promise, p.DIALLING)
    house.dial(made, answered=True)
    await house.becomes(promise, p.REACHED, "")
    house.end(made)
    house.tick(60)
    await asyncio.sleep(0.02)
    assert len(house.placed) == 1
    assert house.callbacks.count(*p.OPEN) == 0


async def test_a_customer_who_does_not_answer_is_dialled_once_and_left_to_people(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    made = house.stand()
    house.answer(made)
    house.dial(made, answered=False)
    house.end(made)
    await house.becomes(promise, p.NO_ANSWER, "busy")
    house.tick(600)
    await asyncio.sleep(0.02)
    assert len(house.placed) == 1
    assert house.callbacks.count(*p.OPEN) == 1


async def test_nobody_is_called_while_he_still_hears_good_bye_or_is_on_the_line_again(house: House) -> None:
    house.sign_in()
    channel_id = house.arrive("x-1.1")
    promise = await house.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number=NUMBER)
    house.tick()
    await asyncio.sleep(0.02)
    assert not house.placed
    house.leave("x-1.1")
    await placed(house)
    house.stand()
    house.arrive("x-1.2", f"86{NUMBER}")
    await until(lambda: house.switch.sent_of(c.HangUp), what="his place is given up while he is on the line himself")
    house.end(str(house.placed[0].channel_id))
    await house.becomes(promise, p.WAITING, "withdrawn")
    house.leave("x-1.2")
    house.tick(AGAIN_AFTER.total_seconds())
    await placed(house, 2)


async def test_who_is_served_meanwhile_is_not_called_any_more(house: House) -> None:
    promise = await house.promise()
    caller, agent = house.who("x-1.2", "PJSIP/trunk-2"), house.who("x-8", "PJSIP/1001-08", "x-1.2")
    house.sign_in()
    house.arrive("x-1.2", in_queue=True)
    caller = house.who("x-1.2", "PJSIP/trunk-x-1.2")
    house.submit(e.ChannelOpened(at=house.now, context="from-agents", **agent))
    for who in (caller, agent):
        house.submit(e.BridgeEntered(at=house.now, bridge_id=BridgeId("b"), **who))
    await house.becomes(promise, p.CANCELLED, "served")
    assert house.floor.calls["x-1.2"].legs[1].kind is LegKind.AGENT


async def test_who_asks_again_keeps_his_first_place(house: House) -> None:
    promise = await house.promise()
    house.tick(30)
    again = await house.promise("x-1.2", f"+86{NUMBER}")
    assert (again.id, again.waits_since) == (promise.id, NOON)
    assert house.callbacks.count(*p.OPEN) == 1


async def test_two_questions_at_once_are_one_promise(house: House) -> None:
    channels = [house.arrive("x-1.1"), house.arrive("x-1.2")]
    promises = await asyncio.gather(
        *(
            house.callbacks.take(channel_id=channel, hotline="95001", queue=CONSULT, number=NUMBER)
            for channel in channels
        )
    )
    assert len({promise.id for promise in promises}) == 1


async def test_who_asks_again_after_nobody_answered_is_promised_anew(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    made = house.stand()
    house.answer(made)
    house.dial(made, answered=False, cause=19)
    house.end(made)
    await house.becomes(promise, p.NO_ANSWER, "rang")
    again = await house.promise("x-1.2")
    assert again.id != promise.id
    await house.becomes(promise, p.CANCELLED, "asked_again")


async def test_it_stands_before_those_who_came_after_the_question(house: House) -> None:
    house.sign_in()
    house.arrive("x-0.1", "02155667788", in_queue=True)
    house.tick()
    channel_id = house.arrive("x-1.1")
    await house.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number=NUMBER)
    house.tick()
    house.arrive("x-2.1", "02155667799", in_queue=True)
    house.leave("x-1.1")
    await placed(house)
    assert house.placed[0].variables["HOTLINE_PLACE"] == "2"


async def test_without_a_seat_it_waits_and_what_leaves_the_queue_is_placed_again_later(house: House) -> None:
    promise = await house.promise()
    house.tick()
    await asyncio.sleep(0.02)
    assert not house.placed
    house.sign_in()
    await placed(house)
    made = house.stand()
    house.end(made)
    await house.becomes(promise, p.WAITING)
    house.tick()
    await asyncio.sleep(0.02)
    assert len(house.placed) == 1
    house.tick(AGAIN_AFTER.total_seconds())
    await placed(house, 2)
    assert house.placed[0].channel_id != house.placed[1].channel_id


async def test_no_more_are_placed_than_there_are_lines(house: House) -> None:
    house.sign_in()
    for number in range(3):
        await house.promise(f"x-{number}.1", f"1380013800{number}")
    await placed(house, 2)
    house.tick()
    await asyncio.sleep(0.02)
    assert len(house.placed) == RULES.concurrent


async def test_a_late_one_waits_for_the_day_and_an_old_one_for_people(house: House) -> None:
    promise = await house.promise()
    house.tick(2 * 3600)  # ten in the evening
    house.sign_in()
    house.tick()
    await asyncio.sleep(0.02)
    assert not house.placed
    house.tick(24 * 3600)
    await house.becomes(promise, p.FAILED, "too_late")


async def test_a_new_service_goes_on_where_the_old_one_ended(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    made = house.stand()
    house.open()
    await house.callbacks.load()
    house.list_floor(
        *(
            e.ListedChannel(
                channel_id=leg.channel_id,
                linked_id=LinkedId(made),
                channel=leg.channel,
                state=4,
                number="",
                caller_name="",
                context="callback-place",
                exten="consult",
                application="Queue",
                bridge_id=None,
                age_s=1,
                is_in_menu=False,
            )
            for leg in house.floor.calls[made].legs
        )
    )
    async with running(house):
        house.tick(30)
        await asyncio.sleep(0.02)
        assert len(house.placed) == 1, "it still stands there"
        house.answer(made)
        house.dial(made, answered=True)
        await house.becomes(promise, p.REACHED)


async def test_a_new_switch_has_no_places_and_they_are_kept_again(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    house.stand()
    house.tick()
    house.list_floor(started=house.now)
    await house.becomes(promise, p.WAITING, "switch_restarted")
    house.sign_in("1002")
    house.tick(AGAIN_AFTER.total_seconds())
    await placed(house, 2)


async def test_what_nobody_saw_is_unknown_and_never_repeated_until_the_floor_tells(house: House) -> None:
    house.sign_in()
    house.switch.refuse(c.Originate, OutcomeUnknown("no answer"))
    promise = await house.promise()
    await placed(house)
    await house.becomes(promise, p.UNKNOWN, "out_of_sight")
    house.tick(600)
    await asyncio.sleep(0.02)
    assert len(house.placed) == 1
    house.stand()
    await house.becomes(promise, p.PLACED)


async def test_what_asterisk_took_and_never_made_is_placed_again(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    house.tick()
    await placed(house)
    house.tick(SHOWS_WITHIN.total_seconds() + 1)
    await house.becomes(promise, p.WAITING, "not_placed")


async def test_a_link_that_is_away_places_nothing_and_a_refusal_is_tried_again_later(house: House) -> None:
    house.sign_in()
    house.switch.refuse(c.Originate, NotSent("cut"))
    promise = await house.promise()
    await placed(house)
    await house.becomes(promise, p.WAITING, "switch.away")
    house.switch.is_up = False
    house.tick(AGAIN_AFTER.total_seconds())
    await asyncio.sleep(0.02)
    assert len(house.placed) == 1
    house.switch.is_up = True
    await placed(house, 2)


async def test_a_person_takes_a_promise_back_and_its_place_is_given_up(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    made = house.stand()
    audited: list[Work] = []

    async def audit(work: Work) -> None:
        audited.append(work)

    await house.callbacks.cancel(promise.id, "王芳", audit)
    assert [command.channel for command in house.switch.sent_of(c.HangUp) if isinstance(command, c.HangUp)]
    row = await house.row(promise)
    assert (row.state, row.why, row.changed_by, len(audited)) == (p.CANCELLED, "by_person", "王芳", 1)
    house.end(made)
    house.tick(60)
    await asyncio.sleep(0.02)
    assert (await house.row(promise)).state == p.CANCELLED
    with pytest.raises(NotFound):
        await house.callbacks.cancel(promise.id, "王芳", audit)


async def test_a_promise_that_is_being_kept_cannot_be_taken_back(house: House) -> None:
    house.sign_in()
    promise = await house.promise()
    await placed(house)
    house.answer(house.stand())
    await house.becomes(promise, p.DIALLING)
    with pytest.raises(Conflict) as refused:
        await house.callbacks.cancel(promise.id, "王芳", lambda work: asyncio.sleep(0))
    assert refused.value.code == "callback.dialling"


async def test_no_promise_is_made_to_whom_nobody_may_call_or_who_has_gone(house: House) -> None:
    house.arrive("x-1.1")
    with pytest.raises(Invalid):
        await house.callbacks.take(channel_id=ChannelId("x-1.1"), hotline="95001", queue=CONSULT, number="")
    with pytest.raises(CallGone):
        await house.callbacks.take(channel_id=ChannelId("gone"), hotline="95001", queue=CONSULT, number=NUMBER)
    async with house.database.look() as session:
        assert await count_open(session) == 0


async def ask(house: House, name: str, caller: str, number: str) -> None:
    """A caller has us promise a call to a number he typed; nobody answers there."""
    channel_id = house.arrive(name, caller)
    async with house.database.work() as work:
        await write_calls(work.session, {name: house.floor.calls[name]}, ZoneInfo("Asia/Shanghai"))
    promise = await house.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number=number)
    house.leave(name)
    async with house.database.work() as work:
        await save_promises(work.session, [changed(promise, p.NO_ANSWER, house.now)])
    house.open()


async def test_nobody_is_rung_as_often_as_somebody_else_likes(database: Database) -> None:
    house = House(database)
    for count in range(p.MOST_A_DAY):
        await ask(house, f"x-1.{count}", f"1380013800{count}", "13900139000")
    with pytest.raises(Conflict) as refused:
        await ask(house, "x-2.1", "13800138009", "013900139000")
    assert refused.value.code == "callback.too_many"
    house.now += p.LONGEST
    await ask(house, "x-2.2", "13800138009", "13900139000")


async def test_one_caller_cannot_have_everybody_rung(database: Database) -> None:
    house = House(database)
    for count in range(p.MOST_A_DAY):
        await ask(house, f"x-1.{count}", NUMBER, f"1390013900{count}")
    with pytest.raises(Conflict) as refused:
        await ask(house, "x-2.1", f"86{NUMBER}", "13900139008")
    assert refused.value.code == "callback.too_many"
    await ask(house, "x-2.2", "", "13900139008")


async def test_a_number_is_rung_as_it_is_dialled_here_however_the_trunk_sends_it(house: House) -> None:
    assert (await house.promise(number=f"86{NUMBER}")).number == NUMBER


async def test_one_call_has_one_promise(house: House) -> None:
    channel_id = house.arrive("x-1.1")
    await house.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number=NUMBER)
    with pytest.raises(Conflict) as refused:
        await house.callbacks.take(channel_id=channel_id, hotline="95001", queue=CONSULT, number="13900139000")
    assert refused.value.code == "callback.once"


async def test_the_list_is_read_in_pages_newest_first_and_by_queue(house: House) -> None:
    promises = []
    for number in range(5):
        promises.append(await house.promise(f"x-{number}.1", f"1380013800{number}"))
        house.tick()
    async with house.database.look() as session:
        first = await list_promises(session, is_open=True, limit=3)
        rest = await list_promises(session, is_open=True, before=first.next or "", limit=3)
        assert [one.id for one in (*first.promises, *rest.promises)] == [one.id for one in reversed(promises)]
        assert rest.next is None
        assert (await list_promises(session, is_open=False)).promises == []
        assert (await list_promises(session, is_open=True, queues=("complaints",))).promises == []
        assert (await count_open(session), await count_open(session, ("complaints",))) == (5, 0)
        with pytest.raises(Invalid):
            await list_promises(session, is_open=True, before="yesterday~1")
        with pytest.raises(NotFound):
            await get_promise(session, promises[0].id, ("complaints",))
