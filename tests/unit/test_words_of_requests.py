"""What is wrong with a request, in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cti.domain.errors import Invalid
from cti.web.problem import BadRequest
from cti.web.wire import FromBrowser, ModeChange, PasswordChange, PersonNew, SignIn, WrapUpChange
from cti.web.words import refusal_of


def refusal(text: bytes, kind: Any) -> tuple[str, str, str]:
    with pytest.raises(msgspec.DecodeError) as broken:
        msgspec.json.decode(text, type=kind)
    found = refusal_of(broken.value)
    return found.code, found.message, str(found.ids.get("field", ""))


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (b'{"login":"li"}', SignIn, ("request.missing", "Password is missing.", "password")),
        (b'{"a":1}', SignIn, ("request.unknown_field", "There is no field a.", "a")),
        (b'{"login":1}', SignIn, ("request.kind", "Login must be str, not int.", "login")),
        (b"[]", SignIn, ("request.kind", "The request must be object, not array.", "the request")),
        (
            b'{"login":"a b","password":""}',
            SignIn,
            ("request.format", "Login must be 2 to 40 letters, digits, dots, dashes or underscores.", "login"),
        ),
        (
            b'{"password":"short"}',
            PasswordChange,
            ("request.too_short", "Password is too short: at least 10.", "password"),
        ),
        (
            b'{"password":"' + b"x" * 201 + b'"}',
            PasswordChange,
            ("request.too_long", "Password is too long: at most 200.", "password"),
        ),
        (b'{"mode":"x"}', ModeChange, ("request.choice", "Mode cannot be 'x'.", "mode")),
        (
            b'{"action":"extend","extra_s":700}',
            WrapUpChange,
            ("request.range", "Extra_s must be <= 600.0.", "extra_s"),
        ),
        (
            b'{"login":"li","name":"x","role":"agent","queues":["A!"]}',
            PersonNew,
            (
                "request.format",
                "Queues[0] must be names of queues: small letters, digits, dashes, underscores.",
                "queues[0]",
            ),
        ),
        (b'{"type":"zz"}', FromBrowser, ("request.choice", "Type cannot be 'zz'.", "type")),
    ],
)
def test_a_refusal_names_the_field_and_what_it_takes(text: bytes, kind: Any, expected: tuple[str, str, str]) -> None:
    assert refusal(text, kind) == expected


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"{'a':1}"])
def test_what_is_no_json_is_not_well_formed(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError) as broken:
        msgspec.json.decode(text, type=SignIn)
    assert isinstance(refusal_of(broken.value), BadRequest)


def test_an_error_nobody_foresaw_is_still_a_refusal() -> None:
    found = refusal_of(msgspec.ValidationError("Something new - at `$.login`"))
    assert isinstance(found, Invalid)
    assert (found.code, found.message, found.ids) == ("request.invalid", "Something new.", {"field": "login"})
