"""Logs: one JSON line for each thing a person may search; a readable form on a terminal. Numbers masked, no secrets."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from cti.domain.errors import Invalid
from cti.domain.phone import masked

_PLAIN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}
_SECRET = re.compile(r"secret|password|token|cookie|csrf|authorization", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(?i)\b(secret|password|passwd|token|csrf|cookie|authorization)(\"?\s*[:=]\s*\"?)((?:(?:bearer|basic)\s+)?[^\s\"&,;]+)"
)
_NUMBER = re.compile(r"(?<![\w.\-])\+?\d{7,20}(?![\w\-]|\.\d)")
"""Digits that stand alone. Asterisk's ids (`name-epoch.counter`), instants and fractions are not numbers of people."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def set_up(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything to `stream` (stderr): JSON lines, or readable ones when it is a terminal.

    Raises: Invalid for a level that does not exist.
    """
    if level.upper() not in LEVELS:
        raise Invalid(f"HOTLINE_LOG_LEVEL={level}: one of {', '.join(LEVELS)}", code="settings.broken")
    out = stream or sys.stderr
    sink = logging.StreamHandler(out)
    sink.setFormatter(ReadableLines() if out.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [sink]
    root.setLevel(level.upper())
    # Their debug lines carry whole AMI actions and SQL parameters.
    for name in ("asyncio", "panoramisk", "sqlalchemy", "aiosqlite", "aiohttp", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.raiseExceptions = False  # a full disk must not stop the service with a traceback for each line
    logging.captureWarnings(True)


def cleaned(text: str) -> str:
    """Text without the middle of telephone numbers and without values that look like secrets."""
    without = _SECRET_TEXT.sub(lambda found: f"{found[1]}{found[2]}***", text)
    return _NUMBER.sub(lambda found: masked(found[0]), without)


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, text, then what was given as `extra`; `trace` for an exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "text": cleaned(record.getMessage()),
            **_extra(record),
        }
        if record.exc_info:
            line["trace"] = cleaned(self.formatException(record.exc_info))
        return msgspec.json.encode(line, enc_hook=str).decode("utf-8", "replace")


class ReadableLines(logging.Formatter):
    """`12:00:00.000 WARNING cti.web.auth: sign-in refused (ip=127.0.0.1)`"""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone()
        extra = ", ".join(f"{name}={value}" for name, value in _extra(record).items())
        # A line break in a caller's name must not make a line of its own.
        text = cleaned(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
        line = f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {record.levelname:7} {record.name}: {text}"
        line += f" ({extra})" if extra else ""
        return f"{line}\n{cleaned(self.formatException(record.exc_info))}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    given = {name: value for name, value in vars(record).items() if name not in _PLAIN and not name.startswith("_")}
    return {name: "***" if _SECRET.search(name) else _value(value) for name, value in given.items()}


def _value(value: object) -> object:
    if isinstance(value, str):
        return cleaned(value)
    return value if value is None or isinstance(value, bool | int | float) else cleaned(str(value))
