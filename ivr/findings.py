"""What the check page says of systems outside that menus ask, and of files of messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from cti.domain.findings import Finding, Level
from cti.store.work import Database
from ivr.message_files import MessageShelf
from ivr.store.messages import known_names
from ivr.webhook import Webhooks

SETTLED = timedelta(minutes=15)
"""A file younger than this may still be recorded, or its row on the way."""
SHOWN_FILES = 20


def webhook_findings(webhooks: Webhooks) -> Iterable[Finding]:
    """Webhooks whose last answer was none, or not what was asked for."""
    for code, trouble in webhooks.troubles.items():
        text = f"the webhook {code} failed {trouble.count} times, the last time because {trouble.reason}"
        fix = "Callers go on by the node's way for failures. See whether the system answers at the address of its rule."
        yield Finding(code="webhook.failing", level=Level.WARN, text=text, fix=fix, about=code)


async def message_findings(database: Database, shelf: MessageShelf, now: datetime) -> Iterable[Finding]:
    """Files in the folder of messages that belong to no call: nobody would ever hear them. None is touched."""
    names = await asyncio.to_thread(shelf.names, now - SETTLED)
    async with database.look() as session:
        unknown = sorted(names - await known_names(session, names))
    if not unknown:
        return []
    shown = ", ".join(unknown[:SHOWN_FILES])
    text = f"{len(unknown)} files in {shelf.folder} belong to no message: {shown}"
    fix = "Listen to them: a caller may have left them while the service was down. Then take them away."
    return [Finding(code="message.orphan", level=Level.WARN, text=text, fix=fix, about=shown)]
