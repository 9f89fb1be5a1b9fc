"""What a flow asks, done on a switch of our own: look-ups, messages, callbacks, numbers outside, coming back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cti.domain.errors import CallGone, Conflict
from cti.domain.events import CallbackKept, CallerRated, MessageLeft, NoticeHeard
from cti.domain.ids import ChannelId
from cti.domain.switch import MenuResult
from ivr.language.actions import Found, NotFound
from ivr.language.edition import Edition
from tests.menu_flows import Prompts
from tests.menu_house import AT, ONE, House, closed, entered, hanging, left, running
from tests.waiting import until

FROM_ONE = {"at": AT, "channel_id": ChannelId(ONE[-8:])}
HUNG_UP = "HANGUP"


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    """Asterisk's folder of messages."""
    folder = tmp_path / "messages"
    folder.mkdir()
    return folder


def said(house: House) -> list[str]:
    """What the caller heard without being asked, in order."""
    return [line.split(" ", 2)[2] for line in house.switch.lines(ONE) if line.startswith("EXEC Playback")]


def files(folder: Path) -> list[str]:
    """Names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


# --- prompts ---------------------------------------------------------------------------------------------------------


async def test_a_menu_whose_prompt_was_deleted_leads_to_a_person_and_asks_nothing() -> None:
    async with running(prompts=Prompts("choose")) as house:
        house.enters("2")
        await house.empty()
        assert not any(line.startswith("EXEC Read") for line in house.switch.lines(ONE))
        assert house.steps == ["welcome::failed", "consult::to_queue"]


async def test_an_announcement_whose_prompt_was_deleted_goes_on() -> None:
    async with running(prompts=Prompts("please-hold")) as house:
        house.enters("1")
        await house.empty()
        assert said(house) == []
        assert house.menu.endings == {"to_queue": 1}


async def test_a_notice_that_was_heard_is_told_with_its_wording_and_one_that_was_not_is_not() -> None:
    async with running() as house:
        house.enters("7")
        await house.empty()
        assert house.told(NoticeHeard) == [NoticeHeard(wording="zh-recorded", **FROM_ONE)]  # type: ignore[arg-type]
    async with running(prompts=Prompts("recorded")) as house:
        house.enters("7")
        await house.empty()
        assert house.told(NoticeHeard) == []
        assert house.steps[-2:] == ["notice::failed", "bye::hang_up"]


# --- asking others ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(Found({}), "found"), (NotFound(), "not_found"), (Conflict("it lies", code="webhook.answer"), "failed")],
)
async def test_a_look_up_ends_as_the_other_side_says(answer: Found | NotFound | Exception, outcome: str) -> None:
    async with running() as house:
        house.look_up = lambda asked: answer
        house.enters("9")
        await house.empty()
        assert house.steps[1] == f"ask-webhook::{outcome}"


async def test_a_look_up_that_hangs_is_given_up_in_time_with_music_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.driving.doing.QUIET_S", 0.05)
    async with running() as house:
        never: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        house.look_up = lambda asked: never
        house.enters("9")
        await house.empty()
        assert house.steps[1] == "ask-webhook::failed"
        lines = house.switch.lines(ONE)
        assert lines.index("EXEC StartMusicOnHold") < lines.index("EXEC StopMusicOnHold")
        assert never.cancelled()


async def test_who_hangs_up_while_something_is_looked_up_leaves_no_question_behind() -> None:
    async with running() as house:
        never: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        house.look_up = lambda asked: never
        house.enters("9")
        await until(lambda: "entered" in [getattr(e, "outcome", "") for e in house.submitted[2:]])
        house.offer(left(), closed())
        await until(never.cancelled)
        assert house.steps[-1] == "ask-webhook::hung_up"


async def test_a_promise_of_a_call_back_is_told_after_it_was_written_down() -> None:
    async with running() as house:
        house.enters("5")
        await house.empty()
        assert [(one.queue, one.number) for one in house.promised] == [("consult", "13800138000")]
        assert [e.number for e in house.told(CallbackKept) if isinstance(e, CallbackKept)] == ["13800138000"]
        assert house.steps[1] == "back::callback"


async def test_a_promise_that_could_not_be_written_down_is_none() -> None:
    async with running() as house:
        house.refusal = Conflict("the database is away")
        house.enters("5")
        await house.empty()
        assert house.told(CallbackKept) == []
        assert house.steps[1] == "back::failed"


# --- messages --------------------------------------------------------------------------------------------------------


async def test_a_message_is_recorded_into_the_folder_and_told_with_its_length(messages: Path) -> None:
    async with running(messages) as house:
        house.enters("4")
        await house.empty()
        name = f"{ONE[-8:]}-1.consult"
        assert f'RECORD FILE "{messages / name}" wav "#" 180000 s=3' in house.switch.lines(ONE)
        assert said(house)[:2] == ["hotline/zh/leave-message", "hotline/beep"]
        assert house.told(MessageLeft) == [MessageLeft(box="consult", name=name, length_s=3.0, **FROM_ONE)]  # type: ignore[arg-type]
        assert house.steps[1] == "message::recorded"


async def test_a_second_message_of_a_channel_gets_a_name_of_its_own(messages: Path) -> None:
    async with running(messages) as house:
        for _ in range(2):
            house.enters("4")
            await house.empty()
        assert files(messages) == [f"{ONE[-8:]}-1.consult.wav", f"{ONE[-8:]}-2.consult.wav"]


@pytest.mark.parametrize("is_cut", [True, False], ids=["seen by its event", "seen by the command"])
async def test_who_hangs_up_while_he_speaks_has_left_his_message(messages: Path, is_cut: bool) -> None:
    async with running(messages) as house:

        def on_line(channel: str, line: str) -> asyncio.Future[MenuResult] | Exception | None:
            if not line.startswith("RECORD"):
                return None
            house.switch.write_message(line)
            return hanging() if is_cut else CallGone("hung up")

        house.switch.on_line = on_line
        house.enters("4")
        await until(lambda: any(line.startswith("RECORD") for line in house.switch.lines(ONE)))
        await until(lambda: files(messages))
        house.offer(left(), closed())
        await house.empty()
        assert [e.length_s for e in house.told(MessageLeft) if isinstance(e, MessageLeft)] == [3.0]
        assert house.steps[-1] == "message::hung_up"


@pytest.mark.parametrize(("speaks_s", "result"), [(0.4, "dtmf"), (3.5, "timeout")], ids=["a breath", "silence"])
async def test_a_message_in_which_nobody_speaks_is_none(messages: Path, speaks_s: float, result: str) -> None:
    async with running(messages) as house:
        house.switch.speaks_s = speaks_s

        def on_line(channel: str, line: str) -> MenuResult | None:
            if not line.startswith("RECORD"):
                return None
            house.switch.write_message(line)
            return MenuResult(200, "0", f"{result}) endpos=1")

        house.switch.on_line = on_line
        house.enters("4")
        await house.empty()
        assert house.told(MessageLeft) == []
        assert house.steps[1] == "message::failed"
        assert files(messages) == []


async def test_a_folder_that_cannot_be_written_is_noticed_before_asterisk_is_asked(tmp_path: Path) -> None:
    async with running(tmp_path / "messages") as house:
        house.enters("4")
        await house.empty()
        assert not any(line.startswith("RECORD") for line in house.switch.lines(ONE))
        assert house.steps[1] == "message::failed"


# --- ends, and coming back -------------------------------------------------------------------------------------------


async def test_a_caller_bound_for_a_queue_is_announced_with_what_he_shall_be_told() -> None:
    async with running() as house:
        house.enters("2")
        await house.empty()
        ((channel, action, language),) = house.queued
        assert (channel, action.queue, action.words_every_s, language) == (ONE, "complaints", 60, "zh")


async def test_a_number_outside_is_named_to_the_dialplan_with_the_node_to_come_back_to() -> None:
    async with running() as house:
        house.enters("6")
        await house.empty()
        assert house.switch.lines(ONE)[-4:] == [
            "SET VARIABLE HOTLINE_NUMBER 02012345678",
            "SET VARIABLE HOTLINE_AFTER_NODE first/sorry",
            "SET VARIABLE HOTLINE_TARGET out",
            "ASYNCAGI BREAK",
        ]
        assert house.menu.endings == {"to_number": 1}


async def test_a_number_that_may_not_be_called_is_as_one_where_nobody_answers() -> None:
    async with running() as house:
        house.refusal = Conflict("calls outwards are off", code="calling.off")
        house.enters("6")
        await house.empty()
        assert said(house) == ["hotline/zh/sorry", "hotline/zh/goodbye"]
        assert house.switch.lines(ONE)[-1] == HUNG_UP


async def test_after_the_talk_the_survey_goes_on_in_the_edition_the_call_began_with() -> None:
    async with running() as house:
        house.enters("2")
        await house.empty()
        house.edition = Edition()
        house.switch.keys[ONE] = ["OK/5"]
        house.offer(left(), entered(exten="survey"))
        await house.empty()
        rated = [(e.question, e.score) for e in house.told(CallerRated) if isinstance(e, CallerRated)]
        assert rated == [("talk", 1)]
        assert house.steps[2:] == ["rate::returned", "rate:5:rated", "bye::hang_up"]


async def test_a_new_service_finds_the_survey_by_what_the_dialplan_knows() -> None:
    async with running() as house:
        house.switch.variables["AFTER_NODE"] = "first/rate"
        house.switch.keys[ONE] = ["OK/1"]
        house.offer(entered(exten="survey"))
        await house.empty()
        assert house.switch.lines(ONE)[:2] == ["ANSWER", "GET VARIABLE AFTER_NODE"]
        assert house.steps[:2] == ["rate::returned", "rate:1:rated"]


@pytest.mark.parametrize("node", ["first/gone", "gone/rate", "", "first", "a b/c"])
async def test_who_comes_back_to_a_node_that_is_no_more_is_given_back_to_the_dialplan(node: str) -> None:
    async with running() as house:
        house.switch.variables["AFTER_NODE"] = node
        house.offer(entered(exten="returned"))
        await house.empty()
        assert house.switch.lines(ONE) == ["ANSWER", "GET VARIABLE AFTER_NODE", "ASYNCAGI BREAK"]
