"""Routes of prompts: listening, own recordings by file and by telephone, which one callers hear."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from aiohttp import web

from cti.domain.errors import Invalid, NotFound
from cti.domain.roles import Right
from cti.web.routes import Ask, route
from cti.web.upload import save_body
from ivr.api.prompt_views import list_views, view_of
from ivr.own_prompts.by_phone import PhoneTakes, Recorded
from ivr.own_prompts.keeper import OwnPrompts
from ivr.own_prompts.listen import wav_of
from ivr.own_prompts.sound import Sound
from ivr.own_prompts.workbench import Workbench
from ivr.wire_prompts import (
    PhoneTake,
    PromptByPhone,
    PromptChoice,
    PromptList,
    PromptMade,
    PromptTextIn,
    PromptUpload,
    PromptView,
)

MOST_BYTES = 20 * 1024**2
UPLOAD_LIMIT_S = 120.0
LANGUAGES = ("zh", "en")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

Uses = Mapping[tuple[str, str], Sequence[str]]
"""(language, prompt) -> the flows that say it."""


class PromptRoutes:
    """/api/prompts. `uses`: who says what at this moment."""

    def __init__(
        self,
        *,
        prompts: OwnPrompts,
        workbench: Workbench,
        takes: PhoneTakes,
        uses: Callable[[], Awaitable[Uses]],
    ) -> None:
        self._prompts = prompts
        self._workbench = workbench
        self._takes = takes
        self._uses = uses

    @route("GET", "/api/prompts", Right.SEE_FLOWS)
    async def list(self, ask: Ask) -> PromptList:
        """Every prompt with its recordings, and those that flows name and nobody has recorded."""
        views = list_views(self._prompts, await self._uses())
        return PromptList(prompts=views, takes_all_formats=shutil.which("ffmpeg") is not None)

    @route("GET", "/api/prompts/{language}/{name}/sound/{voice}", Right.SEE_FLOWS, content="audio/wav")
    async def play(self, ask: Ask, language: str, name: str, voice: str) -> web.StreamResponse:
        """A recording as WAV: `female` or `male` for a shipped one, else the id of an own one."""
        path = self._path_of(language, name, voice)
        try:
            sound = await asyncio.to_thread(wav_of, path)
        except OSError as missing:
            raise NotFound("The recording's file is not there.", code="prompt.no_file") from missing
        return web.Response(body=sound, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    @route("POST", "/api/prompts/{language}/{name}/upload", Right.EDIT_FLOWS, takes_file=True)
    async def upload(self, ask: Ask, language: str, name: str, query: PromptUpload) -> PromptMade:
        """Take a file of any common format. Callers hear it at once; why it is refused has words."""
        _check(language, name)
        with self._workbench.file() as source:
            await save_body(ask.request, source, most_bytes=MOST_BYTES, limit_s=UPLOAD_LIMIT_S)
            sound = await self._workbench.finish(source)
        await self._prompts.add(ask.actor, name, language, sound, source="upload", text=query.text)
        return await self._made(language, name, sound)

    @route("POST", "/api/prompts/{language}/{name}/by-phone", Right.EDIT_FLOWS, status=202)
    async def by_phone(self, ask: Ask, language: str, name: str, body: PromptByPhone) -> PhoneTake:
        """Ring an agent's telephone: what is said after the tone becomes the recording callers hear."""
        _check(language, name)
        take_id = await self._takes.begin(ask.actor, name, language, body.agent_id, body.text)
        return await self._take(self._takes.get(take_id))

    @route("GET", "/api/prompt-takes/{take}", Right.EDIT_FLOWS)
    async def show_take(self, ask: Ask, take: str) -> PhoneTake:
        """How far a recording by telephone is."""
        return await self._take(self._takes.get(take))

    @route("POST", "/api/prompts/{language}/{name}/in-force", Right.EDIT_FLOWS)
    async def choose(self, ask: Ask, language: str, name: str, body: PromptChoice) -> PromptView:
        """Let callers hear another recording, 0 for the shipped one. Calls under way keep theirs."""
        _check(language, name)
        await self._prompts.choose(ask.actor, name, language, body.id)
        return await self._view(language, name)

    @route("PUT", "/api/prompts/{language}/{name}/text", Right.EDIT_FLOWS)
    async def set_text(self, ask: Ask, language: str, name: str, body: PromptTextIn) -> PromptView:
        """Write down what the own recording in force says."""
        _check(language, name)
        await self._prompts.set_text(ask.actor, name, language, body.text)
        return await self._view(language, name)

    @route("DELETE", "/api/prompts/{language}/{name}/own/{one}", Right.EDIT_FLOWS, status=204)
    async def delete(self, ask: Ask, language: str, name: str, one: int) -> None:
        """Delete an own recording. Was it in force, callers hear the shipped one."""
        _check(language, name)
        await self._prompts.delete(ask.actor, name, language, one)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _path_of(self, language: str, name: str, voice: str) -> Path:
        shipped = self._prompts.book.voices_of(name, language).get(voice)
        if shipped is not None:
            return shipped.path
        own = (one for one in self._prompts.recordings if (one.language, one.name) == (language, name))
        found = next((one for one in own if str(one.id) == voice), None)
        if found is None:
            raise NotFound("There is no such recording of this prompt.", code="prompt.no_recording")
        return self._prompts.path_of(found)

    async def _view(self, language: str, name: str) -> PromptView:
        return view_of(self._prompts, (language, name), await self._uses())

    async def _made(self, language: str, name: str, sound: Sound) -> PromptMade:
        return PromptMade(
            prompt=await self._view(language, name),
            level_dbfs=sound.level_dbfs,
            peak_dbfs=sound.peak_dbfs,
            trimmed_s=sound.trimmed_s,
        )

    async def _take(self, one: Recorded) -> PhoneTake:
        refusal = one.take.refusal
        return PhoneTake(
            id=one.take.channel_id,
            state=one.take.state,
            code="" if refusal is None else refusal.code,
            text="" if refusal is None else refusal.message,
            made=await self._made(one.language, one.name, one.sound[0]) if one.sound else None,
        )


def _check(language: str, name: str) -> None:
    if language not in LANGUAGES:
        raise Invalid("Prompts are Mandarin (zh) or English (en).", code="prompt.language")
    if not _NAME.fullmatch(name):
        text = "A prompt's name has small letters, digits, dashes and underscores, 40 at most."
        raise Invalid(text, code="prompt.name")
