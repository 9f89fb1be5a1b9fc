"""What all shapes on the wire are made of: texts with their limits, requests, answers."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

# Python: `$` also fits before a line break at the end, so every pattern here refuses that one as well.
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^(?=.*\S)[^\x00-\x1f\x7f-\x9f]+$(?!\n)")]
Login = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{2,40}$(?!\n)")]
AgentNumber = Annotated[str, Meta(pattern=r"^[0-9]{3,6}$(?!\n)")]
Target = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,40}$(?!\n)")]
CallRef = Annotated[str, Meta(max_length=150, pattern=r"^[^\x00-\x1f]*$(?!\n)")]
"""The id of a call, as Asterisk made it. PostgreSQL cannot even look for a text with NUL in it."""
Password = Annotated[str, Meta(min_length=10, max_length=200)]


class Wire(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A request body. Unknown fields are refused."""


class Answer(msgspec.Struct, kw_only=True):
    """A response body."""
