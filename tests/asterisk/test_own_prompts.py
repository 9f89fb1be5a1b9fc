"""A prompt recorded by telephone: said, heard again, said anew, kept, and what callers hear from then on."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.domain.commands import HangUp, PressKey
from cti.domain.ids import AccountId
from cti.domain.roles import Actor, Role
from ivr.own_prompts.listen import wav_of
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.asterisk.works import House, opened

BOSS = Actor(account_id=AccountId(1), login="zhao", role=Role.SUPERVISOR)


@pytest.fixture
async def house(switchboard: EmbeddedAsterisk, phones: Phones, tmp_path: Path) -> AsyncIterator[House]:
    """The service, whose own prompts this switch finds."""
    async with opened(switchboard, phones, tmp_path / "data") as house:
        link = switchboard.home / "data/sounds/hotline/own"
        link.unlink()
        link.symlink_to(house.service.settings.own_prompts_path)
        yield house


def channel_of(house: House, take: str) -> str:
    """The agent's channel on which somebody records."""
    return next(leg.channel for call in house.floor.calls.values() for leg in call.legs if leg.channel_id == take)


async def press(house: House, take: str, key: str) -> None:
    """As the agent's telephone does."""
    await house.service.link.send(PressKey(channel=channel_of(house, take), key=key, is_received=True))


async def said(house: House, file: Path) -> None:
    """Wait until a good second has been recorded."""
    await house.until(lambda: file.exists() and file.stat().st_size > 20_000)


async def asked(house: House, watch: AmiSession, take: str, times: int) -> None:
    """Wait until he has been asked so often whether it should be kept."""
    await house.until(
        lambda: sum("record-keep" in row["AppData"] for row in watch.seen("Newexten", Uniqueid=take)) == times
    )


async def test_what_an_agent_says_into_his_telephone_is_what_callers_hear(
    house: House, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    await house.staff("1002", "consult")
    takes, prompts = house.service.phone_takes, house.service.prompts
    take = await takes.begin(BOSS, "promotion", "zh", "1002", "双十一")
    file = switchboard.recordings / f"{take}.wav"
    await house.until(lambda: takes.get(take).take.state == "recording")
    await said(house, file)
    await press(house, take, "#")
    # He hears himself, then is asked. 2: once more.
    await asked(house, watch, take, 1)
    await press(house, take, "2")
    await house.until(lambda: len(watch.seen("Newexten", Uniqueid=take, Application="MixMonitor")) == 2)
    await said(house, file)
    await press(house, take, "#")
    await asked(house, watch, take, 2)
    await press(house, take, "1")
    await house.until(lambda: takes.get(take).take.state == "made", 20)
    own = prompts.recordings[0]
    assert (own.source, own.text, own.made_by) == ("phone", "双十一", "zhao")
    await house.until(lambda: not file.exists())
    with wave.open(io.BytesIO(wav_of(prompts.path_of(own)))) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32768
    assert 0.5 < len(samples) / 8000 < 6
    assert -24 < 20 * np.log10(np.sqrt(np.mean(samples**2))) < -15

    await house.until(lambda: house.agent("1002").phase == "idle")
    name = prompts.book.file_of("promotion", "zh", "female")
    assert name == f"hotline/own/zh-promotion-{own.id}"
    heard = {"Channel": "PJSIP/1002", "Application": "Playback", "Data": name, "Async": "true"}
    await watch.succeed("Originate", **heard)
    await watch.event("VarSet", Variable="PLAYBACKSTATUS", Value="SUCCESS")


async def test_who_hangs_up_has_kept_nothing(house: House, switchboard: EmbeddedAsterisk) -> None:
    await house.staff("1002", "consult")
    takes = house.service.phone_takes
    take = await takes.begin(BOSS, "promotion", "zh", "1002", "")
    file = switchboard.recordings / f"{take}.wav"
    await house.until(lambda: takes.get(take).take.state == "recording")
    await said(house, file)
    await house.service.link.send(HangUp(channel=channel_of(house, take)))
    await house.until(lambda: takes.get(take).take.state == "failed")
    refusal = takes.get(take).take.refusal
    assert refusal is not None
    assert refusal.code == "prompt.not_kept"
    await house.until(lambda: not file.exists())
    assert await asyncio.to_thread(lambda: [*house.service.settings.own_prompts_path.iterdir()]) == []
