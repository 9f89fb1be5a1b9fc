"""The check page, repairs, health, metrics."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from cti.domain.commands import AddMember
from cti.domain.events import Ticked
from cti.domain.findings import Finding, Level
from cti.domain.roles import Role
from cti.store.work import Database
from cti.web.audit_watch import AuditWatch
from tests.web.house import House, opened


async def finds_bad() -> list[Finding]:
    return [Finding(code="asterisk.old", level=Level.BAD, text="Asterisk 22.4 has known holes.", fix="Update it.")]


async def breaks() -> list[Finding]:
    raise RuntimeError("no such file")


async def test_findings_come_worst_first_and_a_broken_check_hides_no_other(database: Database, tmp_path: Path) -> None:
    async def fine() -> list[Finding]:
        return [Finding(code="ok", level=Level.OK, text="All is well.")]

    async with opened(database, tmp_path, checks=[fine, breaks, finds_bad]) as house:
        browser = await house.signed_in(Role.SUPERVISOR)
        report = (await browser.ask("GET", "/api/check")).body
    assert [one["code"] for one in report["findings"]] == ["asterisk.old", "check.failed", "audit.unread", "ok"]
    assert report["findings"][1]["level"] == "unknown"
    assert "no such file" in report["findings"][1]["text"]
    assert {"code": "link.lag", "value": 0.004, "unit": "s"} in report["gauges"]


async def test_a_check_that_never_answers_is_a_finding(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.web.check._LIMIT_S", 0.05)

    async def hangs() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    async with opened(database, tmp_path, checks=[hangs]) as house:
        browser = await house.signed_in(Role.SUPERVISOR)
        (finding, *_) = (await browser.ask("GET", "/api/check")).body["findings"]
    assert finding["level"] == "unknown"
    assert "hangs" in finding["about"]


async def test_a_changed_audit_row_is_a_red_finding(house: House, caplog: pytest.LogCaptureFixture) -> None:
    supervisor = await house.signed_in(Role.SUPERVISOR)
    for _ in range(3):
        await supervisor.ask("POST", "/api/test-calls", {"key": "1"})
    watch = AuditWatch(house.database)
    assert [one.level for one in await watch.check()] == [Level.UNKNOWN]
    with caplog.at_level(logging.INFO):
        assert await watch.look()
    assert [one.level for one in await watch.check()] == [Level.OK]
    assert caplog.records[-1].head == watch.report.head  # type: ignore[attr-defined, union-attr]
    async with house.database.work() as work:
        await work.session.execute(text("drop trigger audit_no_update"))
        await work.session.execute(text("update audit set login = 'somebody' where id = 2"))
    assert await watch.look()
    (finding,) = await watch.check()
    assert (finding.level, finding.about) == (Level.BAD, "2")


async def test_the_audit_log_is_read_at_start(house: House) -> None:
    supervisor = await house.signed_in(Role.SUPERVISOR)
    running = asyncio.ensure_future(house.web.run())

    async def codes() -> list[str]:
        return [one["code"] for one in (await supervisor.ask("GET", "/api/check")).body["findings"]]

    for _ in range(200):
        if "audit.whole" in await codes():
            break
    running.cancel()
    assert "audit.whole" in await codes()


async def test_a_difference_is_repaired_by_a_command(house: House) -> None:
    supervisor = await house.signed_in(Role.SUPERVISOR)
    house.know("1001", "complaints")
    house.boot()
    await supervisor.ask("PUT", "/api/agents/1001/mode", {"mode": "ready"})
    key = await difference(house)
    answer = await supervisor.ask("POST", f"/api/check/repair/{key.replace('/', '%2F')}", {})
    assert answer.status == 202, answer.body
    (sent,) = house.switch.sent
    assert isinstance(sent, AddMember)
    assert sent.device == "PJSIP/1001"
    assert (await supervisor.ask("POST", "/api/check/repair/drift:none:x", {})).code == "drift.gone"


async def difference(house: House) -> str:
    for _ in range(20):
        house.clock.advance(1)
        house.line.submit(Ticked(at=house.clock()))
        if house.line.floor.differences:
            return next(iter(house.line.floor.differences))
    raise AssertionError("no difference was found")


# --- health ---------------------------------------------------------------------------------------------------------


async def test_alive_says_nothing_about_the_switch(house: House) -> None:
    assert (await house.browser().ask("GET", "/healthz")).status == 200


async def test_ready_when_database_and_switch_are_there(house: House) -> None:
    answer = await house.browser().ask("GET", "/readyz")
    assert answer.status == 503
    assert list(answer.body["missing"]) == ["switch"]
    house.boot()
    assert (await house.browser().ask("GET", "/readyz")).status == 200
    house.switch.go_away("cut by a digger")
    answer = await house.browser().ask("GET", "/readyz")
    assert answer.body["missing"] == {"switch": "cut by a digger"}


async def test_not_ready_without_the_database_and_while_stopping(house: House) -> None:
    house.boot()
    engine, house.database._engine = house.database._engine, None
    assert list((await house.browser().ask("GET", "/readyz")).body["missing"]) == ["database"]
    house.database._engine = engine
    await house.web.stop()
    assert (await house.browser().ask("GET", "/readyz")).body["missing"] == {"service": "stopping"}


async def test_metrics_are_for_this_machine_or_for_who_is_signed_in(house: House) -> None:
    browser = house.browser()
    assert (await browser.ask("GET", "/metrics")).status == 200
    through_proxy = {"X_Forwarded_For": "203.0.113.9"}
    assert (await browser.ask("GET", "/metrics", **through_proxy)).status == 404
    browser = await house.signed_in(Role.ADMINISTRATOR)
    assert (await browser.ask("GET", "/metrics", **through_proxy)).status == 200


async def test_metrics_have_few_labels_whatever_is_asked(house: House) -> None:
    browser = await house.signed_in(Role.SUPERVISOR)
    for number in range(30):
        await browser.ask("GET", f"/api/calls/hx-{number}.1")
        await browser.ask("GET", f"/page/{number}")
        await browser.ask("GET", f"/api/nothing/{number}")
        await browser.ask("BREW", "/api/calls")
    text = str((await browser.ask("GET", "/metrics")).body)
    assert 'hotline_http_requests_total{route="/api/calls/{call_id}",status="404"} 30.0' in text
    assert 'hotline_gauge{code="link.lag",unit="s"} 0.004' in text
    assert "hx-1" not in text
    assert "page/1" not in text
    assert len([line for line in text.splitlines() if line.startswith("hotline_http_requests_total")]) < 10
