"""People who ask, and a floor on which 1001 talks with a caller."""

from __future__ import annotations

from cti.domain import events as e
from cti.domain.floor import Floor
from cti.domain.ids import AccountId, AgentId, CallId, Device, QueueName
from cti.domain.roles import Actor, Role
from tests.stories import staffed_floor
from tests.world import START, World


def actor(role: Role, agent_id: str | None = None) -> Actor:
    return Actor(
        account_id=AccountId(1), login="x", role=role, agent_id=None if agent_id is None else AgentId(agent_id)
    )


SUPERVISOR, LI, WU = actor(Role.SUPERVISOR), actor(Role.AGENT, "1001"), actor(Role.AGENT, "1002")


def talking() -> World:
    """A caller talks with 1001."""
    world = World()
    for step in (world.arrive, world.join, world.offer, world.answer):
        step(0)
    return world


def floor_of(world: World) -> Floor:
    floor = staffed_floor(START)
    for event in world.events:
        floor.apply(event)
    return floor


def call_of(world: World) -> CallId:
    return CallId(next(iter(world.channels)))


def names(world: World) -> tuple[str, str]:
    caller, agent = world.channels.values()
    return caller.name, agent.name


def free(floor: Floor, world: World, *queues: str) -> Floor:
    """Colleagues are reachable; the queues named have a member."""
    for queue in queues:
        floor.apply(member(world, queue))
    return floor


def member(world: World, queue: str, device: str = "PJSIP/1003", state: int = 1, is_paused: bool = False) -> e.Event:
    return e.MemberChanged(
        at=world.at,
        queue=QueueName(queue),
        device=Device(device),
        member_name="",
        device_state=state,
        is_paused=is_paused,
        pause_reason="",
        penalty=0,
    )
