"""Log lines: one JSON object each, no phone number in clear."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import msgspec
import pytest

from cti.domain.errors import Invalid
from cti.logs import JsonLines, Readable, hide_numbers, set_up_logs


@pytest.fixture(autouse=True)
def _root_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_number_is_masked_and_an_asterisk_id_is_not() -> None:
    assert hide_numbers("13800138000 called, id hx-1795479968.1 port 12:5038") == (
        "138****8000 called, id hx-1795479968.1 port 12:5038"
    )


def test_a_line_is_json_with_its_extras_masked() -> None:
    out = io.StringIO()
    set_up_logs("INFO", out)
    logging.getLogger("desk").warning("call from %s", "13912345678", extra={"target": "13912345678"})
    line = msgspec.json.decode(out.getvalue())
    assert line["message"] == "call from 139****5678"
    assert (line["level"], line["logger"], line["target"]) == ("warning", "desk", "139****5678")


def test_an_error_keeps_its_traceback() -> None:
    try:
        raise ValueError("no 13800138000")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 1, "failed", None, (type(error), error, error.__traceback__))
    assert "ValueError: no 138****8000" in JsonLines().format(record)
    assert "ValueError: no 138****8000" in Readable().format(record)


def test_an_unknown_level_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="HOTLINE_LOG_LEVEL"):
        set_up_logs("LOUD")
