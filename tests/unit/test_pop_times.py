"""Pop times: what counts, what does not, and the figures made of it."""

from __future__ import annotations

import pytest

from cti.domain.ids import AgentId, CallId
from cti.pop_times import KEPT, PATIENCE_S, PopTimes

WANG, LI = AgentId("1001"), AgentId("1002")
CALL = CallId("hx-1.1")


class Stopwatch:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def times(watch: Stopwatch) -> PopTimes:
    return PopTimes(watch)


def show(times: PopTimes, watch: Stopwatch, ms: float, call: str) -> None:
    times.offered(WANG, CallId(call), watch.at)
    watch.at += ms / 1000
    times.shown(WANG, CallId(call))


def test_before_the_first_pop_there_is_no_figure(times: PopTimes) -> None:
    assert (times.percentile_ms(0.95), times.count, times.unseen) == (None, 0, 0)


def test_the_time_runs_from_the_read_to_the_word(times: PopTimes, watch: Stopwatch) -> None:
    times.offered(WANG, CALL, watch.at - 0.020)
    watch.at += 0.030
    times.shown(WANG, CALL)
    assert times.percentile_ms(0.5) == pytest.approx(50)
    assert times.count == 1


def test_the_percentiles_are_of_the_nearest_rank(times: PopTimes, watch: Stopwatch) -> None:
    for number in range(1, 101):
        show(times, watch, number, f"c{number}")
    found = [times.percentile_ms(share) for share in (0.5, 0.95, 0.99, 1.0)]
    assert found == [pytest.approx(ms) for ms in (50, 95, 99, 100)]


def test_only_the_newest_durations_count(times: PopTimes, watch: Stopwatch) -> None:
    show(times, watch, 5_000, "slow")
    for number in range(KEPT):
        show(times, watch, 10, f"c{number}")
    assert times.percentile_ms(1.0) == pytest.approx(10)
    assert times.count == KEPT + 1


def test_nobody_else_shows_an_agents_pop_and_once_is_enough(times: PopTimes, watch: Stopwatch) -> None:
    times.offered(WANG, CALL, watch.at)
    times.shown(LI, CALL)
    times.shown(WANG, CallId("invented"))
    assert times.count == 0
    times.shown(WANG, CALL)
    times.shown(WANG, CALL)
    assert times.count == 1


def test_an_offer_told_again_keeps_its_first_instant(times: PopTimes, watch: Stopwatch) -> None:
    times.offered(WANG, CALL, watch.at)
    watch.at += 1
    times.offered(WANG, CALL, watch.at)
    times.shown(WANG, CALL)
    assert times.percentile_ms(0.5) == pytest.approx(1000)


def test_a_pop_that_no_page_shows_is_counted_and_a_late_word_changes_nothing(times: PopTimes, watch: Stopwatch) -> None:
    times.offered(WANG, CALL, watch.at)
    watch.at += PATIENCE_S
    assert times.unseen == 0
    watch.at += 0.1
    assert times.unseen == 1
    times.shown(WANG, CALL)
    assert (times.count, times.unseen) == (0, 1)
