"""Public holidays of China with their make-up workdays, as announced: what the calendar begins with.

Source: notice of the State Council's General Office on the holidays of 2026 (国办发明电〔2025〕7号, 4 November 2025).
A year is added here, or by the supervisor on the hours page, when its notice is out; none is ever worked out ahead.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Holiday(NamedTuple):
    """One holiday: its first and last day, and the weekend days that are worked for it."""

    zh: str
    en: str
    first: date
    last: date
    workdays: tuple[date, ...] = ()


HOLIDAYS: tuple[Holiday, ...] = (
    Holiday("元旦", "New Year", date(2026, 1, 1), date(2026, 1, 3), (date(2026, 1, 4),)),
    Holiday("春节", "Spring Festival", date(2026, 2, 15), date(2026, 2, 23), (date(2026, 2, 14), date(2026, 2, 28))),
    Holiday("清明节", "Qingming", date(2026, 4, 4), date(2026, 4, 6)),
    Holiday("劳动节", "Labour Day", date(2026, 5, 1), date(2026, 5, 5), (date(2026, 5, 9),)),
    Holiday("端午节", "Dragon Boat Festival", date(2026, 6, 19), date(2026, 6, 21)),
    Holiday("中秋节", "Mid-Autumn Festival", date(2026, 9, 25), date(2026, 9, 27)),
    Holiday("国庆节", "National Day", date(2026, 10, 1), date(2026, 10, 7), (date(2026, 9, 20), date(2026, 10, 10))),
)
