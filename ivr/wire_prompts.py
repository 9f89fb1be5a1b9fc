"""Shapes on the wire of prompts: what is recorded, what is said, what became of a recording."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from cti.web.shapes import Answer, Wire

PromptText = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00]*$(?!\n)")]
"""PostgreSQL cannot keep NUL."""


class OwnPrompt(Answer, kw_only=True):
    """A recording of the company's own. `text`: what is said, as far as somebody wrote it down."""

    id: int
    is_in_force: bool
    is_there: bool
    """Its file is; else callers hear the shipped one."""
    length_s: float
    text: str
    source: str
    """`upload` or `phone`."""
    made_at: datetime
    made_by: str


class PromptView(Answer, kw_only=True):
    """A prompt in one language. `voices`: shipped recordings (`female`, `male`); empty: only own ones."""

    name: str
    language: str
    text: str
    """What callers hear now."""
    shipped_text: str
    voices: dict[str, float]
    """voice -> seconds"""
    own: list[OwnPrompt]
    used_by: list[str]
    """Flows in force and drafts that say it; `dialplan` for what is said without the service."""


class PromptList(Answer, kw_only=True):
    """GET /api/prompts. With those that flows name and nobody has recorded."""

    prompts: list[PromptView]
    takes_all_formats: bool
    """Else WAV only: ffmpeg is not installed."""


class PromptMade(Answer, kw_only=True):
    """Answer to an upload or a recording by phone: what became of it."""

    prompt: PromptView
    level_dbfs: float
    peak_dbfs: float
    trimmed_s: float


class PromptUpload(Wire, kw_only=True):
    """POST /api/prompts/{language}/{name}/upload: the file is the body, as it is, 20 MB at most."""

    text: Annotated[str, Meta(max_length=500)] = ""
    """Stands in the address, whose line may have 8 kB; a longer text is set afterwards."""


class PromptChoice(Wire, kw_only=True):
    """POST /api/prompts/{language}/{name}/in-force: an own recording, or 0 for the shipped one."""

    id: int


class PromptTextIn(Wire, kw_only=True):
    """PUT /api/prompts/{language}/{name}/text: what is said in the own recording in force."""

    text: PromptText


class PromptByPhone(Wire, kw_only=True):
    """POST /api/prompts/{language}/{name}/by-phone: ring this agent's telephone and record there."""

    agent_id: Annotated[str, Meta(max_length=20)]
    text: PromptText = ""


class PhoneTake(Answer, kw_only=True):
    """A recording by phone on its way; GET /api/prompt-takes/{id} says how far it is.

    `state`: `ringing`, `recording`, `checking`, `made`, `failed`; `code` and `text` say why it failed.
    """

    id: str
    state: str
    code: str
    text: str
    made: PromptMade | None
