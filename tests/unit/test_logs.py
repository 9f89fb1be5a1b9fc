"""Log lines: one JSON object each; no phone number in clear, no secret, no line of a caller's making."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from cti.domain.errors import Invalid
from cti.logs import JsonLines, ReadableLines, cleaned, set_up


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raises = list(root.handlers), root.level, logging.raiseExceptions
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raises
    logging.captureWarnings(False)


def logged(text: str, *arguments: object, **extra: Any) -> dict[str, Any]:
    out = io.StringIO()
    set_up("INFO", out)
    logging.getLogger("desk").warning(text, *arguments, extra=extra)
    assert out.getvalue().count("\n") == 1
    return msgspec.json.decode(out.getvalue(), type=dict[str, Any])


def record_of(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except Exception as raised:
        return logging.LogRecord(
            "x", logging.ERROR, "", 1, "failed", None, (type(raised), raised, raised.__traceback__)
        )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000 called", "138****8000 called"),
        ("call from +8613800138000.", "call from +86*******8000."),
        ("transfer:13800138000", "transfer:138****8000"),
        ("id hx-1795479968.1", "id hx-1795479968.1"),
        ("id hx-1795479968.12 port 12:5038", "id hx-1795479968.12 port 12:5038"),
        ("waited 1234567.25 s", "waited 1234567.25 s"),
        ("agent 1007 on 95001", "agent 1007 on 95001"),
    ],
)
def test_a_number_is_masked_and_an_asterisk_id_is_not(text: str, shown: str) -> None:
    assert cleaned(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "login password=hunter2 sent",
        "Secret: hunter2",
        'body {"token":"hunter2"}',
        "Cookie: hunter2",
        "Authorization: Bearer hunter2",
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str) -> None:
    assert "hunter2" not in cleaned(text)


def test_a_line_is_json_with_its_extras_masked() -> None:
    line = logged("call from %s", "13912345678", target="13912345678", password="x", tries=3)
    assert line["text"] == "call from 139****5678"
    assert (line["level"], line["logger"], line["target"]) == ("WARNING", "desk", "139****5678")
    assert (line["password"], line["tries"]) == ("***", 3)


def test_a_name_with_a_line_break_stays_one_line() -> None:
    assert logged("caller %s", "evil\n{}")["text"] == "caller evil\n{}"
    terminal = Terminal()
    set_up("INFO", terminal)
    logging.getLogger("x").info("caller %s", "evil\r\n12:00:00 ERROR fake")
    assert terminal.getvalue().count("\n") == 1


def test_an_error_keeps_its_traceback() -> None:
    record = record_of(ValueError("no 13800138000"))
    assert "ValueError: no 138****8000" in JsonLines().format(record)
    assert "ValueError: no 138****8000" in ReadableLines().format(record)


def test_a_terminal_gets_readable_lines() -> None:
    terminal = Terminal()
    set_up("INFO", terminal)
    logging.getLogger("cti.web").info("listening", extra={"port": 8900})
    assert terminal.getvalue().rstrip().endswith("INFO    cti.web: listening (port=8900)")


def test_debug_of_libraries_stays_out() -> None:
    out = io.StringIO()
    set_up("DEBUG", out)
    logging.getLogger("sqlalchemy.engine").debug("INSERT secret")
    logging.getLogger("cti.x").debug("ours")
    assert "INSERT" not in out.getvalue()
    assert "ours" in out.getvalue()


def test_an_unknown_level_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="HOTLINE_LOG_LEVEL"):
        set_up("LOUD")


def test_a_secret_is_never_written() -> None:
    assert "hunter2" not in cleaned('login with password="hunter2" and token: hunter2')
    out = io.StringIO()
    set_up("INFO", out)
    logging.getLogger("x").info("made", extra={"ami_secret": "hunter2"})
    assert "hunter2" not in out.getvalue()


def test_a_line_break_of_a_caller_makes_no_line_of_its_own() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "name %s", ("a\nERROR forged",), None)
    assert "\n" not in ReadableLines().format(record)
