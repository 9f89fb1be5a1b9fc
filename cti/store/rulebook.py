"""The rulebook in force: read at start, changed while the service runs, told to the floor after each commit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from cti.domain.events import Event, RulesChanged
from cti.domain.rulebook import Rule, Rulebook, check_change
from cti.store.options import list_options, set_option
from cti.store.work import Database, Work

log = logging.getLogger(__name__)

_KEY = "rules."
_KINDS: dict[str, type[Rule]] = {field.name: field.type for field in msgspec.structs.fields(Rulebook)}


class Rules:
    """Holds the rulebook. `submit` takes the floor's own rules whenever they are read or changed."""

    def __init__(self, database: Database, *, submit: Callable[[Event], None], clock: Callable[[], datetime]) -> None:
        self.book = Rulebook()
        self.versions: dict[str, int] = dict.fromkeys(_KINDS, 0)
        self.unreadable: tuple[str, ...] = ()
        """Rules whose stored value this version cannot read: their defaults are in force, the check page says so."""
        self._database = database
        self._submit = submit
        self._clock = clock

    async def load(self) -> None:
        """Read everything and tell the floor. Raises: DatabaseAway."""
        async with self._database.look() as session:
            options = await list_options(session)
        stored: dict[str, Any] = {}
        unreadable = []
        for name, kind in _KINDS.items():
            option = options.get(_KEY + name)
            if option is None:
                continue
            self.versions[name] = option.version
            try:
                stored[name] = msgspec.convert(option.value, kind)
            except msgspec.ValidationError as broken:
                log.error("rule %s cannot be read, its default is in force: %s", name, broken)
                unreadable.append(name)
        self.unreadable = tuple(unreadable)
        self._take(msgspec.structs.replace(self.book, **stored))

    async def change(self, work: Work, name: str, value: Rule, *, version: int, by: str) -> None:
        """Replace one rule from `version` on; in force once `work` is committed.

        Raises: Conflict `option.changed`; as `check_change`.
        """
        check_change(getattr(self.book, name), value)
        at, plain = self._clock(), msgspec.to_builtins(value)
        option = await set_option(work.session, _KEY + name, plain, version=version, at=at, by=by)

        def take() -> None:
            self.versions[name] = option.version
            self.unreadable = tuple(one for one in self.unreadable if one != name)
            self._take(msgspec.structs.replace(self.book, **{name: value}))

        work.after_commit(take)

    def _take(self, book: Rulebook) -> None:
        self.book = book
        self._submit(RulesChanged(at=self._clock(), rules=book.desk))
