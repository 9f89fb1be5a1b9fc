"""Passwords: hashes, parameters, one at a time."""

from __future__ import annotations

import asyncio
import statistics
import time

import pytest

from cti.domain.errors import Invalid
from cti.web.passwords import Passwords, check_choice
from cti.web.problem import TooMany

CHEAP = {"time_cost": 1, "memory_kib": 64}


async def test_a_hash_is_argon2id_with_at_least_the_recommended_cost() -> None:
    stored = await Passwords().hash("three small owls")
    assert stored.startswith("$argon2id$")
    parameters = dict(part.split("=") for part in stored.split("$")[3].split(","))
    assert int(parameters["m"]) >= 19_456
    assert int(parameters["t"]) >= 2


async def test_only_the_right_password_fits_and_equal_ones_have_different_hashes() -> None:
    passwords = Passwords(**CHEAP)
    stored = await passwords.hash("three small owls")
    assert await passwords.check("three small owls", stored) == (True, None)
    assert await passwords.check("three small owlS", stored) == (False, None)
    assert await passwords.check("three small owls", None) == (False, None)
    assert await passwords.check("three small owls", "no hash") == (False, None)
    assert await passwords.hash("three small owls") != stored


async def test_nobodys_password_opens_nothing() -> None:
    assert await Passwords(**CHEAP).check("nobody has this password", None) == (False, None)


async def test_a_hash_of_lesser_cost_is_made_anew_at_sign_in() -> None:
    stored = await Passwords(**CHEAP).hash("three small owls")
    fits, stronger = await Passwords(time_cost=2, memory_kib=128).check("three small owls", stored)
    assert fits
    assert stronger is not None
    assert "m=128,t=2" in stronger


async def test_an_unknown_login_takes_as_long_as_a_known_one() -> None:
    passwords = Passwords()
    stored = await passwords.hash("three small owls")
    await passwords.check("x", None)

    async def seconds(given: str | None) -> float:
        began = time.process_time()
        await passwords.check("wrong", given)
        return time.process_time() - began

    known = statistics.median([await seconds(stored) for _ in range(5)])
    unknown = statistics.median([await seconds(None) for _ in range(5)])
    assert 0.5 < known / unknown < 2


async def test_the_loop_turns_while_a_hash_is_made() -> None:
    passwords = Passwords()
    hashing = asyncio.ensure_future(passwords.hash("three small owls"))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 3


async def test_a_long_line_is_refused_instead_of_growing() -> None:
    passwords = Passwords(**CHEAP)
    asked = [passwords.hash("x") for _ in range(100)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, TooMany)]
    assert len(refused) == 68
    assert (await passwords.hash("x")).startswith("$argon2id$")


@pytest.mark.parametrize(
    "password", ["li.wei.1234", "Li Wei 2026!", "aaaaaaaaaa", "abababababab", "1234567890", "Hotline!!!"]
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_choice(password, login="li.wei", name="Li Wei")
    assert refused.value.code == "password.obvious"


@pytest.mark.parametrize(
    "password", ["three small owls", "三只小猫头鹰在树上唱歌", "li.wei likes boats", "83920174652839"]
)
def test_a_few_words_are_fine(password: str) -> None:
    check_choice(password, login="li.wei", name="Li Wei")
