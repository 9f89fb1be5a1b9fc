"""Laws of the floor on random lives of a switch, on lives with losses, and on lists of events that make no sense."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.domain import events as e
from cti.domain.changes import CallView
from cti.domain.floor import Floor
from cti.domain.ids import AgentId, BridgeId, CallId, ChannelId, Device, LinkedId, QueueName
from cti.domain.rulebook import DeskRules
from tests.stories import calls_of, merge, staffed_floor, ticks
from tests.world import AGENTS, START, World

MOMENTS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIVES = st.lists(st.tuples(st.integers(0, 18), st.integers(0, 20)), min_size=5, max_size=60)


def lived(life: Sequence[tuple[int, int]]) -> World:
    """A world after these steps."""
    world = World()
    for step, pick in life:
        world.steps()[step](pick)
        world.at += timedelta(milliseconds=300)
    return world


def fed(events: Sequence[e.Event]) -> Floor:
    floor = staffed_floor(START, AGENTS)
    for event in events:
        floor.apply(event)
    return floor


# --- lives ------------------------------------------------------------------------------------------------------------


@MOMENTS
@given(LIVES)
def test_what_is_true_of_a_life_is_true_of_the_floor_and_a_list_finds_no_difference(
    life: list[tuple[int, int]],
) -> None:
    world = lived(life)
    floor = fed(world.events)
    check_truth(floor, world)
    before = calls_of(floor)
    floor.apply(world.listed())  # the first list ever only makes the floor valid
    floor.apply(world.listed())
    assert [key for key in floor.differences if "call" in key] == []
    assert {key: view.visits for key, view in calls_of(floor).items()} == {k: view.visits for k, view in before.items()}
    assert not any(call.is_reconstructed for call in floor.calls.values())


@MOMENTS
@given(LIVES, st.data())
def test_after_losses_a_list_makes_the_floor_true_again(life: list[tuple[int, int]], data: st.DataObject) -> None:
    world = lived(life)
    lost = data.draw(st.sets(st.integers(0, max(0, len(world.events) - 1)), max_size=len(world.events)))
    floor = fed([event for index, event in enumerate(world.events) if index not in lost])
    shown = floor.snapshot()
    merge(shown, floor.apply(e.LinkLagged(at=world.at, lost_count=len(lost), reason="test")))
    assert not floor.link.is_valid
    merge(shown, floor.apply(world.listed()))
    assert floor.link.is_valid
    assert shown == floor.snapshot()
    check_truth(floor, world)


def check_truth(floor: Floor, world: World) -> None:
    legs = {leg.channel_id: leg for call in floor.calls.values() for leg in call.legs if leg.closed_at is None}
    assert legs.keys() == world.channels.keys()
    assert {key: leg.bridge_id for key, leg in legs.items()} == {
        key: channel.bridge_id for key, channel in world.channels.items()
    }
    waiting = {
        visit.channel_id
        for call in floor.calls.values()
        for visit in call.visits
        if visit.outcome == "waiting" and visit.channel_id in world.channels
    }
    assert {channel.id for channel in world.channels.values() if channel.waits_since} <= waiting
    queue = floor.queues["complaints"]
    assert queue.waiting_count == sum(channel.waits_since is not None for channel in world.channels.values())
    assert queue.member_count == len(AGENTS)
    assert queue.free_count == sum(world.states[one] == 1 and not world.paused[one] for one in AGENTS)
    for agent_id in AGENTS:
        agent = floor.agents[AgentId(agent_id)]
        is_on = any(channel.agent == agent_id for channel in world.channels.values())
        assert (agent.phase != "idle") == is_on
        assert (agent.device_state, bool(agent.paused_in)) == (world.states[agent_id], world.paused[agent_id])


@MOMENTS
@given(LIVES)
def test_every_event_twice_and_every_night_slept_through_make_no_difference(life: list[tuple[int, int]]) -> None:
    events = lived(life).events
    wanted = fed(events)
    doubled = staffed_floor(START, AGENTS)
    for index, event in enumerate(events):
        doubled.apply(event)
        if not isinstance(event, e.Ticked):
            doubled.apply(event)
        if index % 7 == 0:
            doubled = Floor.load(doubled.dump(), doubled.options)
    assert calls_of(doubled) == calls_of(wanted)
    assert doubled.snapshot()["agents"] == wanted.snapshot()["agents"]
    assert doubled.snapshot()["queues"] == wanted.snapshot()["queues"]


@MOMENTS
@given(LIVES)
def test_talk_and_hold_never_exceed_the_time_and_everything_leaves_the_floor(life: list[tuple[int, int]]) -> None:
    world = lived(life)
    ended: dict[str, CallView] = {}
    floor = staffed_floor(START, AGENTS)
    for event in world.events:
        for change in floor.apply(event):
            if isinstance(change.value, CallView) and change.value.ended_at is not None:
                ended[change.key] = change.value
    for call in ended.values():
        assert call.ended_at is not None
        life_s = (call.ended_at - call.started_at).total_seconds()
        for visit in call.visits:
            assert visit.outcome not in ("waiting", "talking")
            assert visit.ended_at is not None
            assert (visit.wait_s or 0) + (visit.talk_s or 0) + (visit.hold_s or 0) <= life_s + 0.001
            assert all(offer.outcome != "ringing" and offer.ended_at for offer in visit.offers)
    open_calls = [call.call_id for call in floor.calls.values() if call.stage != "ended"]
    ticks(floor, 7)
    assert list(floor.calls) == open_calls


# --- lists that make no sense -----------------------------------------------------------------------------------------

channel_ids = st.sampled_from([ChannelId(f"x-1.{number}") for number in range(1, 6)])
linked_ids = st.sampled_from([LinkedId(f"x-1.{number}") for number in (1, 3, 5)])
names = st.sampled_from(
    ["PJSIP/trunk-01", "PJSIP/1001-02", "PJSIP/1002-03", "Local/1@x-04;1", "Local/1@x-04;2", "PJSIP/web1001-05"]
)
instants = st.integers(0, 200).map(lambda tenths: START + timedelta(seconds=tenths / 10))
queues = st.sampled_from([QueueName("complaints"), QueueName("consult")])
devices = st.sampled_from([Device("PJSIP/1001"), Device("PJSIP/1002"), Device("PJSIP/9")])
BY_FIELD: dict[str, st.SearchStrategy[object]] = {
    "at": instants,
    "switch_started_at": st.none() | instants,
    "started_at": st.none() | instants,
    "call_id": channel_ids.map(CallId),
    "agent_id": st.sampled_from([AgentId("1001"), AgentId("1002")]),
    "mode": st.sampled_from(["ready", "not_ready", "signed_out", "wrap_up", "nonsense"]),
    "status": st.sampled_from(["", "TIMEOUT", "FULL", "JOINEMPTY", "LEAVEEMPTY", "CONTINUE", "ANSWER", "x"]),
    "state": st.integers(0, 7),
    "cause": st.sampled_from([0, 16, 17]),
    "channel": names,
    "dest_channel": names,
    "queues": st.just((QueueName("complaints"),)),
    "rules": st.sampled_from([DeskRules(), DeskRules(wrap_up_s=0.0, phone_away_s=1.0, phone_back_s=0.0)]),
    "other_devices": st.sampled_from([(), (Device("PJSIP/web1001"),), (Device("PJSIP/1002"),)]),
    "extra_s": st.sampled_from([-1.0, 0.0, 60.0]),
}
by_kind: dict[type, st.SearchStrategy[object]] = {
    ChannelId: channel_ids,
    LinkedId: linked_ids,
    QueueName: queues,
    Device: devices,
    BridgeId: st.sampled_from([BridgeId("b1"), BridgeId("b2")]),
}
for kind, strategy in by_kind.items():
    st.register_type_strategy(kind, strategy)  # type: ignore[arg-type]

KINDS = [kind for kind in vars(e).values() if isinstance(kind, type) and issubclass(kind, e.Event)]
CONCRETE = [kind for kind in KINDS if kind not in (e.Event, e.ChannelEvent)]


def some(kind: type[e.Event]) -> st.SearchStrategy[e.Event]:
    known = {name: BY_FIELD[name] for name in kind.__struct_fields__ if name in BY_FIELD}
    return st.builds(kind, **known)


NONSENSE = st.lists(st.sampled_from(CONCRETE).flatmap(some), max_size=40)


@settings(MOMENTS, max_examples=300)
@given(NONSENSE)
def test_nonsense_never_raises_and_keeps_the_snapshot_law(events: list[e.Event]) -> None:
    floor = staffed_floor(START, AGENTS)
    shown = floor.snapshot()
    for event in events:
        merge(shown, floor.apply(event))
    assert shown == floor.snapshot()
    assert Floor.load(floor.dump(), floor.options).snapshot() == shown


@MOMENTS
@given(NONSENSE, st.integers(0, 40))
def test_nonsense_is_the_same_nonsense_after_a_night(events: list[e.Event], night: int) -> None:
    floor, other = staffed_floor(START, AGENTS), staffed_floor(START, AGENTS)
    for index, event in enumerate(events):
        if index == night:
            other = Floor.load(other.dump(), other.options)
        assert floor.apply(event) == other.apply(event)
    assert floor.snapshot() == other.snapshot()
