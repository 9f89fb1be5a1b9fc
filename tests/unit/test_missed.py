"""Whom to call back."""

from __future__ import annotations

from datetime import datetime

import pytest

from cti.domain.missed import Contact, LostRequest, missed_callers
from tests.floor_words import at


def lost(call: str, number: str, second: float) -> LostRequest:
    return LostRequest(
        call_id=call,
        number=number,
        hotline="95001",
        queue="consult",
        outcome="abandoned",
        lost_at=at(second),
        waited_s=9,
    )


def contact(number: str, second: float, *, direction: str = "in", talked: bool = False, over: bool = True) -> Contact:
    return Contact(number=number, direction=direction, started_at=at(second), is_over=over, talked=talked)


def numbers(requests: list[LostRequest], contacts: list[Contact]) -> list[tuple[str, int, datetime | None]]:
    return [(one.newest.call_id, one.times, one.tried_at) for one in missed_callers(requests, contacts)]


def test_who_has_waited_longest_for_a_call_back_is_first() -> None:
    assert numbers([lost("b", "2", 50), lost("a", "1", 10)], []) == [("a", 1, None), ("b", 1, None)]


def test_a_number_stands_once_with_its_newest_loss_and_how_often() -> None:
    found = numbers([lost("a", "1", 10), lost("b", "1", 50), lost("b", "1", 55)], [])
    assert found == [("b", 2, None)]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_talk_afterwards_takes_the_number_off(direction: str) -> None:
    assert numbers([lost("a", "1", 10)], [contact("1", 60, direction=direction, talked=True)]) == []


def test_a_talk_before_does_not() -> None:
    assert numbers([lost("a", "1", 10)], [contact("1", 5, talked=True)]) == [("a", 1, None)]


def test_losses_before_the_last_talk_are_not_counted() -> None:
    requests = [lost("a", "1", 10), lost("b", "1", 50)]
    assert numbers(requests, [contact("1", 30, talked=True)]) == [("b", 1, None)]


def test_who_is_on_the_line_again_by_himself_is_not_called() -> None:
    assert numbers([lost("a", "1", 10)], [contact("1", 60, over=False)]) == []


def test_a_call_back_in_vain_keeps_the_entry_and_says_when() -> None:
    tries = [contact("1", 60, direction="out"), contact("1", 90, direction="out"), contact("1", 5, direction="out")]
    assert numbers([lost("a", "1", 10)], tries) == [("a", 1, at(90))]


def test_another_number_s_talk_changes_nothing() -> None:
    assert numbers([lost("a", "1", 10)], [contact("2", 60, talked=True)]) == [("a", 1, None)]
