"""Logs: one JSON line for each thing a person may search; readable lines on a terminal. Phone numbers are masked."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from cti.domain.errors import Invalid
from cti.domain.phone import masked

_NUMBER = re.compile(r"(?<![\w.:-])\+?\d{7,20}(?![\w.:-])")
"""Digits that stand alone. Asterisk's ids (`name-epoch.counter`) and ports are not numbers of people."""
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {"message", "asctime", "taskName"}
_QUIET = ("alembic", "sqlalchemy", "aiosqlite", "apscheduler", "panoramisk", "asyncio", "aiohttp.access")


def hide_numbers(text: str) -> str:
    """Mask everything that looks like a phone number (security: 6.6, log redaction)."""
    return _NUMBER.sub(lambda found: masked(found[0]), text)


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, then what the call gave in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_numbers(record.getMessage()),
        }
        line |= {name: hide_numbers(str(value)) for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["error"] = hide_numbers(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


class Readable(logging.Formatter):
    """For a terminal: time, level, message, extras."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        extras = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in _STANDARD)
        text = f"{at:%H:%M:%S} {record.levelname:7} {record.name}: {record.getMessage()} {extras}".rstrip()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return hide_numbers(text)


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Log to `stream` (stderr). Raises: Invalid for a level that does not exist."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise Invalid(f"HOTLINE_LOG_LEVEL={level!r}: choose DEBUG, INFO, WARNING or ERROR", code="settings.broken")
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(Readable() if target.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
