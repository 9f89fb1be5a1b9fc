"""Prompts over the web: listening, uploads with their refusals, choosing, recording by telephone."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path
from typing import Any

from cti.domain import events as e
from cti.domain.commands import Originate
from cti.domain.ids import ChannelId, LinkedId
from cti.domain.roles import Role
from tests.waiting import until
from tests.web.house import Answer, Browser, House

PROMPT = "/api/prompts/zh/goodbye"


def wav(seconds: float = 1.0, peak: float = 0.3) -> bytes:
    """A tone of 500 Hz."""
    count = int(seconds * 8000)
    samples = [int(32767 * peak * math.sin(2 * math.pi * 500 * at / 8000)) for at in range(count)]
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack(f"<{count}h", *samples))
    return made.getvalue()


async def upload(browser: Browser, data: bytes, path: str = PROMPT, **headers: str) -> Answer:
    """Send a file as the page does."""
    kind = {"Content-Type": "application/octet-stream", "Idempotency-Key": "k1"}
    async with browser.http.post(
        f"{browser.address}{path}/upload?text=再见", data=io.BytesIO(data), headers=browser.headers(**kind | headers)
    ) as response:
        return Answer(response.status, response.headers, await response.json(content_type=None))


async def listen(browser: Browser, voice: str, path: str = PROMPT) -> tuple[int, bytes, str]:
    async with browser.http.get(f"{browser.address}{path}/sound/{voice}", headers=browser.headers()) as response:
        return response.status, await response.read(), response.headers["Content-Type"]


async def prompt(browser: Browser, name: str = "goodbye") -> dict[str, Any]:
    listed = (await browser.ask("GET", "/api/prompts")).body["prompts"]
    return next(one for one in listed if (one["language"], one["name"]) == ("zh", name))


async def test_an_upload_is_heard_at_once_and_the_shipped_one_can_be_chosen_again(house: House) -> None:
    boss = await house.signed_in(Role.SUPERVISOR)
    before = await prompt(boss)
    assert (before["own"], before["used_by"]) == ([], ["consult-day"])
    made = await upload(boss, wav())
    assert made.status == 200, made.body
    assert (made.body["level_dbfs"], made.body["trimmed_s"]) == (-19.0, 0.0)
    own = (await prompt(boss))["own"]
    assert [(one["is_in_force"], one["source"], one["text"], one["made_by"]) for one in own] == [
        (True, "upload", "再见", "supervisor1")
    ]
    assert made.body["prompt"]["text"] == "再见"
    assert house.prompts.book.file_of("goodbye", "zh", "female") == f"hotline/own/zh-goodbye-{own[0]['id']}"
    status, sound, kind = await listen(boss, str(own[0]["id"]))
    with wave.open(io.BytesIO(sound)) as file:
        assert (status, kind, file.getframerate(), file.getnframes()) == (200, "audio/wav", 8000, 8000)
    chosen = await boss.ask("POST", f"{PROMPT}/in-force", {"id": 0})
    assert [one["is_in_force"] for one in chosen.body["own"]] == [False]
    assert (await boss.ask("PUT", f"{PROMPT}/text", {"text": "x"})).code == "prompt.none_in_force"
    await boss.ask("POST", f"{PROMPT}/in-force", {"id": own[0]["id"]})
    assert (await boss.ask("PUT", f"{PROMPT}/text", {"text": "回见"})).body["text"] == "回见"
    assert (await boss.ask("PUT", f"{PROMPT}/text", {"text": "a\0b"})).status == 422
    assert (await boss.ask("DELETE", f"{PROMPT}/own/{own[0]['id']}")).status == 204
    assert (await prompt(boss))["own"] == []
    assert [action for action, _ in await house.audit()] == [
        "prompt.add", "prompt.choose", "prompt.choose", "prompt.text", "prompt.delete",
    ]  # fmt: skip


async def test_a_prompt_that_flows_name_and_nobody_recorded_is_listed_and_can_be_made(house: House) -> None:
    boss = await house.signed_in(Role.SUPERVISOR)
    missing = await prompt(boss, "nowhere")
    assert (missing["voices"], missing["own"], missing["used_by"]) == ({}, [], ["consult-day", "fallback"])
    assert (await listen(boss, "female", "/api/prompts/zh/nowhere"))[0] == 404
    assert (await upload(boss, wav(), "/api/prompts/zh/nowhere")).status == 200
    assert (await boss.ask("POST", "/api/prompts/zh/nowhere/in-force", {"id": 0})).code == "prompt.not_shipped"


async def test_a_shipped_prompt_is_heard_as_wav_by_who_may_see_flows(house: House) -> None:
    auditor = await house.signed_in(Role.AUDITOR)
    status, sound, kind = await listen(auditor, "female")
    with wave.open(io.BytesIO(sound)) as file:
        assert (status, kind, file.getframerate()) == (200, "audio/wav", 8000)
        assert file.getnframes() > 8000
    assert (await listen(auditor, "male"))[0] in (200, 404)
    for voice in ("0", "-1", "..%2f..", "x"):
        assert (await listen(auditor, voice))[0] == 404
    assert (await upload(auditor, wav())).status == 403


async def test_a_file_is_refused_with_its_reason_and_nothing_changes(house: House, tmp_path: Path) -> None:
    boss = await house.signed_in(Role.SUPERVISOR)
    refusals = {
        "prompt.silent": wav(peak=0),
        "prompt.clipped": wav(peak=1.0),
        "prompt.too_short": wav(0.1),
        "prompt.not_audio": b"",
    }
    for number, (code, data) in enumerate(refusals.items()):
        refused = await upload(boss, data, **{"Idempotency-Key": f"k{number}"})
        assert (refused.status, refused.code) == (422, code)
    assert (await prompt(boss))["own"] == []
    assert await house.audit() == []
    assert [*(tmp_path / "taken").iterdir()] == []


async def test_too_large_a_file_a_form_or_a_strange_name_is_not_read(house: House) -> None:
    boss = await house.signed_in(Role.SUPERVISOR)
    large = await upload(boss, bytes(20 * 1024**2 + 1))
    assert (large.status, large.code) == (422, "request.file_too_large")
    assert (await upload(boss, wav(), **{"Content-Type": "text/plain"})).code == "request.no_file"
    assert (await upload(boss, wav(), "/api/prompts/fr/goodbye")).code == "prompt.language"
    for name in ("..%2Fx", "UPPER", "a b", "-x", "x" * 41):
        assert (await upload(boss, wav(), f"/api/prompts/zh/{name}")).code == "prompt.name"


async def test_a_file_larger_than_other_requests_is_taken(house: House) -> None:
    boss = await house.signed_in(Role.SUPERVISOR)
    assert len(wav(20)) > 256 * 1024
    assert (await upload(boss, wav(20))).status == 200


def heard(house: House, kind: type[e.ChannelEvent], channel: str, **more: Any) -> None:
    """Let the switch tell something of a channel."""
    fields = {"channel_id": ChannelId(channel), "linked_id": LinkedId(channel), "channel": "PJSIP/1001-1"}
    house.line.submit(kind(at=house.clock(), **fields, **more))


async def begun(house: House) -> tuple[Browser, str]:
    """A supervisor asked 1001's telephone to ring. Returns his browser and the take."""
    boss = await house.signed_in(Role.SUPERVISOR)
    house.know("1001")
    began = await boss.ask("POST", f"{PROMPT}/by-phone", {"agent_id": "1001", "text": "再见"})
    assert (began.status, began.body["state"]) == (202, "ringing")
    return boss, str(began.body["id"])


async def test_what_is_said_on_the_telephone_becomes_the_recording(house: House) -> None:
    boss, take = await begun(house)
    (command,) = house.switch.sent_of(Originate)
    assert (command.channel, command.channel_id) == ("PJSIP/1001", take)  # type: ignore[attr-defined]
    heard(house, e.ChannelStateChanged, take, state=6)
    assert (await boss.ask("GET", f"/api/prompt-takes/{take}")).body["state"] == "recording"
    house.recorded.mkdir()
    (house.recorded / f"{take}.wav").write_bytes(wav())
    heard(house, e.PromptRecorded, take, outcome="kept")
    await until(lambda: house.prompts.recordings, 10)
    answer: dict[str, Any] = {}

    async def is_made() -> bool:
        answer.update((await boss.ask("GET", f"/api/prompt-takes/{take}")).body)
        return answer["state"] == "made"

    while not await is_made():
        assert answer["state"] == "checking"
    assert (answer["made"]["prompt"]["text"], answer["made"]["prompt"]["own"][0]["source"]) == ("再见", "phone")
    assert [*house.recorded.iterdir()] == []
    assert [action for action, _ in await house.audit()] == ["prompt.by_phone", "prompt.add"]


async def test_a_recording_by_telephone_that_comes_to_nothing_says_why(house: House) -> None:
    boss, take = await begun(house)
    heard(house, e.ChannelStateChanged, take, state=6)
    heard(house, e.PromptRecorded, take, outcome="kept")
    await until(lambda: house.phone_takes.get(take).take.state == "failed")
    assert (await boss.ask("GET", f"/api/prompt-takes/{take}")).body["code"] == "prompt.take_lost"
    assert (await boss.ask("GET", "/api/prompt-takes/prompt-0")).code == "prompt.take_unknown"
    refused = await boss.ask("POST", f"{PROMPT}/by-phone", {"agent_id": "1009"})
    assert (refused.status, refused.code) == (404, "agent.unknown")
    heard(house, e.ChannelClosed, take, cause=16)
    house.switch.is_up = False
    assert (await boss.ask("POST", f"{PROMPT}/by-phone", {"agent_id": "1001"})).code == "switch.away"
