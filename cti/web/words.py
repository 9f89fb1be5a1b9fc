"""What is wrong with a request, in the words of the person who filled the form in."""

from __future__ import annotations

import re

import msgspec

from cti.domain.errors import DomainError, Invalid
from cti.web.problem import BadRequest

EXPECTED = {
    "name": "a name: 1 to 80 characters that can be seen",
    "login": "2 to 40 letters, digits, dots, dashes or underscores",
    "agent_number": "3 to 6 digits",
    "queues": "names of queues: small letters, digits, dashes, underscores",
    "url": "http:// or https:// with a host, in plain letters, without user, password or line break",
    "number": "3 to 15 digits",
    "since": "a time of day such as 08:30",
    "until": "a time of day such as 08:30, at most 24:00",
    "target": "an agent number or the name of a queue",
}
"""field -> what it takes; regular expressions are not for people."""

_AT = re.compile(r" - at `(?:key in )?\$([^`]*)`$")
_TABLE: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"missing required field `(?P<field>[^`]*)`"), "request.missing", "{field} is missing"),
    (re.compile(r"unknown field `(?P<field>[^`]*)`"), "request.unknown_field", "there is no field {field}"),
    (re.compile(r"of length >= (?P<n>\d+)"), "request.too_short", "{field} is too short: at least {n}"),
    (re.compile(r"of length <= (?P<n>\d+)"), "request.too_long", "{field} is too long: at most {n}"),
    (re.compile(r"matching regex"), "request.format", "{field} must be {expected}"),
    (re.compile(r"Invalid enum value (?P<value>.*)"), "request.choice", "{field} cannot be {value}"),
    (re.compile(r"`(?:int|float)` (?P<op>[<>]=?) (?P<n>[-\d.]+)"), "request.range", "{field} must be {op} {n}"),
    (re.compile(r"Invalid RFC3339 encoded date"), "request.format", "{field} must be a date such as 2026-01-31"),
    (re.compile(r"Invalid value (?P<value>.*)"), "request.choice", "{field} cannot be {value}"),
    (
        re.compile(r"Expected `(?P<kind>[^`]*)`, got `(?P<got>[^`]*)`"),
        "request.kind",
        "{field} must be {kind}, not {got}",
    ),
)


def refusal_of(error: msgspec.DecodeError) -> DomainError:
    """Translate msgspec's error: `BadRequest` for text that is no JSON, else `Invalid` with the field in `ids`."""
    if not isinstance(error, msgspec.ValidationError):
        return BadRequest("The request is not JSON.", code="request.not_json")
    at = _AT.search(str(error))
    path = at.group(1).lstrip(".") if at else ""
    text = _AT.sub("", str(error))
    for pattern, code, words in _TABLE:
        if found := pattern.search(text):
            named = {"field": path, "expected": "", **found.groupdict()}
            if not found.groupdict().get("field"):
                named["field"] = path or "the request"
            name = named["field"].split(".")[-1].split("[")[0]
            named["expected"] = EXPECTED.get(name, "in another form")
            sentence = words.format(**named)
            return Invalid(sentence[0].upper() + sentence[1:] + ".", code=code, field=named["field"])
    return Invalid(text + ".", code="request.invalid", field=path)
