"""What every table shares: names of constraints, instants with time zone, durations as whole milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on both databases. A naive value is refused: it would be somebody's local time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive instant {value!r}")
        at = value.astimezone(UTC)
        # SQLite keeps text: without zone and with six decimals it sorts as it should.
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")
"""Plain JSON values; structs are turned into builtins by `msgspec.to_builtins` first."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Counted by the database. SQLite counts only a plain INTEGER primary key."""


class Table(DeclarativeBase):
    """Base of all rows. Rows stay inside `cti.store`: what leaves it is a view or a frozen struct."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Instant, dict[str, Any]: Json, list[str]: Json}  # noqa: RUF012 - SQLAlchemy's


def ms(seconds: float | None) -> int | None:
    """Seconds as whole milliseconds, as durations are stored."""
    return None if seconds is None else round(seconds * 1000)


def seconds(milliseconds: int | None) -> float | None:
    """Stored milliseconds as seconds."""
    return None if milliseconds is None else milliseconds / 1000
