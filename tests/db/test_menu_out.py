"""Callers whom a menu connects with a number outside: no more of them than there are lines."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cti.dialling import Dialling
from cti.domain import events as e
from cti.domain.errors import Conflict
from cti.domain.ids import ChannelId
from cti.menus import Surroundings
from cti.store.work import Database
from ivr.driving.outside import Caller
from tests.db.callback_house import RULES, House


def around(house: House) -> Surroundings:
    dialling = Dialling(
        database=house.database,
        rules=lambda: RULES,
        has_line=lambda: True,
        clock=lambda: house.now,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    not_asked: Any = None
    return Surroundings(
        floor=house.floor, world=not_asked, look_ups=not_asked, dialling=dialling, callbacks=house.callbacks
    )


def caller(house: House, name: str) -> Caller:
    return Caller(channel_id=house.arrive(name), channel=f"PJSIP/trunk-{name}", hotline="95001")


async def test_who_was_just_let_out_has_a_line_though_it_does_not_show_yet(database: Database) -> None:
    house = House(database)
    menus = around(house)
    for count in range(RULES.concurrent):
        await menus.may_call(caller(house, f"x-1.{count}"), "13900139000")
    late = caller(house, "x-2.1")
    with pytest.raises(Conflict) as refused:
        await menus.may_call(late, "13900139000")
    assert refused.value.code == "dial.lines"
    house.leave("x-1.0")
    await menus.may_call(late, "13900139000")


async def test_a_line_that_shows_counts_once(database: Database) -> None:
    house = House(database)
    menus = around(house)
    await menus.may_call(caller(house, "x-1.1"), "13900139000")
    out = house.who("x-9", "PJSIP/carrier-9", "x-1.1")
    house.submit(e.ChannelOpened(at=house.now, context="nowhere", **out))
    await menus.may_call(caller(house, "x-1.2"), "13900139000")
    house.submit(e.ChannelClosed(at=house.now, cause=17, **house.who(ChannelId("x-9"), "PJSIP/carrier-9", "x-1.1")))
    await menus.may_call(caller(house, "x-1.3"), "13900139000")
