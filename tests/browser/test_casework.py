"""Tickets, customers and rules in a real browser, against the whole system."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Crew
from tests.browser.system import Person, RunningSystem

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "\u202e<img src=x onerror=alert(1)>" + "王" * 40


async def enter(page: Page, system: RunningSystem, person: Person, path: str) -> None:
    """Sign in by password and go there."""
    await page.goto(f"{system.address}{path}")
    await page.locator("#login").fill(person.login)
    await page.locator("#password").fill(person.password)
    await page.get_by_test_id("sign-in").click()
    await page.wait_for_selector("header.bar")


async def test_a_letter_becomes_a_ticket_and_is_worked_to_its_end(
    system: RunningSystem, crew: Crew, page: Page
) -> None:
    """P-22, P-26: received by letter, edited while a colleague was faster, ended with words."""
    await enter(page, system, crew.first, "/tickets")
    await page.get_by_test_id("new-ticket").click()
    await page.locator("#new-procedure").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.get_by_test_id("new-text").fill(HOSTILE)
    await page.get_by_test_id("new-save").click()
    await expect(page.get_by_test_id("ticket-text")).to_have_text(HOSTILE)
    ticket = int(page.url.rsplit("/", 1)[1])

    await page.get_by_test_id("edit-ticket").click()
    seen = await crew.second.ask("GET", f"/api/tickets/{ticket}")
    await crew.second.ask("PATCH", f"/api/tickets/{ticket}", {"version": seen["version"], "product": "K2"})
    await page.get_by_test_id("edit-text").fill("leaks")
    await page.get_by_test_id("edit-save").click()
    await expect(page.get_by_test_id("edit-refused")).to_be_visible()
    await page.get_by_test_id("edit-save").click()
    await expect(page.get_by_test_id("ticket-text")).to_have_text("leaks")
    now = await crew.second.ask("GET", f"/api/tickets/{ticket}")
    assert (now["product"], now["text"], now["channel"]) == ("K2", "leaks", "letter")

    await page.get_by_test_id("move-closed").click()
    await page.get_by_test_id("move-go").click()
    await expect(page.get_by_test_id("move-refused")).to_be_visible()
    await page.get_by_test_id("move-words").fill("replaced")
    await page.get_by_test_id("move-go").click()
    await expect(page.get_by_test_id("move-working")).to_be_visible()
    assert (await crew.second.ask("GET", f"/api/tickets/{ticket}"))["state"] == "closed"


async def test_a_department_lands_on_its_tickets_and_sees_no_others(
    system: RunningSystem, crew: Crew, page: Page
) -> None:
    """P-20: handed to quality; finance does not learn of it."""
    ours = {"procedure": "complaint", "text": "scratched", "department": "quality", "channel": "letter"}
    await crew.first.ask("POST", "/api/tickets", ours)
    await crew.first.ask("POST", "/api/tickets", {**ours, "text": "billed twice", "department": "finance"})
    person = await system.hire(crew.admin, "quinn", "department", name="质量部", department="quality")
    await enter(page, system, person, "/")
    await expect(page.get_by_test_id("ticket-row").filter(has_text="scratched")).to_have_count(1)
    await expect(page.get_by_test_id("ticket-row").filter(has_text="billed twice")).to_have_count(0)
    await expect(page.get_by_test_id("nav-customers")).to_have_count(0)


async def test_a_customer_is_registered_found_and_shown_with_masked_numbers(
    system: RunningSystem, crew: Crew, page: Page
) -> None:
    """P-60, P-61."""
    await enter(page, system, crew.first, "/customers")
    await page.get_by_test_id("add-customer").click()
    await page.get_by_test_id("customer-name").fill(HOSTILE)
    await page.get_by_test_id("customer-numbers").fill("13800138000")
    await page.get_by_test_id("customer-save").click()
    await expect(page.get_by_test_id("customer-title")).to_have_text(HOSTILE)
    await expect(page.get_by_test_id("customer-number")).to_contain_text("*")
    await page.goto(f"{system.address}/customers")
    await page.get_by_test_id("customer-search").fill("王王")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("customer-row")).to_have_count(1)


async def test_a_rule_is_saved_and_a_colleague_who_was_faster_is_shown(
    system: RunningSystem, crew: Crew, page: Page
) -> None:
    """Both typed into the same rule: the second learns of it before he writes over it."""
    await enter(page, system, crew.supervisor, "/rules")
    card = page.get_by_test_id("rule-desk")
    field = card.locator("#rule-wrap_up_s")
    await field.fill("31")
    await page.keyboard.press("Tab")
    now = await crew.supervisor.ask("GET", "/api/rules")
    other = {**now["rules"]["desk"], "extension_s": 45}
    await crew.supervisor.ask("PUT", "/api/rules/desk", {"value": other, "version": now["versions"].get("desk", 0)})
    await card.get_by_test_id("rule-save").click()
    await expect(card.get_by_test_id("rule-refused")).to_be_visible()
    await card.get_by_test_id("rule-save").click()
    await expect(card.get_by_test_id("rule-changed")).to_have_count(0)
    assert (await crew.supervisor.ask("GET", "/api/rules"))["rules"]["desk"]["wrap_up_s"] == 31
