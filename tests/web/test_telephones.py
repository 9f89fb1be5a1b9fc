"""Who holds which telephone: choosing, taking, giving back, sessions that end, a service that starts again."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator

import pytest

from cti.domain.commands import DropSecret, GiveSecret
from cti.domain.errors import NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.events import AgentKnown
from cti.domain.ids import AgentId
from cti.domain.roles import Role
from cti.store import people
from cti.store.telephones import list_holdings
from cti.telephones import digest_of
from tests.sip_switch import OTHER_PAGE, PAGE
from tests.waiting import until
from tests.web.house import Answer, Browser, House

WANG = AgentId("1001")


async def agent(house: House) -> Browser:
    return await house.signed_in(Role.AGENT, "wang", agent_number="1001", queues=("consult",))


async def same_person(house: House) -> Browser:
    """Another browser of the same agent."""
    browser = house.browser()
    assert (await browser.sign_in("wang")).status == 200
    return browser


async def choose(browser: Browser, kind: str = "browser", page: str = PAGE, *, take: bool = False) -> Answer:
    return await browser.ask("POST", "/api/telephone", {"kind": kind, "page": page, "take": take})


async def pages(house: House) -> list[str]:
    async with house.database.look() as session:
        return [one.page for one in await list_holdings(session)]


async def phone_of(house: House) -> str:
    async with house.database.look() as session:
        account = await people.find_login(session, "wang")
    assert account is not None
    return account.phone


@contextlib.asynccontextmanager
async def forgetting(house: House) -> AsyncIterator[None]:
    """The loop that lets Asterisk forget secrets runs."""
    task = asyncio.create_task(house.telephones.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def dropping(house: House) -> AsyncIterator[None]:
    async with forgetting(house):
        yield


# --- choosing -------------------------------------------------------------------------------------------------------


async def test_a_page_gets_a_secret_that_asterisk_knows_as_a_digest(house: House) -> None:
    wang = await agent(house)
    grant = (await choose(wang)).body
    assert (grant["kind"], grant["user"], grant["realm"]) == ("browser", "web1001", "hotline")
    assert (grant["uri"], grant["call_in_progress"]) == ("sip:web1001@hotline", "")
    assert house.hands.sent == [GiveSecret(endpoint="web1001", digest=grant["secret"])]
    assert len(grant["secret"]) == 32


def test_the_digest_is_that_of_user_realm_and_password() -> None:
    assert digest_of("web1001", "pw") == hashlib.md5(b"web1001:hotline:pw").hexdigest()


async def test_each_grant_has_a_secret_of_its_own(house: House) -> None:
    wang = await agent(house)
    assert (await choose(wang)).body["secret"] != (await choose(wang)).body["secret"]


async def test_the_choice_is_remembered_and_told_to_the_floor(house: House) -> None:
    wang = await agent(house)
    await choose(wang)
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert (known.device, known.other_devices, known.phone) == ("PJSIP/web1001", ("PJSIP/1001",), "browser")
    assert await phone_of(house) == "browser"
    assert ("telephone.choose", "ok") in await house.audit()


async def test_a_desk_telephone_needs_no_secret_and_ends_the_one_of_the_browser(house: House, dropping: None) -> None:
    wang = await agent(house)
    await choose(wang)
    grant = (await choose(wang, "desk")).body
    assert (grant["kind"], grant["user"], grant["secret"], grant["uri"]) == ("desk", "", "", "")
    await until(lambda: house.hands.sent[-1] == DropSecret(endpoint="web1001"))
    known = house.line.events[-1]
    assert isinstance(known, AgentKnown)
    assert known.device == "PJSIP/1001"
    assert await phone_of(house) == "desk"


async def test_who_has_no_agent_number_has_no_telephone(house: House) -> None:
    chief = await house.signed_in(Role.SUPERVISOR)
    answer = await choose(chief)
    assert (answer.status, answer.code) == (403, "telephone.no_agent")
    assert (await chief.ask("DELETE", f"/api/telephone?page={PAGE}")).code == "telephone.no_agent"
    assert house.hands.sent == []


@pytest.mark.parametrize("page", ["", "short", "x" * 65, "p" * 15 + "-", "p" * 15 + "é", "p" * 16 + "\n"])
async def test_a_page_has_a_proper_name(house: House, page: str) -> None:
    wang = await agent(house)
    assert (await choose(wang, page=page)).status == 422


@pytest.mark.parametrize(
    ("failure", "status"),
    [(NotSent("away"), 503), (SwitchRefused("no"), 502), (OutcomeUnknown("late"), 504)],
)
async def test_what_asterisk_would_not_do_is_said_and_audited(
    house: House, failure: NotSent | SwitchRefused | OutcomeUnknown, status: int
) -> None:
    wang = await agent(house)
    house.hands.refuse(GiveSecret, failure)
    answer = await choose(wang)
    assert (answer.status, answer.code) == (status, failure.code)
    assert (await house.audit())[-1] == ("telephone.choose", failure.code)
    assert (await choose(wang)).status == 200


async def test_two_pages_that_ask_at_once_leave_one_holder(house: House) -> None:
    wang = await agent(house)
    await asyncio.gather(choose(wang, page=PAGE), choose(wang, page=OTHER_PAGE))
    [page] = await pages(house)
    last = house.hands.sent[-1]
    assert isinstance(last, GiveSecret)
    assert page in (PAGE, OTHER_PAGE)
    assert len(house.hands.sent) == 2


# --- giving back ----------------------------------------------------------------------------------------------------


async def test_a_page_that_gives_it_back_leaves_no_secret(house: House, dropping: None) -> None:
    wang = await agent(house)
    await choose(wang)
    assert (await wang.ask("DELETE", f"/api/telephone?page={PAGE}")).status == 204
    await until(lambda: house.hands.sent_of(DropSecret))
    await until_no_page(house)
    assert await phone_of(house) == "browser"  # the next sign-in begins with the same choice


async def test_a_page_that_has_none_gives_nothing_back(house: House) -> None:
    wang = await agent(house)
    await choose(wang)
    assert (await wang.ask("DELETE", f"/api/telephone?page={OTHER_PAGE}")).status == 204
    assert await pages(house) == [PAGE]
    assert house.telephones.token_hashes


async def until_no_page(house: House) -> None:
    async with asyncio.timeout(5):
        while await pages(house):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.01)


# --- sessions that end ----------------------------------------------------------------------------------------------


async def test_signing_out_ends_the_telephone(house: House, dropping: None) -> None:
    wang = await agent(house)
    await choose(wang)
    await wang.ask("DELETE", "/api/session")
    await until(lambda: house.hands.sent_of(DropSecret))
    await until_no_page(house)


async def test_a_person_taken_out_loses_the_telephone(house: House, dropping: None) -> None:
    wang, admin = await agent(house), await house.signed_in(Role.ADMINISTRATOR)
    await choose(wang)
    account = (await wang.ask("GET", "/api/session")).body["account_id"]
    changed = await admin.ask("PATCH", f"/api/people/{account}", {"agent_number": "1002"})
    assert changed.status == 200
    await until(lambda: house.hands.sent_of(DropSecret))
    assert house.hands.sent[-1] == DropSecret(endpoint="web1001")


async def test_a_secret_is_dropped_as_soon_as_asterisk_can_be_asked(
    house: House, dropping: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti.telephones.RETRY_S", 0.01)
    wang = await agent(house)
    await choose(wang)
    house.hands.is_up = False
    await wang.ask("DELETE", "/api/session")
    assert await pages(house) == [PAGE]
    house.hands.is_up = True
    await until(lambda: house.hands.sent_of(DropSecret))
    await until_no_page(house)


async def test_a_new_grant_is_not_dropped_with_the_old_one(house: House, dropping: None) -> None:
    wang = await agent(house)
    await choose(wang)
    house.hands.is_up = False
    await wang.ask("DELETE", "/api/session")
    again = await same_person(house)
    house.hands.is_up = True
    grant = await choose(again, page=OTHER_PAGE)
    await until(lambda: not house.telephones._dropping)
    assert grant.status == 200
    assert house.hands.sent[-1] == GiveSecret(endpoint="web1001", digest=grant.body["secret"])
    assert await pages(house) == [OTHER_PAGE]


async def test_a_session_that_expires_without_a_call_ends_the_telephone(house: House, dropping: None) -> None:
    wang = await agent(house)
    await choose(wang)
    await house.web.sip.sweep()
    assert not house.hands.sent_of(DropSecret)
    house.clock.advance(house.web.sessions.options.absolute_s + 1)
    await house.web.sip.sweep()
    await until(lambda: house.hands.sent_of(DropSecret))


# --- a service that starts again ------------------------------------------------------------------------------------


async def test_after_a_restart_the_page_still_holds_it(house: House) -> None:
    wang = await agent(house)
    await choose(wang)
    account = (await wang.ask("GET", "/api/session")).body["account_id"]
    house.build()
    await house.telephones.load()
    assert house.telephones.is_holder(WANG, account, PAGE)
    assert not house.telephones.is_holder(WANG, account, OTHER_PAGE)
    assert not house.telephones.is_holder(WANG, account + 1, PAGE)


async def test_what_a_session_held_that_ended_meanwhile_is_dropped_at_the_start(house: House) -> None:
    wang = await agent(house)
    await choose(wang)
    await wang.ask("DELETE", "/api/session")
    house.build()
    await house.telephones.load()
    async with forgetting(house):
        await until(lambda: house.hands.sent_of(DropSecret))
        await until_no_page(house)
