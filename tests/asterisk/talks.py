"""A customer who talks with an agent, and everything that tests do to the two of them."""

from __future__ import annotations

from typing import NamedTuple

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.encode import encode
from cti.asterisk.hands import Hands
from cti.asterisk.states import Address
from cti.domain import commands as c
from cti.domain.commands import Command
from cti.domain.ids import ChannelId, LinkedId
from tests.asterisk.ami import AmiSession, Row
from tests.asterisk.phones import Phone, Phones
from tests.asterisk.voices import RATE, Samples, is_whole, read_wav
from tests.waiting import until

THIS_VOICE = 0.35
OTHER_VOICE = 0.15
"""Share of a recording. The first leaves room for pauses in the text and for a machine that sends RTP unevenly."""


class Talk(NamedTuple):
    """One customer and one agent in a bridge. `call`, `customer`, `agent`: id of the call, names of the channels."""

    call: str
    customer: str
    agent: str
    caller: Phone


async def reach_queue(
    phones: Phones, watch: AmiSession, service: AmiSession, queue: str = "consult", *, stay_s: float = 60.0
) -> tuple[Phone, Row]:
    """Let a caller through the menu into `queue`; return his phone and the AsyncAGIStart of his channel."""
    before = len(watch.seen("AsyncAGIStart"))
    caller = await phones.caller(stay_s=stay_s)
    await until(lambda: len(watch.seen("AsyncAGIStart")) > before, 10, "a caller in the menu")
    entered = watch.seen("AsyncAGIStart")[before]
    await service.menu(entered["Channel"], "ANSWER")
    await service.menu(entered["Channel"], f"SET VARIABLE HOTLINE_TARGET {queue}")
    await service.menu(entered["Channel"], "ASYNCAGI BREAK")
    return caller, entered


async def talk(
    phones: Phones, watch: AmiSession, service: AmiSession, device: str, *, stay_s: float = 60.0, queue: str = "consult"
) -> Talk:
    """Let the telephone `device` (its phone runs already) serve a customer; return when both are in the bridge."""
    await watch.sign_in(device, queue)
    caller, entered = await reach_queue(phones, watch, service, queue, stay_s=stay_s)
    connected = await service.event("AgentConnect", Interface=f"PJSIP/{device}")
    await service.event("BridgeEnter", Channel=entered["Channel"])
    await service.event("BridgeEnter", Channel=connected["DestChannel"])
    return Talk(entered["Uniqueid"], entered["Channel"], connected["DestChannel"], caller)


async def ask(session: AmiSession, command: Command) -> Row:
    """Send one of our own commands, as the link would."""
    (_, action), *fields = encode(command)
    return await session.act(action, *fields)


async def press(session: AmiSession, channel: str, code: str) -> None:
    """Press a feature code into an agent's channel, as if by him."""
    for key in code:
        reply = await ask(session, c.PressKey(channel=channel, key=key, is_received=True))
        assert reply["Response"] == "Success", reply


async def consult(service: AmiSession, agent: str, exten: str, *, context: str = "transfer") -> None:
    """Ask for a consultation from the agent's channel."""
    reply = await ask(service, c.AttendedTransfer(channel=agent, context=context, exten=exten))
    assert reply["Response"] == "Success", reply


async def together(service: AmiSession, *starts: str, limit_s: float = 10.0) -> None:
    """Wait until one bridge holds a channel of each name; `starts` are beginnings of names: `PJSIP/1002-`."""

    def met() -> bool:
        inside: dict[str, list[str]] = {}
        for channel, bridge in rooms(service).items():
            inside.setdefault(bridge, []).append(channel)
        return any(all(any(name.startswith(start) for name in names) for start in starts) for names in inside.values())

    await until(met, limit_s, f"{starts} in one bridge; {rooms(service)}")


def rooms(service: AmiSession) -> dict[str, str]:
    """Return channel -> bridge, for those who are in one now."""
    found: dict[str, str] = {}
    for row in service.events:
        if row["Event"] == "BridgeEnter":
            found[row["Channel"]] = row["BridgeUniqueid"]
        elif row["Event"] == "BridgeLeave" and found.get(row["Channel"]) == row["BridgeUniqueid"]:
            del found[row["Channel"]]
    return found


def channel_of(service: AmiSession, device: str) -> str:
    """Return the newest channel of a telephone, `` when it has had none."""
    return _full(service, f"PJSIP/{device}-")


def _full(service: AmiSession, start: str) -> str:
    names = [row["Channel"] for row in service.seen("Newchannel") if row["Channel"].startswith(start)]
    return names[-1] if names else ""


async def recordings(switch: EmbeddedAsterisk, name: str) -> tuple[Samples, Samples]:
    """Return the caller's and the agent's side of one part, once both files are whole."""
    files = [switch.recordings / f"{name}-{side}.wav" for side in ("caller", "agent")]
    await until(lambda: all(is_whole(file) for file in files), what=f"recordings {name}")
    caller, agent = map(read_wav, files)
    return caller, agent


def written_s(switch: EmbeddedAsterisk, name: str) -> float:
    """Seconds of a part that are written by now (16 bits a sample)."""
    path = switch.recordings / f"{name}-agent.wav"
    return path.stat().st_size / 2 / RATE if path.exists() else 0.0


def hands_of(switch: EmbeddedAsterisk) -> Hands:
    """The second account."""
    at = switch.hands
    return Hands(Address(at.host, at.port, at.user, at.secret))


async def renew(switch: EmbeddedAsterisk, call: Talk, part: int) -> None:
    """Begin the next part of this customer's recording, as the service does after an attended transfer."""
    await hands_of(switch).send(
        c.RenewRecording(
            channel=call.customer,
            channel_id=ChannelId(call.call),
            linked_id=LinkedId(call.call),
            name=f"{call.call}-{part}",
            part=part,
        )
    )
