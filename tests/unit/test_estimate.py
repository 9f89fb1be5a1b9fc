"""The estimate of waiting: what it promises whatever the numbers are, and a few worked out by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cti.domain.ids import AgentId, QueueName
from staffing.estimate import HANDLING_S, LONGEST_HANDLING_S, HandlingTimes, expected_wait_s, work_ahead

CONSULT, COMPLAINTS, SERVICE = QueueName("consult"), QueueName("complaints"), QueueName("service")

counts = st.integers(0, 200)
handlings = st.floats(0, LONGEST_HANDLING_S)


def wait_s(ahead: float, free: int, seats: int, handling_s: float = 100.0) -> float:
    found = expected_wait_s(ahead=ahead, free_count=free, seat_count=seats, handling_s=handling_s)
    assert found is not None
    return found


def test_with_all_seats_busy_the_wait_is_one_ending_for_each_before_him_and_one_for_himself() -> None:
    assert wait_s(0, 0, 1) == 100
    assert wait_s(0, 0, 4) == 25
    assert wait_s(3, 0, 4) == 100


def test_a_free_seat_for_him_means_no_wait() -> None:
    assert wait_s(0, 1, 4) == 0
    assert wait_s(2, 3, 4) == 0
    assert wait_s(3, 3, 4) == 25


@given(ahead=counts, free=counts, handling_s=handlings)
def test_without_a_seat_nobody_can_say(ahead: int, free: int, handling_s: float) -> None:
    assert expected_wait_s(ahead=ahead, free_count=free, seat_count=0, handling_s=handling_s) is None


@given(ahead=counts, free=counts, seats=st.integers(1, 60), handling_s=handlings)
def test_it_is_never_negative_and_grows_with_those_before_him(
    ahead: int, free: int, seats: int, handling_s: float
) -> None:
    free = min(free, seats)
    assert 0 <= wait_s(ahead, free, seats, handling_s) <= wait_s(ahead + 1, free, seats, handling_s)


@given(ahead=counts, free=counts, seats=st.integers(1, 60), handling_s=handlings)
def test_another_seat_never_makes_it_longer(ahead: int, free: int, seats: int, handling_s: float) -> None:
    free = min(free, seats)
    now = wait_s(ahead, free, seats, handling_s)
    assert wait_s(ahead, free, seats + 1, handling_s) <= now
    assert wait_s(ahead, free + 1, seats + 1, handling_s) <= now


def test_callers_of_other_queues_count_by_the_seats_they_share() -> None:
    serving = {
        AgentId("1001"): {CONSULT, COMPLAINTS},
        AgentId("1002"): {CONSULT},
        AgentId("1003"): {COMPLAINTS},
        AgentId("1004"): {SERVICE},
    }
    waiting = {CONSULT: 2, COMPLAINTS: 3, SERVICE: 5}
    assert work_ahead(CONSULT, 2, waiting, serving) == 2 + 3 / 2
    assert work_ahead(COMPLAINTS, 0, waiting, serving) == 2 / 2
    assert work_ahead(SERVICE, 1, waiting, serving) == 1
    assert work_ahead(CONSULT, 2, {QueueName("empty"): 7}, serving) == 2


queues = st.sampled_from([CONSULT, COMPLAINTS, SERVICE])


@given(
    ahead=counts,
    waiting=st.dictionaries(queues, st.integers(0, 90)),
    teams=st.lists(st.sets(queues), max_size=12),
)
def test_work_before_him_is_never_less_than_his_own_queue_nor_more_than_everybody(
    ahead: int, waiting: dict[QueueName, int], teams: list[set[QueueName]]
) -> None:
    serving = {AgentId(str(number)): team for number, team in enumerate(teams)}
    found = work_ahead(CONSULT, ahead, waiting, serving)
    assert ahead <= found <= ahead + sum(count for queue, count in waiting.items() if queue != CONSULT) + 1e-9


def test_handling_times_begin_with_what_is_assumed_and_follow_what_happens() -> None:
    times = HandlingTimes()
    assert times.of(CONSULT) == HANDLING_S
    times.add(CONSULT, 80)
    assert 80 < times.of(CONSULT) < HANDLING_S
    for _ in range(400):
        times.add(CONSULT, 80)
    assert abs(times.of(CONSULT) - 80) < 1


def test_a_queue_nobody_has_been_served_in_takes_as_long_as_the_others() -> None:
    times = HandlingTimes()
    for _ in range(400):
        times.add(CONSULT, 60)
    assert times.of(COMPLAINTS) == times.mean_s
    times.add(COMPLAINTS, 600)
    assert times.of(COMPLAINTS) > times.of(CONSULT)


@given(st.lists(st.tuples(queues, st.floats(-10, 10**6))))
def test_handling_times_stay_between_nothing_and_the_longest(talks: list[tuple[QueueName, float]]) -> None:
    times = HandlingTimes()
    for queue, handling_s in talks:
        times.add(queue, handling_s)
    assert all(0 <= times.of(queue) <= LONGEST_HANDLING_S for queue in (CONSULT, COMPLAINTS, SERVICE))
