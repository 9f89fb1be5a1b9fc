"""AGI lines out, AGI results in.

Asterisk: the AMI class `agi` is a shell (`EXEC System`, res_agi.c), so only the commands that menus need may leave.
panoramisk's parser is not used: it reads a variable whose value is "hangup" as the end of the call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from cti.asterisk.encode import LINE_LIMIT_BYTES
from cti.domain.errors import Invalid
from cti.domain.switch import MenuResult

_RESULT = re.compile(r"([0-9]{3})[ -](.*)", re.DOTALL)
_VALUE = re.compile(r"result=(\S*)(?: (.*))?", re.DOTALL)
_FULL_VARIABLES = re.compile(r"\$\{[A-Z_]{1,40}\}(?:/\$\{[A-Z_]{1,40}\})*")
_OWN_VARIABLE = re.compile(r'"?_{0,2}(?:HOTLINE_[A-Z0-9_]{1,40}|TIMEOUT\(absolute\))"?')
_PLAIN = re.compile(r"[^$`\r\n\0]*")
_MESSAGE = re.compile(
    r'"(?![^"]*/\.\.?/)/[^"\\$`\r\n\0]{0,300}/messages/[0-9A-Za-z._-]{1,160}" wav "#" [0-9]{4,6} s=[0-9]{1,2}'
)
"""Recording writes files as Asterisk's user: into the folder of messages only, and nothing but sound."""
_LINES: Mapping[str, re.Pattern[str]] = {
    "ANSWER": re.compile(""),
    "HANGUP": re.compile(""),
    "NOOP": re.compile(r"[A-Za-z0-9 _-]*"),
    "ASYNCAGI BREAK": re.compile(""),
    "GET DATA": _PLAIN,
    "STREAM FILE": _PLAIN,
    "WAIT FOR DIGIT": re.compile(r"[0-9]{1,6}"),
    "RECORD FILE": _MESSAGE,
    "SAY DIGITS": re.compile(r'[0-9*#]{1,20} (?:""|"?[0-9*#]{1,12}"?)'),
    "SAY NUMBER": re.compile(r'[0-9]{1,9} (?:""|"?[0-9*#]{1,12}"?)'),
    "GET FULL VARIABLE": _FULL_VARIABLES,
    "GET VARIABLE": re.compile(r"[A-Z_]{1,40}"),
    "SET VARIABLE": re.compile(_OWN_VARIABLE.pattern + r" " + _PLAIN.pattern),
    "EXEC": re.compile(
        r"(?:Playback|Background|Read|Wait|Progress|Ringing|Answer|StartMusicOnHold|StopMusicOnHold|NoOp|SayDigits)"
        r"(?: " + _PLAIN.pattern + ")?"
    ),
}
"""Commands that may run on a caller in the menu, and what may follow."""


def check_line(line: str) -> str:
    """Return an AGI line that is safe to send.

    Raises: Invalid, for a command that menus do not need, an evaluated expression, a line break, or too long a line.
    """
    for verb, rest in _LINES.items():
        if line == verb or line.startswith(verb + " "):
            if rest.fullmatch(line[len(verb) + 1 :]) and len(line.encode("utf-8", "replace")) < LINE_LIMIT_BYTES - 16:
                return line
            break
    raise Invalid(f"not a menu command: {line[:60]!a}", code="switch.menu_line")


def quoted(value: str) -> str:
    """Return `value` as one AGI argument: quotes and backslashes escaped (parse_args, res_agi.c).

    Raises: Invalid, for what would end the line or be evaluated by the dialplan.
    """
    if not _PLAIN.fullmatch(value):
        raise Invalid("a menu value with a line break, NUL, $ or `", code="switch.menu_line")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_result(wire: str) -> MenuResult:
    """Return what one AGI command answered; `wire` is the URL-encoded Result header.

    `200 result=1 (hangup)` is a value, not a hang-up. 510 (unknown), 511 (dead), 520 (usage) keep their words in
    `data`. An answer that is none has code 0.
    """
    text = unquote_to_bytes(wire).decode("utf-8", "backslashreplace").strip("\r\n")
    found = _RESULT.fullmatch(text)
    if found is None:
        return MenuResult(0, "", text)
    code, rest = int(found[1]), found[2]
    value = _VALUE.fullmatch(rest)
    if code != 200 or value is None:
        return MenuResult(code, "", rest)
    return MenuResult(code, value[1], _without_brackets(value[2] or ""))


def _without_brackets(data: str) -> str:
    """`(timeout)` -> `timeout`; `endpos=0` stays."""
    return data[1:-1] if data.startswith("(") and data.endswith(")") else data
