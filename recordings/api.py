"""Routes of recordings: what there is of a call, and listening to it (P-5)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from cti.domain.errors import Conflict, NotAllowed, NotFound
from cti.domain.ids import AgentId
from cti.domain.roles import Right, may
from cti.store.audit import record_audit
from cti.store.work import Database
from cti.web.problem import TooMany
from cti.web.routes import Ask, route
from recordings.audio import Shelf, Sound, look_at
from recordings.store import Segment, list_segments
from recordings.wire import RecordedPart, RecordedParts

AUDIT_AGAIN = timedelta(minutes=10)
"""A player asks for a file in many pieces: one row in the audit for each person, call and this time."""
MOST_WAITING = 8


class RecordingRoutes:
    """/api/calls/{call_id}/recordings. `shows_call`: whether an agent has that call on a pop before him."""

    def __init__(
        self,
        *,
        database: Database,
        folder: Path,
        shelf: Shelf,
        shows_call: Callable[[AgentId | None, str], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._folder = folder
        self._shelf = shelf
        self._shows_call = shows_call
        self._clock = clock
        self._heard: dict[tuple[int, str], datetime] = {}
        self._turn = asyncio.Lock()
        self._waiting = 0

    @route("GET", "/api/calls/{call_id}/recordings", Right.LISTEN_RECORDINGS, Right.SET_OWN_MODE)
    async def list(self, ask: Ask, call_id: str) -> RecordedParts:
        """The recorded stretches of a call. For who may listen to all, or serves that customer now."""
        self._check(ask, call_id)
        async with self._database.look() as session:
            segments = await list_segments(session, call_id)
        parts = []
        for segment in segments:
            sound = await asyncio.to_thread(look_at, self._folder, segment.name)
            state = "writing" if segment.is_last_of_live else sound.state
            parts.append(
                RecordedPart(
                    part=segment.part,
                    started_at=segment.started_at,
                    duration_s=round(sound.duration_s, 3),
                    state=state,
                )
            )
        return RecordedParts(call_id=call_id, parts=parts)

    @route(
        "GET",
        "/api/calls/{call_id}/recordings/{part}",
        Right.LISTEN_RECORDINGS,
        Right.SET_OWN_MODE,
        content="audio/wav",
    )
    async def play(self, ask: Ask, call_id: str, part: int) -> web.StreamResponse:
        """One stretch as stereo WAV, the customer on the left; takes HTTP ranges. Audited before it is heard."""
        self._check(ask, call_id)
        async with self._database.look() as session:
            segments = await list_segments(session, call_id)
        segment = next((one for one in segments if one.part == part), None)
        if segment is None:
            raise NotFound("There is no such recording.", code="recording.unknown", call_id=call_id, part=part)
        sound = await asyncio.to_thread(look_at, self._folder, segment.name)
        _check_sound(segment, sound)
        await self._audit(ask, call_id, part)
        path = await self._made_ready(sound)
        headers = {"Content-Type": "audio/wav", "Cache-Control": "private, no-store"}
        return web.FileResponse(path, headers=headers)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _check(self, ask: Ask, call_id: str) -> None:
        actor = ask.actor
        if not may(actor.role, Right.LISTEN_RECORDINGS) and not self._shows_call(actor.agent_id, call_id):
            raise NotAllowed("You may not listen to this call.", code="recording.not_yours", call_id=call_id)

    async def _made_ready(self, sound: Sound) -> Path:
        # One at a time: joining an hour takes all of a core for seconds and a few hundred megabytes.
        if self._waiting >= MOST_WAITING:
            raise TooMany("Too many recordings are being made ready.", after_s=5, code="recording.busy")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(self._shelf.get, sound)
        finally:
            self._waiting -= 1

    async def _audit(self, ask: Ask, call_id: str, part: int) -> None:
        now, key = self._clock(), (ask.signed_in.account.account_id, call_id)
        self._heard = {one: at for one, at in self._heard.items() if now - at < AUDIT_AGAIN}
        if key in self._heard:
            return
        async with self._database.work() as work:
            await record_audit(
                work.session, ask.actor, "recording.play", at=now, about=f"call:{call_id}", details={"part": part}
            )
        self._heard[key] = now


def _check_sound(segment: Segment, sound: Sound) -> None:
    if segment.is_last_of_live:
        raise Conflict("The call goes on. Listen a little later.", code="recording.writing")
    if sound.state == "missing":
        raise NotFound("The recording's file is not there.", code="recording.missing", part=segment.part)
    if sound.state == "empty":
        raise NotFound("There is no sound in this recording.", code="recording.empty", part=segment.part)
    if sound.state == "damaged":
        raise Conflict("The recording's file is damaged.", code="recording.damaged", part=segment.part)
