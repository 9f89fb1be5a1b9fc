"""Passwords: argon2id, in a thread, one at a time (OWASP: m=19456 KiB, t=2, p=1 at least)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cti.domain.errors import Invalid
from cti.web.problem import TooMany

T = TypeVar("T")

_WAITING_LIMIT = 32
"""Sign-ins that may wait for their turn. Each takes about 30 ms of one core; a longer line is an attack."""
_OBVIOUS = frozenset({"password", "hotline", "qwertyuiop", "asdfghjkl", "administrator", "0123456789", "1234567890"})


class Passwords:
    """Makes and checks hashes. Two cores also carry calls: never more than one hash at once."""

    def __init__(self, *, time_cost: int = 2, memory_kib: int = 19_456) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="password")
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """Return a new hash with its own salt."""
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def check(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Compare. Returns (fits, new hash to store when the parameters have grown).

        Without a stored hash it compares with nobody's, so that the answer takes the same time.
        """
        return await self._in_turn(lambda: self._compare(password, stored))

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _compare(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        if self._nobodys is None:
            self._nobodys = self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False, None
        if stored is None:
            return False, None
        return True, self._hasher.hash(password) if self._hasher.check_needs_rehash(stored) else None

    async def _in_turn(self, act: Callable[[], T]) -> T:
        if self._waiting >= _WAITING_LIMIT:
            raise TooMany("Too many people are signing in. Try again in a moment.", after_s=5, code="sign_in.busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, act)
        finally:
            self._waiting -= 1


def check_choice(password: str, *, login: str, name: str) -> None:
    """Refuse what is guessed first. Raises: Invalid `password.obvious`."""
    plain = password.casefold()
    core = _core(plain)
    known = {_core(login.casefold()), _core(name.casefold())} | _OBVIOUS
    is_run = len(set(plain)) <= 3
    if is_run or plain in _OBVIOUS or core in known or (core == "" and len(plain) < 14):
        raise Invalid(
            "This password is guessed too easily: take a few words.", code="password.obvious", field="password"
        )


def _core(text: str) -> str:
    """What is left without the digits and signs people put around a word."""
    return text.strip("0123456789!@#.-_ ")
