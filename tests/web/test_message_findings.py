"""Files of messages that belong to no call, and webhooks in trouble, on the check page."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from cti.domain.rulebook import WebhookRules
from ivr.findings import SETTLED, message_findings, webhook_findings
from ivr.webhook import WebhookFailed, Webhooks
from tests.web.house import House
from tests.web.test_messages import left, write


async def test_a_file_that_belongs_to_no_call_is_named_and_stays(house: House) -> None:
    await left(house, "m1")
    old = (house.clock() - SETTLED - timedelta(seconds=1)).timestamp()
    for name in ("m1", "lost", "recording-now"):
        path = write(house.left.shelf.folder, name)
        if name != "recording-now":
            os.utime(path, (old, old))
    [found] = await message_findings(house.database, house.left.shelf, house.clock())
    assert (found.code, found.about) == ("message.orphan", "lost")
    assert (house.left.shelf.folder / "lost.wav").exists()


async def test_without_messages_there_is_nothing_to_find(house: House) -> None:
    assert list(await message_findings(house.database, house.left.shelf, house.clock())) == []


async def test_a_webhook_in_trouble_is_named_with_the_reason(house: House) -> None:
    hooks = Webhooks(rules=WebhookRules, secret="", clock=house.clock)
    for _ in range(2):
        with pytest.raises(WebhookFailed):
            await hooks.ask("order", {}, (), 1)
    [found] = webhook_findings(hooks)
    assert (found.code, found.about) == ("webhook.failing", "order")
    assert "2 times" in found.text
    assert "no such webhook" in found.text
