"""Routes of messages callers left: listed, heard, worked, called back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from cti.desk import Desk
from cti.domain.errors import Conflict, NotFound
from cti.domain.phone import masked
from cti.domain.roles import Right, Role, may
from cti.store.audit import record_audit
from cti.store.work import Database
from cti.web.routes import Ask, route
from cti.web.wire import Accepted
from ivr.message_files import DAMAGED, EMPTY, MISSING, MessageFile, MessageShelf
from ivr.message_news import MessageNews
from ivr.store import messages as store
from ivr.store.messages import StoredMessage
from ivr.wire_left import MessageBrief, MessageChange, MessagePage

AUDIT_AGAIN = timedelta(minutes=10)
"""A player asks for a file in many pieces: one row in the audit for each person, message and this time."""


class MessageQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the list is narrowed to."""

    state: Literal["", "new", "taken", "done"] = ""
    box: Annotated[str, Meta(max_length=40)] = ""
    before: Annotated[str, Meta(max_length=250)] = ""


class MessageRoutes:
    """/api/messages. An agent has the boxes of the queues he serves: those of others are not there for him."""

    def __init__(
        self,
        *,
        database: Database,
        shelf: MessageShelf,
        news: MessageNews,
        desk: Desk,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._news = news
        self._desk = desk
        self._clock = clock
        self._heard: dict[tuple[int, str], datetime] = {}

    @route("GET", "/api/messages", Right.WORK_MESSAGES)
    async def list(self, ask: Ask, query: MessageQuery) -> MessagePage:
        """Messages, newest first, 50 a page; and how many nobody has taken yet. Numbers are masked for agents."""
        boxes = _boxes(ask)
        async with self._database.look() as session:
            page = await store.list_messages(
                session, boxes=boxes, state=query.state, box=query.box, before=query.before
            )
            new_count = await store.count_new(session, boxes)
        names = [one.name for one in page.messages]
        files = await asyncio.to_thread(lambda: [self._shelf.look_at(name) for name in names])
        briefs = [_brief(ask, one, file) for one, file in zip(page.messages, files, strict=True)]
        return MessagePage(messages=briefs, new_count=new_count, next_before=page.next)

    @route("PUT", "/api/messages/{name}", Right.WORK_MESSAGES)
    async def change(self, ask: Ask, name: str, body: MessageChange) -> MessageBrief:
        """Take a message, or lay it down again, or say that it is done; with a note."""
        async with self._database.work() as work:
            await store.get_message(work.session, name, boxes=_boxes(ask))
            await store.change_message(
                work.session,
                name,
                body.version,
                state=body.state,
                note=body.note,
                at=self._clock(),
                by=ask.signed_in.account.name,
            )
            details = {"state": body.state}
            await record_audit(
                work.session, ask.actor, "message.change", at=self._clock(), about=f"message:{name}", details=details
            )
            changed = await store.get_message(work.session, name)
            work.after_commit(self._news.tell)
        return _brief(ask, changed, await asyncio.to_thread(self._shelf.look_at, name))

    @route("GET", "/api/messages/{name}/sound", Right.WORK_MESSAGES, content="audio/wav")
    async def play(self, ask: Ask, name: str) -> web.StreamResponse:
        """The message as WAV; takes HTTP ranges. Audited before it is heard."""
        await self._get(ask, name)
        file = await asyncio.to_thread(self._shelf.look_at, name)
        _check_file(file, name)
        await self._audit_play(ask, name)
        assert file.wav is not None
        path = await asyncio.to_thread(self._shelf.playable, file.wav)
        headers = {"Content-Type": "audio/wav", "Cache-Control": "private, no-store"}
        return web.FileResponse(path, headers=headers)

    @route("POST", "/api/messages/{name}/call", Right.CALL_OUT, status=202)
    async def call(self, ask: Ask, name: str) -> Accepted:
        """Call who left it; the number need not be shown."""
        message = await self._get(ask, name)
        if not message.caller_number:
            raise Conflict("This caller has withheld the number.", code="dial.withheld", name=name)
        dialled = await self._desk.dial(ask.actor, message.caller_number, source=f"message:{name}")
        return Accepted(command_id=dialled.command_id, call_id=dialled.call_id)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _get(self, ask: Ask, name: str) -> StoredMessage:
        async with self._database.look() as session:
            return await store.get_message(session, name, boxes=_boxes(ask))

    async def _audit_play(self, ask: Ask, name: str) -> None:
        now, key = self._clock(), (ask.signed_in.account.account_id, name)
        self._heard = {one: at for one, at in self._heard.items() if now - at < AUDIT_AGAIN}
        if key in self._heard:
            return
        async with self._database.work() as work:
            await record_audit(work.session, ask.actor, "message.play", at=now, about=f"message:{name}")
        self._heard[key] = now


def _boxes(ask: Ask) -> tuple[str, ...] | None:
    return ask.signed_in.account.queues if ask.actor.role is Role.AGENT else None


def _brief(ask: Ask, one: StoredMessage, file: MessageFile) -> MessageBrief:
    is_whole = may(ask.actor.role, Right.SEE_NUMBERS)
    return MessageBrief(
        name=one.name,
        call_id=one.call_id,
        box=one.box,
        hotline=one.hotline,
        number=one.caller_number if is_whole else masked(one.caller_number),
        left_at=one.left_at,
        length_s=one.length_s,
        state=one.state,
        note=one.note,
        version=one.version,
        changed_at=one.changed_at,
        changed_by=one.changed_by,
        is_playable=file.wav is not None,
    )


def _check_file(file: MessageFile, name: str) -> None:
    if file.state == MISSING:
        raise NotFound("The message's file is not there.", code="message.missing", name=name)
    if file.state == EMPTY:
        raise NotFound("There is no sound in this message.", code="message.empty", name=name)
    if file.state == DAMAGED:
        raise Conflict("The message's file is damaged.", code="message.damaged", name=name)
