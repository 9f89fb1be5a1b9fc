"""Tickets as a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from cti.domain.rulebook import Department
from cti.web.sheet import BYTE_ORDER_MARK, line
from tickets.procedure import Procedures
from tickets.store.tickets import StoredTicket

HEADS = {
    "zh": (
        "工单号", "类型", "类别", "内容", "产品", "状态", "优先级", "责任部门", "来源", "客户", "联系人", "联系电话",
        "接收时间", "接收人", "应答复时间", "解决时间", "关闭时间", "处理结果",
    ),
    "en": (
        "Number", "Procedure", "Category", "Text", "Product", "State", "Priority", "Department", "Channel", "Customer",
        "Contact", "Contact number", "Received", "Received by", "Due", "Resolved", "Closed", "Answer",
    ),
}  # fmt: skip
WORDS = {
    "zh": {
        "new": "新建", "working": "处理中", "waiting": "等待", "resolved": "已解决", "closed": "已关闭", "low": "低",
        "normal": "普通", "high": "高", "urgent": "紧急", "phone": "电话", "letter": "信函", "fax": "传真",
        "e_mail": "邮件", "visit": "来访", "web": "网络",
    },
    "en": {
        "new": "New", "working": "Working", "waiting": "Waiting", "resolved": "Resolved", "closed": "Closed",
        "low": "Low", "normal": "Normal", "high": "High", "urgent": "Urgent", "phone": "Telephone", "letter": "Letter",
        "fax": "Fax", "e_mail": "E-mail", "visit": "Visit", "web": "Web",
    },
}  # fmt: skip


class TicketSheet:
    """Rows in one language, times in the hotline's zone."""

    def __init__(self, language: str, procedures: Procedures, departments: Sequence[Department], zone: tzinfo) -> None:
        self._language = language if language in HEADS else "zh"
        self._procedures = procedures
        self._departments: Mapping[str, Department] = {one.code: one for one in departments}
        self._zone = zone

    @property
    def head(self) -> str:
        """The first row, with the mark that says UTF-8."""
        return BYTE_ORDER_MARK + line(HEADS[self._language])

    def row(self, ticket: StoredTicket) -> str:
        """One ticket."""
        words = WORDS[self._language]
        procedure = self._procedures.find(ticket.procedure)
        category = procedure.find_category(ticket.category) if procedure else None
        return line(
            (
                ticket.number,
                self._named(procedure, ticket.procedure),
                self._named(category, ticket.category),
                ticket.text,
                ticket.product,
                words.get(ticket.state, ticket.state),
                words.get(ticket.priority, ticket.priority),
                self._named(self._departments.get(ticket.department), ticket.department),
                words.get(ticket.channel, ticket.channel),
                ticket.customer_name,
                ticket.contact_name,
                ticket.contact_number,
                self._time(ticket.received_at),
                ticket.received_by,
                self._time(ticket.due_at),
                self._time(ticket.resolved_at),
                self._time(ticket.closed_at),
                ticket.answer,
            )
        )

    def cut(self, most: int) -> str:
        """The last row of a sheet that does not hold all."""
        texts = {"zh": f"只导出前 {most} 条，请缩小范围。", "en": f"Only the first {most} rows. Narrow the list."}
        return line([texts[self._language]])

    def _named(self, thing: object, code: str) -> str:
        return str(getattr(thing, self._language, code))

    def _time(self, at: datetime | None) -> str:
        return "" if at is None else at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")
