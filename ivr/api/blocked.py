"""Routes of the block list."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from cti.desk import Desk
from cti.domain.errors import Invalid
from cti.domain.ids import CallId
from cti.domain.phone import masked
from cti.domain.roles import Right, may
from cti.store.audit import record_audit
from cti.store.reads import get_call
from cti.store.work import Database
from cti.web.routes import Ask, route
from ivr.blocking import BlockList, unknown, withheld
from ivr.store.blocked import StoredBlock
from ivr.wire_left import BlockCaller, BlockedCaller, BlockedCallers


class BlockedRoutes:
    """/api/blocked. A number goes by a key that nobody can turn back: it is made with a secret of this run."""

    def __init__(self, *, database: Database, blocks: BlockList, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._blocks = blocks
        self._desk = desk
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    @route("GET", "/api/blocked", Right.BLOCK_CALLERS)
    async def list(self, ask: Ask) -> BlockedCallers:
        """Numbers that are not served now, newest first."""
        found = await self._blocks.list()
        return BlockedCallers(callers=[self._shown(ask, one, count) for one, count in found])

    @route("POST", "/api/blocked", Right.BLOCK_CALLERS, status=201)
    async def add(self, ask: Ask, body: BlockCaller) -> BlockedCallers:
        """Block a number, or the caller of a call, whose number need not be shown."""
        if bool(body.number) == bool(body.call_id):
            raise Invalid("Name a number or a call.", code="blocked.what")
        number = body.number or await self._number_of(body.call_id)
        async with self._database.work() as work:
            digits = await self._blocks.block(
                work, number, why=body.why, until=body.until, by=ask.signed_in.account.name
            )
            # Masked: no row leaves the audit, not even when a customer's data must go.
            details = {"number": masked(digits), "call_id": body.call_id}
            await record_audit(work.session, ask.actor, "caller.block", at=self._clock(), details=details)
        return await self.list(ask)

    @route("DELETE", "/api/blocked/{key}", Right.BLOCK_CALLERS)
    async def remove(self, ask: Ask, key: str) -> BlockedCallers:
        """Serve this number again."""
        digits = next((one.digits for one, _ in await self._blocks.list() if self._key(one.digits) == key), None)
        if digits is None:
            raise unknown()
        async with self._database.work() as work:
            await self._blocks.unblock(work, digits)
            details = {"number": masked(digits)}
            await record_audit(work.session, ask.actor, "caller.unblock", at=self._clock(), details=details)
        return await self.list(ask)

    # --- inside -----------------------------------------------------------------------------------------------------

    async def _number_of(self, call_id: str) -> str:
        call = self._desk.find_call(CallId(call_id))
        if call is None:
            async with self._database.look() as session:
                call = await get_call(session, call_id)
        if not call.caller_number:
            raise withheld(call_id)
        return call.caller_number

    def _key(self, digits: str) -> str:
        return hashlib.blake2b(digits.encode(), key=self._secret, digest_size=12).hexdigest()

    def _shown(self, ask: Ask, one: StoredBlock, refused_count: int) -> BlockedCaller:
        is_whole = may(ask.actor.role, Right.SEE_NUMBERS)
        return BlockedCaller(
            key=self._key(one.digits),
            number=one.digits if is_whole else masked(one.digits),
            why=one.why,
            until=one.until,
            blocked_at=one.at,
            blocked_by=one.by,
            refused_count=refused_count,
        )
