"""Routes of calls back that were promised: the list, taking one back, calling by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cti.desk import Desk
from cti.domain.phone import masked
from cti.domain.roles import Right, Role, may
from cti.store.audit import record_audit
from cti.store.work import Database, Work
from cti.web.routes import Ask, route
from cti.web.wire import Accepted
from ivr.promises.callbacks import Callbacks
from ivr.promises.promise import Promise
from ivr.store import callbacks as store
from ivr.wire_left import CallbackBrief, CallbackPage


class CallbackQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the list is narrowed to. `open`: something is left to be done."""

    state: Literal["open", "done"] = "open"
    before: Annotated[str, Meta(max_length=80)] = ""


class CallbackRoutes:
    """/api/callbacks. An agent has those of the queues he serves: those of others are not there for him."""

    def __init__(self, *, database: Database, callbacks: Callbacks, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._callbacks = callbacks
        self._desk = desk
        self._clock = clock

    @route("GET", "/api/callbacks", Right.WORK_MESSAGES)
    async def list(self, ask: Ask, query: CallbackQuery) -> CallbackPage:
        """Promises, newest first, 50 a page; and how many are open. Numbers are masked for agents."""
        return await self._page(ask, query)

    @route("DELETE", "/api/callbacks/{promise_id}", Right.WORK_MESSAGES)
    async def cancel(self, ask: Ask, promise_id: int) -> CallbackPage:
        """Take a promise back: the customer is not called any more. What is over stays as it was."""
        await self._get(ask, promise_id)

        async def audit(work: Work) -> None:
            about = f"callback:{promise_id}"
            await record_audit(work.session, ask.actor, "callback.cancel", at=self._clock(), about=about)

        await self._callbacks.cancel(promise_id, ask.signed_in.account.name, audit)
        return await self._page(ask, CallbackQuery())

    @route("POST", "/api/callbacks/{promise_id}/call", Right.CALL_OUT, status=202)
    async def call(self, ask: Ask, promise_id: int) -> Accepted:
        """Call the customer by hand; the number need not be shown. A talk with him settles the promise."""
        promise = await self._get(ask, promise_id)
        dialled = await self._desk.dial(ask.actor, promise.number, source=f"callback:{promise_id}")
        return Accepted(command_id=dialled.command_id, call_id=dialled.call_id)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _get(self, ask: Ask, promise_id: int) -> Promise:
        async with self._database.look() as session:
            return await store.get_promise(session, promise_id, _queues(ask))

    async def _page(self, ask: Ask, query: CallbackQuery) -> CallbackPage:
        queues = _queues(ask)
        async with self._database.look() as session:
            page = await store.list_promises(session, is_open=query.state == "open", queues=queues, before=query.before)
            open_count = await store.count_open(session, queues)
        briefs = [_brief(ask, promise) for promise in page.promises]
        return CallbackPage(callbacks=briefs, open_count=open_count, next_before=page.next)


def _queues(ask: Ask) -> tuple[str, ...] | None:
    return ask.signed_in.account.queues if ask.actor.role is Role.AGENT else None


def _brief(ask: Ask, promise: Promise) -> CallbackBrief:
    is_whole = may(ask.actor.role, Right.SEE_NUMBERS)
    return CallbackBrief(
        id=promise.id,
        call_id=promise.call_id,
        made_call_id=promise.made_call_id,
        number=promise.number if is_whole else masked(promise.number),
        hotline=promise.hotline,
        queue=promise.queue,
        asked_at=promise.asked_at,
        waits_since=promise.waits_since,
        state=promise.state,
        why=promise.why,
        changed_at=promise.changed_at,
        changed_by=promise.changed_by,
    )
