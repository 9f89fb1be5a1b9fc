"""A sliding minute for each name."""

from __future__ import annotations

from cti.web.attempts import AttemptLimit, Verdict

ALLOWED, FIRST, REFUSED = Verdict.ALLOWED, Verdict.FIRST_REFUSAL, Verdict.REFUSED


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_full_minute_refuses_and_says_so_first_once() -> None:
    limit = AttemptLimit(2, 60, Seconds())
    assert [limit.attempt("li") for _ in range(4)] == [ALLOWED, ALLOWED, FIRST, REFUSED]
    assert limit.attempt("wu") is ALLOWED


def test_the_window_slides_and_refused_attempts_do_not_prolong_it() -> None:
    seconds = Seconds()
    limit = AttemptLimit(2, 60, seconds)
    limit.attempt("li")
    seconds.now += 40
    limit.attempt("li")
    for _ in range(5):
        limit.attempt("li")
    assert limit.wait_s("li") == 20
    seconds.now += 20
    assert limit.wait_s("li") == 0
    assert limit.attempt("li") is ALLOWED
    assert limit.attempt("li") is FIRST


def test_who_proved_to_be_the_right_one_starts_anew() -> None:
    limit = AttemptLimit(1, 60, Seconds())
    limit.attempt("li")
    assert limit.attempt("li") is FIRST
    limit.forget("li")
    assert limit.attempt("li") is ALLOWED


def test_memory_is_bounded_however_many_names_are_tried() -> None:
    limit = AttemptLimit(1, 60, Seconds(), capacity=100)
    for number in range(10_000):
        limit.attempt(f"name{number}")
        limit.attempt(f"name{number}")
    assert len(limit._tries) <= 100
    assert len(limit._refused) <= 100
