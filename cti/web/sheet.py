"""Sheets: RFC 4180 text that no spreadsheet takes for formulas (security 6.6)."""

from __future__ import annotations

from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take Chinese for another encoding."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠")


def cell(value: str) -> str:
    """One cell: quoted, and led by an apostrophe when it would begin a formula (ASVS 1.2.10)."""
    text = f"'{value}" if value.startswith(_FORMULA) else value
    return '"' + text.replace('"', '""').replace("\0", "") + '"'


def line(values: Iterable[str]) -> str:
    """One row with its line end."""
    return ",".join(cell(value) for value in values) + "\r\n"
