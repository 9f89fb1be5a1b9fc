from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.asterisk.agi import check_line, quoted, read_result
from cti.domain.errors import Invalid
from cti.domain.switch import MenuResult
from ivr.driving.agi import ask, parts, record


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200 result=0\n", MenuResult(200, "0", "")),
        ("200 result=-1\n", MenuResult(200, "-1", "")),
        ("200 result=-2\n", MenuResult(200, "-2", "")),
        ("200 result=0 endpos=1600\n", MenuResult(200, "0", "endpos=1600")),
        ("200 result= (timeout)\n", MenuResult(200, "", "timeout")),
        ("200 result=12 (timeout)\n", MenuResult(200, "12", "timeout")),
        ("200 result=1 (hangup)\n", MenuResult(200, "1", "hangup")),
        ("200 result=1 (a (b) c)\n", MenuResult(200, "1", "a (b) c")),
        ("200 result=1 (投诉)\n", MenuResult(200, "1", "投诉")),
        ("200 result=1 (a\nb)\n", MenuResult(200, "1", "a\nb")),
        ("510 Invalid or unknown command\n", MenuResult(510, "", "Invalid or unknown command")),
        (
            "511 Command Not Permitted on a dead channel\n",
            MenuResult(511, "", "Command Not Permitted on a dead channel"),
        ),
        (
            "520-Invalid command syntax.\nUsage: X\n520 End of proper usage.\n",
            MenuResult(520, "", "Invalid command syntax.\nUsage: X\n520 End of proper usage."),
        ),
        ("HANGUP\n", MenuResult(0, "", "HANGUP")),
        ("", MenuResult(0, "", "")),
    ],
)
def test_a_result_is_read_for_what_it_says(text: str, expected: MenuResult) -> None:
    assert read_result(quote(text)) == expected


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80))
def test_any_result_is_read(text: str) -> None:
    assert isinstance(read_result(text), MenuResult)


@pytest.mark.parametrize(
    "line",
    [
        "ANSWER",
        "ASYNCAGI BREAK",
        "HANGUP",
        "NOOP probe 1",
        "GET DATA hotline/menu 5000 1",
        "EXEC Playback hotline/welcome&hotline/menu",
        "EXEC Read HOTLINE_KEYS,hotline/menu,1,,1,4",
        "SET VARIABLE HOTLINE_TARGET consult",
        "SET VARIABLE TIMEOUT(absolute) 0",
        "GET FULL VARIABLE ${READSTATUS}/${HOTLINE_KEYS}",
        "GET VARIABLE AFTER_NODE",
        "SET VARIABLE HOTLINE_AFTER_NODE consult-day/rate",
        "EXEC StartMusicOnHold",
        'RECORD FILE "/var/lib/hot line/messages/ast-1795.3-1.complaints" wav "#" 180000 s=6',
    ],
)
def test_a_line_that_menus_need_may_leave(line: str) -> None:
    assert check_line(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "EXEC System id",
        "EXEC  Playback x",
        "EXEC PlaybackX a",
        "EXEC MixMonitor x.wav,,id",
        "EXEC AGI /tmp/x",
        "EXEC Playback ${SHELL(id)}",
        "EXEC Playback $[1+1]",
        "EXEC Playback a\nHANGUP",
        "ANSWER now",
        "ANSWERX",
        "exec System id",
        " EXEC System id",
        "DATABASE GET a b",
        "SET VARIABLE CALLERID(num) 1",
        "SET VARIABLE SHELL(id) 1",
        "GET FULL VARIABLE ${SHELL(id)}",
        "GET DATA " + "x" * 1024,
        "ANSWER\0",
        'RECORD FILE "/var/lib/messages/../evil" wav "#" 180000 s=6',
        'RECORD FILE "/var/lib/messages/x/../../../messages/x" wav "#" 180000 s=6',
        'RECORD FILE "/etc/passwd" wav "#" 180000 s=6',
        'RECORD FILE "/var/messages/a" gsm "#" 180000 s=6',
        'RECORD FILE "/var/messages/a" wav "#" -1 s=6',
        'RECORD FILE "/var/messages/${SHELL(id)}" wav "#" 180000 s=6',
        "RECORD FILE /var/messages/a wav # 1000",
    ],
)
def test_any_other_line_stays_here(line: str) -> None:
    with pytest.raises(Invalid):
        check_line(line)


def test_a_value_is_quoted_as_one_argument() -> None:
    assert quoted('say "hi" \\ there') == '"say \\"hi\\" \\\\ there"'


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\0", "${X}", "$[1]"])
def test_a_value_that_would_end_the_line_or_be_evaluated_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        quoted(value)


def test_many_prompts_are_said_by_as_few_commands_as_hold_them() -> None:
    files = [f"hotline/zh-female/{number:040}" for number in range(90)]
    found = list(parts(files))
    assert [file for part in found for file in part] == files
    assert len(found) == 7
    assert all(check_line(ask(part, max_digits=32, wait_s=60)) for part in found)


def test_a_question_without_words_is_one_all_the_same() -> None:
    assert [ask(part, max_digits=1, wait_s=5) for part in parts(())] == ["EXEC Read HOTLINE_KEYS,,1,,1,5"]


def test_a_message_is_recorded_by_a_line_that_may_leave() -> None:
    assert check_line(record("/data/messages/a-1", limit_s=600, silence_s=30))
    assert check_line(record("/data/messages/a-1", limit_s=5, silence_s=2))
