"""Modes of an agent: chosen, and entered by rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cti.domain.agent import MODE_STEPS, Agent
from cti.domain.changes import AgentMode, AgentPhase
from cti.domain.ids import AgentId, CallId, ChannelId, Device, QueueName
from cti.domain.options import FloorOptions

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OPTIONS = FloorOptions()


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def agent(mode: AgentMode = AgentMode.READY, reason: str = "") -> Agent:
    one = Agent(
        agent_id=AgentId("1007"),
        name="Li",
        device=Device("PJSIP/1007"),
        queues=(QueueName("consult"),),
        mode_since=NOON,
        phase_since=NOON,
    )
    if mode is not AgentMode.SIGNED_OUT:
        one.choose(mode, reason, NOON)
    return one


def test_a_talk_leads_into_wrap_up_and_the_deadline_back_to_ready() -> None:
    one = agent()
    one.end_talk(at(10), OPTIONS)
    assert (one.mode, one.mode_since, one.wrap_up_until) == (AgentMode.WRAP_UP, at(10), at(25))
    assert not one.is_due(at(24.9))
    assert one.is_due(at(25))
    one.end_wrap_up(at(25))
    assert (one.mode, one.wrap_up_until) == (AgentMode.READY, None)


def test_not_ready_in_the_talk_is_what_he_is_after_wrap_up() -> None:
    one = agent()
    one.choose(AgentMode.NOT_READY, "meal", at(5))
    one.end_talk(at(10), OPTIONS)
    assert one.mode is AgentMode.WRAP_UP
    one.end_wrap_up(at(25))
    assert (one.mode, one.reason) == (AgentMode.NOT_READY, "meal")


def test_ready_in_wrap_up_ends_it() -> None:
    one = agent()
    one.end_talk(at(10), OPTIONS)
    one.choose(AgentMode.READY, "", at(12))
    assert (one.mode, one.wrap_up_until) == (AgentMode.READY, None)


def test_more_time_moves_the_deadline_and_only_in_wrap_up() -> None:
    one = agent()
    one.extend_wrap_up(60)
    assert one.wrap_up_until is None
    one.end_talk(at(10), OPTIONS)
    one.extend_wrap_up(60)
    one.extend_wrap_up(-500)
    assert one.wrap_up_until == at(85)


def test_nobody_wraps_up_signed_out_or_where_the_option_is_off() -> None:
    one = agent(AgentMode.SIGNED_OUT)
    one.end_talk(at(10), OPTIONS)
    other = agent()
    other.end_talk(at(10), FloorOptions(wrap_up_s=0))
    assert (one.mode, other.mode) == (AgentMode.SIGNED_OUT, AgentMode.READY)


def test_wrap_up_waits_for_the_other_channel_to_end() -> None:
    one = agent()
    one.legs[ChannelId("x")] = CallId("c")
    one.end_talk(at(10), OPTIONS)
    assert one.mode is AgentMode.READY
    one.legs.clear()
    one.begin_owed_wrap_up(at(20), OPTIONS)
    assert (one.mode, one.wrap_up_until) == (AgentMode.WRAP_UP, at(35))


def test_a_second_talk_in_wrap_up_starts_the_time_anew_and_keeps_where_it_leads() -> None:
    one = agent(AgentMode.NOT_READY, "training")
    one.end_talk(at(10), OPTIONS)
    one.end_talk(at(20), OPTIONS)
    assert one.wrap_up_until == at(35)
    one.end_wrap_up(at(35))
    assert (one.mode, one.reason) == (AgentMode.NOT_READY, "training")


def test_who_talks_again_wraps_up_afterwards_for_the_whole_time() -> None:
    """A call taken back, or one begun while the notes were not done."""
    one = agent(AgentMode.NOT_READY, "training")
    one.end_talk(at(10), OPTIONS)
    one.set_phase(AgentPhase.RINGING, CallId("c"), at(12))
    assert one.mode is AgentMode.WRAP_UP
    one.legs[ChannelId("x")] = CallId("c")
    one.set_phase(AgentPhase.TALKING, CallId("c"), at(14))
    assert (one.mode, one.reason, one.wrap_up_until) == (AgentMode.NOT_READY, "training", None)
    one.legs.clear()
    one.begin_owed_wrap_up(at(60), OPTIONS)
    assert (one.mode, one.wrap_up_until) == (AgentMode.WRAP_UP, at(75))


def test_a_missed_offer_makes_a_ready_agent_not_ready_and_tells_why() -> None:
    one = agent()
    one.miss_offer(at(8), OPTIONS)
    assert (one.mode, one.reason, one.offers_missed_count) == (AgentMode.NOT_READY, "missed_offer", 1)
    one.choose(AgentMode.READY, "", at(9))
    assert one.offers_missed_count == 0


def test_the_limit_counts_offers_in_a_row_and_zero_means_never() -> None:
    one, never = agent(), agent()
    for _ in range(2):
        one.miss_offer(at(8), FloorOptions(missed_offers_limit=3))
        never.miss_offer(at(8), FloorOptions(missed_offers_limit=0))
    assert one.mode is never.mode is AgentMode.READY
    one.miss_offer(at(9), FloorOptions(missed_offers_limit=3))
    assert one.mode is AgentMode.NOT_READY


def test_a_missed_offer_leaves_an_agent_who_is_not_ready_as_he_is() -> None:
    one = agent(AgentMode.NOT_READY, "meal")
    one.miss_offer(at(8), OPTIONS)
    assert (one.mode, one.reason, one.mode_since) == (AgentMode.NOT_READY, "meal", NOON)


def test_the_same_mode_again_does_not_restart_its_clock_but_another_reason_does() -> None:
    one = agent(AgentMode.NOT_READY, "meal")
    one.choose(AgentMode.NOT_READY, "meal", at(5))
    assert one.mode_since == NOON
    one.choose(AgentMode.NOT_READY, "training", at(6))
    assert one.mode_since == at(6)


def test_wanted_queues_are_his_and_the_fallback_unless_signed_out() -> None:
    assert agent().wanted_queues(OPTIONS) == {"consult", "fallback"}
    assert agent(AgentMode.SIGNED_OUT).wanted_queues(OPTIONS) == frozenset()
    assert [agent(mode).should_be_paused for mode in (AgentMode.READY, AgentMode.NOT_READY)] == [False, True]


def test_an_older_report_of_the_device_does_not_win() -> None:
    one = agent()
    one.set_device_state(2, at(5))
    one.set_device_state(1, at(4))
    assert one.device_state == 2


def test_the_phase_clock_runs_while_the_phase_lasts() -> None:
    one = agent()
    one.set_phase(AgentPhase.TALKING, CallId("c"), at(5))
    one.set_phase(AgentPhase.TALKING, CallId("c"), at(6))
    assert one.phase_since == at(5)


def test_a_ready_agent_whose_telephone_is_gone_is_taken_out_of_the_ring_and_comes_back_with_it() -> None:
    one = agent()
    one.set_device_state(5, at(10))
    one.set_device_state(5, at(12))  # each queue reports
    assert not one.watch_phone(at(13.9), OPTIONS)
    assert one.watch_phone(at(14), OPTIONS)
    assert (one.mode, one.reason, one.view().phone_away_since) == (AgentMode.NOT_READY, "phone_away", at(10))
    assert not one.watch_phone(at(15), OPTIONS)
    one.set_device_state(1, at(20))
    assert one.watch_phone(at(20), OPTIONS)
    assert (one.mode, one.view().phone_away_since) == (AgentMode.READY, None)


def test_a_telephone_that_died_while_it_rang_is_no_missed_offer() -> None:
    """Whichever is told first; he is ready again when it is back."""
    told_late, told_first = agent(), agent()
    told_late.miss_offer(at(10), OPTIONS)
    told_late.set_device_state(5, at(10.2))
    told_first.set_device_state(5, at(10))
    told_first.miss_offer(at(10.2), OPTIONS)
    for one in (told_late, told_first):
        assert (one.mode, one.reason, one.offers_missed_count) == (AgentMode.NOT_READY, "phone_away", 0)
        one.set_device_state(1, at(20))
        assert one.watch_phone(at(20), OPTIONS)
        assert one.mode is AgentMode.READY


def test_a_telephone_put_away_long_after_a_missed_offer_excuses_nothing() -> None:
    one = agent()
    one.miss_offer(at(10), OPTIONS)
    one.set_device_state(5, at(30))
    assert (one.reason, one.offers_missed_count) == ("missed_offer", 1)


def test_a_telephone_that_comes_back_late_or_by_another_rule_leaves_him_not_ready() -> None:
    late, never, busy = agent(), agent(), agent()
    options = FloorOptions(phone_back_s=0.0)
    for one in (late, never, busy):
        one.set_device_state(4, at(0))
        one.watch_phone(at(4), OPTIONS)
    busy.choose(AgentMode.NOT_READY, "meal", at(5))
    for one in (late, never, busy):
        one.set_device_state(1, at(6))
    assert not late.watch_phone(at(125), OPTIONS)
    assert not never.watch_phone(at(6), options)
    assert not busy.watch_phone(at(6), OPTIONS)
    assert [one.reason for one in (late, never, busy)] == ["phone_away", "phone_away", "meal"]


def test_a_telephone_of_yesterday_is_not_held_against_who_signs_in() -> None:
    one = agent(AgentMode.SIGNED_OUT)
    one.set_device_state(5, at(0))
    assert one.view().phone_away_since is None
    one.choose(AgentMode.READY, "", at(100))
    assert not one.watch_phone(at(103), OPTIONS)
    assert one.watch_phone(at(104), OPTIONS)


def test_help_is_asked_once_and_forgotten_ten_minutes_after_the_call() -> None:
    one = agent()
    one.set_phase(AgentPhase.TALKING, CallId("c"), at(0))
    one.ask_help(at(5))
    one.ask_help(at(9))
    assert one.view().help_since == at(5)
    assert not one.is_help_over(at(5000), OPTIONS)
    one.set_phase(AgentPhase.IDLE, None, at(5000))
    assert not one.is_help_over(at(5599), OPTIONS)
    assert one.is_help_over(at(5600), OPTIONS)
    one.choose(AgentMode.SIGNED_OUT, "", at(5601))
    assert one.help_since is None


def test_wrap_up_is_never_a_first_mode() -> None:
    assert AgentMode.WRAP_UP not in MODE_STEPS[AgentMode.SIGNED_OUT]
    assert set(MODE_STEPS) == set(AgentMode)
