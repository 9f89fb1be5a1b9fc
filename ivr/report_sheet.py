"""The menu's days as a sheet."""

from __future__ import annotations

from collections.abc import Iterable

from cti.web.sheet import BYTE_ORDER_MARK, line
from ivr.wire_left import MenuDay

REASONS = ("lines", "closed", "full", "nobody", "blocked", "guard", "refused_full", "refused_empty")
HEADS = {
    "zh": (
        "日期", "热线", "来电", "菜单内办结", "办结后24小时内再来电", "转人工", "菜单内挂断", "线路占满", "非工作时间",
        "排队已满", "无人值守", "已拦截", "未应答", "队列已满", "队列无人", "失联兜底", "听完录音告知",
        "菜单用时中位数(秒)",
    ),
    "en": (
        "Day", "Hotline", "Calls", "Contained", "Called again within 24 h", "To a queue", "Hung up in the menu",
        "All lines busy", "Closed", "Full", "Nobody there", "Blocked", "Not led", "Queue full", "Queue empty",
        "Fell back", "Notice heard", "Median seconds in the menu",
    ),
}  # fmt: skip


def sheet(days: Iterable[MenuDay], language: str) -> str:
    """All rows, with the mark that says UTF-8."""
    rows = [line(HEADS.get(language, HEADS["zh"]))]
    for day in days:
        counts = [day.calls, day.contained, day.called_again, day.to_queue, day.hung_up]
        counts += [day.refused.get(reason, 0) for reason in REASONS]
        counts += [day.fell_back, day.notice_heard]
        rows.append(line((day.day.isoformat(), day.hotline, *map(str, counts), f"{day.menu_s:g}")))
    return BYTE_ORDER_MARK + "".join(rows)
