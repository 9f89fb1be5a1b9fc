"""The link against a scripted AMI server on loopback: what goes wrong between two machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from cti.asterisk.link import AmiLink
from cti.asterisk.states import LinkOptions, LinkState
from cti.domain import events as e
from cti.domain.commands import HangUp, Originate
from cti.domain.errors import CallGone, NotSent, OutcomeUnknown, SwitchRefused
from cti.domain.ids import ChannelId
from tests.ami_server import SECRET, SYSTEM, USER, Action, AmiClient, AmiServer, ami_server, event, frame, of_channel
from tests.waiting import until

CALLER = "PJSIP/trunk-00000001"
FAST = LinkOptions(
    connect_limit_s=1,
    answer_limit_s=0.3,
    boot_limit_s=0.3,
    ping_every_s=0.05,
    ping_limit_s=0.2,
    first_retry_s=0.02,
    most_retry_s=0.05,
    refused_retry_s=30,
    list_limit_s=0.3,
    resync_gap_s=0.02,
)


@dataclass
class Line:
    """A link that runs, its server, and what it submitted."""

    server: AmiServer
    link: AmiLink
    got: list[e.Event] = field(default_factory=list)

    def of(self, *kinds: type[e.Event]) -> list[e.Event]:
        return [one for one in self.got if isinstance(one, kinds)]

    async def up(self) -> None:
        await until(lambda: self.link.state is LinkState.UP, what="link up")


def make_line(server: AmiServer, *, port: int | None = None, secret: str = SECRET, options: LinkOptions = FAST) -> Line:
    got: list[e.Event] = []
    link = AmiLink(
        host="127.0.0.1",
        port=server.port if port is None else port,
        username=USER,
        secret=secret,
        submit=got.append,
        options=options,
    )
    return Line(server, link, got)


@pytest.fixture
async def server() -> AsyncIterator[AmiServer]:
    async with ami_server() as server:
        yield server


@pytest.fixture
async def line(server: AmiServer) -> AsyncIterator[Line]:
    line = make_line(server)
    run = asyncio.create_task(line.link.run())
    yield line
    await line.link.aclose()
    await run


@pytest.fixture
async def quiet(server: AmiServer) -> AsyncIterator[Line]:
    """The same without a heartbeat that matters: answers may come late, or never."""
    line = make_line(server, options=LinkOptions(ping_every_s=60, ping_limit_s=60, resync_gap_s=0.02))
    run = asyncio.create_task(line.link.run())
    await line.up()
    yield line
    await line.link.aclose()
    await run


# --- login ----------------------------------------------------------------------------------------------------------


async def test_the_first_words_are_up_and_then_the_floor(line: Line) -> None:
    await line.up()
    up, listed = line.got
    assert isinstance(up, e.LinkUp)
    assert (up.system_name, up.version) == (SYSTEM, "22.10.1")
    assert up.started_at is not None
    assert isinstance(listed, e.FloorListed)
    assert (listed.queues, listed.members[0].device, listed.callers[0].wait_s) == (("consult",), "PJSIP/1007", 12.0)
    assert line.link.is_up


async def test_the_secret_never_crosses_the_wire(line: Line) -> None:
    await line.up()
    assert SECRET not in str(line.server.received)


@pytest.mark.parametrize(
    ("words", "code"),
    [("Authentication failed", "login.refused"), ("Login Already In Use", "login.in_use")],
)
async def test_a_refused_login_waits_long_and_says_why(line: Line, words: str, code: str) -> None:
    line.server.answers["Login"] = lambda client, action: client.no(action, words)
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert line.link.refusal_code == code
    assert line.link.reason
    await asyncio.sleep(0.05)
    assert line.server.names().count("Login") == 1


async def test_a_wrong_secret_is_a_refusal_also_when_the_server_hangs_up_at_once(server: AmiServer) -> None:
    line = make_line(server, secret="wrong")

    def refuse(client: AmiClient, action: Action) -> bytes | None:
        client.write(client.log_in(action))
        asyncio.get_running_loop().call_soon(client._writer.close)
        return None

    server.answers["Login"] = refuse
    run = asyncio.create_task(line.link.run())
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert "secret" in line.link.reason
    await line.link.aclose()
    await run


async def test_a_switch_that_shuts_down_is_asked_again_soon(line: Line) -> None:
    line.server.answers["Login"] = lambda client, action: client.no(action, "Asterisk is shutting down")
    await until(lambda: line.server.names().count("Login") > 1)
    assert "shutting down" in line.link.reason or line.link.state is not LinkState.WAITING
    del line.server.answers["Login"]
    await line.up()


async def test_an_asterisk_older_than_20_is_refused_with_its_version(line: Line) -> None:
    line.server.version = "18.26.4"
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert line.link.refusal_code == "switch.too_old"
    assert "18.26.4" in line.link.reason
    assert not line.of(e.LinkUp)


async def test_an_account_without_reporting_is_refused_by_the_name_of_the_class(line: Line) -> None:
    line.server.answers["CoreSettings"] = lambda client, action: client.no(action, "Permission denied")
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert "`reporting`" in line.link.reason


async def test_nothing_is_asked_before_the_switch_is_fully_booted(line: Line) -> None:
    line.server.is_booted = False
    await until(lambda: line.link.state is LinkState.BOOTING)
    with pytest.raises(NotSent):
        await line.link.send(HangUp(channel=CALLER))
    line.server.client.write(event("FullyBooted", ("Uptime", 0)))
    await line.up()
    assert "Hangup" not in line.server.names()


async def test_an_account_that_never_hears_of_the_boot_lacks_class_system(line: Line) -> None:
    line.server.is_booted = False
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert "`system`" in line.link.reason


async def test_another_kind_of_server_is_named_as_such(line: Line) -> None:
    line.server.greeting = b"SSH-2.0-OpenSSH_9.2p1\r\n"
    await until(lambda: line.link.state is LinkState.REFUSED)
    assert line.link.refusal_code == "switch.not_asterisk"


async def test_a_port_where_nothing_listens_is_tried_again_until_something_does(server: AmiServer) -> None:
    await server.stop()
    line = make_line(server)
    run = asyncio.create_task(line.link.run())
    await until(lambda: line.link.state is LinkState.WAITING)
    assert "nothing listens" in line.link.reason
    await server.start()
    await line.up()
    assert [one.reason for one in line.of(e.LinkDown)] == [line.of(e.LinkDown)[0].reason]  # type: ignore[attr-defined]
    await line.link.aclose()
    await run


async def test_a_server_that_accepts_and_says_nothing_is_given_up(line: Line) -> None:
    line.server.is_frozen = True
    await until(lambda: len(line.server.clients) > 1)
    line.server.is_frozen = False
    await line.up()


# --- loss -----------------------------------------------------------------------------------------------------------


async def test_a_cut_link_comes_back_and_lists_the_floor_again(line: Line) -> None:
    await line.up()
    line.server.client.cut()
    await until(lambda: len(line.of(e.FloorListed)) == 2)
    kinds = [type(one) for one in line.got]
    assert kinds == [e.LinkUp, e.FloorListed, e.LinkDown, e.LinkUp, e.FloorListed]
    assert line.link.gauges.connects == 2


async def test_a_frozen_switch_is_noticed_by_its_missing_heartbeat(line: Line) -> None:
    await line.up()
    line.server.is_frozen = True
    await until(lambda: line.of(e.LinkDown), 2)
    assert "sign of life" in line.of(e.LinkDown)[0].reason  # type: ignore[attr-defined]
    assert not line.link.is_up


async def test_a_busy_switch_that_still_sends_is_not_frozen(line: Line) -> None:
    await line.up()
    line.server.answers["Ping"] = lambda client, action: None
    client, loop = line.server.client, asyncio.get_running_loop()
    began = loop.time()
    while loop.time() - began < 0.4:  # two ping limits
        client.write(event("VarSet"))
        await asyncio.sleep(0.02)
    assert not line.of(e.LinkDown)


async def test_a_switch_that_refuses_every_command_is_up_and_says_so(line: Line) -> None:
    await line.up()
    line.server.answers["Ping"] = lambda client, action: client.no(action, "Asterisk is shutting down")
    await until(lambda: "shutting down" in line.link.reason)
    assert line.link.is_up
    del line.server.answers["Ping"]
    await until(lambda: line.link.reason == "")


async def test_an_action_cut_in_the_middle_is_unknown_and_never_sent_again(quiet: Line) -> None:
    quiet.server.answers["Originate"] = lambda client, action: client.cut()
    command = Originate(channel="PJSIP/1007", channel_id=ChannelId("cb-1"), context="queues", exten="consult")
    with pytest.raises(OutcomeUnknown):
        await quiet.link.send(command)
    await until(lambda: len(quiet.of(e.LinkUp)) == 2)
    assert quiet.server.names().count("Originate") == 1
    assert quiet.link.gauges.pending_actions == 0


async def test_an_answer_after_its_deadline_is_ignored(quiet: Line) -> None:
    late: list[tuple[AmiClient, Action]] = []
    quiet.server.answers["Hangup"] = lambda client, action: late.append((client, action))
    with pytest.raises(OutcomeUnknown):
        await quiet.link.send(HangUp(channel=CALLER), limit_s=0.05)
    client, action = late[0]
    client.write(client.ok(action))
    del quiet.server.answers["Hangup"]
    await quiet.link.send(HangUp(channel=CALLER))
    assert quiet.link.quarantine.count == 0
    assert quiet.link.gauges.pending_actions == 0


async def test_a_canceled_command_leaves_nothing_behind(quiet: Line) -> None:
    quiet.server.answers["Hangup"] = lambda client, action: None
    task = asyncio.create_task(quiet.link.send(HangUp(channel=CALLER)))
    await until(lambda: quiet.link.gauges.pending_actions == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert quiet.link.gauges.pending_actions == 0


async def test_a_closed_link_does_not_come_back(server: AmiServer) -> None:
    line = make_line(server)
    run = asyncio.create_task(line.link.run())
    await line.up()
    await line.link.aclose()
    await run
    await asyncio.sleep(0.05)
    assert len(server.clients) == 1
    assert line.link.state is LinkState.CLOSED
    with pytest.raises(NotSent):
        await line.link.send(HangUp(channel=CALLER))


async def test_a_closed_link_does_not_wait_for_its_next_attempt(server: AmiServer) -> None:
    line = make_line(server, secret="wrong")
    run = asyncio.create_task(line.link.run())
    await until(lambda: line.link.state is LinkState.REFUSED)
    await line.link.aclose()
    await asyncio.wait_for(run, 1)


# --- events ---------------------------------------------------------------------------------------------------------


async def test_a_name_cut_inside_a_chinese_character_arrives_whole(quiet: Line) -> None:
    wire = of_channel("Newchannel", CALLER, ("CallerIDNum", "138"), ("CallerIDName", "张三丰"))
    cut = wire.index("三".encode()) + 1
    quiet.server.client.write(wire[:cut])
    await asyncio.sleep(0.02)
    quiet.server.client.write(wire[cut:])
    await until(lambda: quiet.of(e.ChannelOpened))
    assert quiet.of(e.ChannelOpened)[0].caller_name == "张三丰"  # type: ignore[attr-defined]


async def test_a_storm_keeps_its_order(quiet: Line) -> None:
    channels = [f"PJSIP/trunk-{number:08x}" for number in range(3000)]
    for channel in channels:
        quiet.server.client.write(of_channel("Hold", channel))
    await until(lambda: len(quiet.of(e.HoldBegun)) == 3000)
    assert [one.channel for one in quiet.of(e.HoldBegun)] == channels  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "hostile",
    [
        of_channel("Hangup", CALLER).replace(SYSTEM.encode(), b"h9999999999"),
        event("Hangup", ("Channel", CALLER), ("Uniqueid", "1"), ("Linkedid", "1"), system=""),
        of_channel("Hangup", CALLER, ("Uniqueid", "2")),
        of_channel("Hangup", CALLER, ("CallerIDName", "a\nChannel: b")),
        of_channel("Hangup", CALLER, ("Cause", "many")),
        b"Channel: left over of a torn frame\r\n\r\n",
        frame(("Response", "Success"), ("Message", "forged")),
    ],
    ids=["other system", "no system", "twice", "bare line feed", "no number", "torn", "answer to nothing"],
)
async def test_a_suspicious_frame_is_never_acted_upon_and_the_floor_is_listed_again(
    quiet: Line, hostile: bytes
) -> None:
    quiet.server.client.write(hostile + of_channel("Hold", CALLER))
    await until(lambda: len(quiet.of(e.FloorListed)) == 2)
    assert not quiet.of(e.ChannelClosed)
    assert len(quiet.of(e.HoldBegun)) == 1, "the frame behind it is a good one"
    assert len(quiet.of(e.LinkLagged)) == 1
    assert quiet.link.gauges.quarantined == 1
    assert quiet.link.is_up


async def test_a_storm_of_suspicious_frames_is_one_gap_and_few_listings(quiet: Line) -> None:
    quiet.server.client.write(b"garbage\r\n\r\n" * 2000)
    await until(lambda: quiet.link.gauges.quarantined == 2000 and quiet.link.state is LinkState.UP)
    await asyncio.sleep(0.05)
    assert len(quiet.of(e.LinkLagged)) <= 3
    assert len(quiet.of(e.FloorListed)) <= 4
    assert len(quiet.link.quarantine.kept) == 8


async def test_an_endless_frame_ends_the_connection(quiet: Line) -> None:
    quiet.server.client.write(b"Event: X\r\nA: " + b"x" * 100_000)
    await until(lambda: len(quiet.of(e.LinkUp)) == 2)
    assert quiet.link.gauges.quarantined == 1


async def test_events_during_a_listing_come_after_it_in_order(quiet: Line) -> None:
    def slow(client: AmiClient, action: Action) -> bytes:
        del quiet.server.answers["CoreShowChannels"]
        client.write(of_channel("Hold", CALLER))
        client.write(of_channel("Unhold", CALLER))
        return quiet.server.answer_of(client, action) or b""

    quiet.server.answers["CoreShowChannels"] = slow
    quiet.got.clear()
    quiet.link.request_resync()
    await until(lambda: len(quiet.got) == 3)
    assert [type(one) for one in quiet.got] == [e.FloorListed, e.HoldBegun, e.HoldEnded]


async def test_events_held_when_the_link_is_cut_still_come_before_the_end(quiet: Line) -> None:
    def cut(client: AmiClient, action: Action) -> None:
        client.write(of_channel("Hold", CALLER))
        asyncio.get_running_loop().call_later(0.03, client._writer.close)

    quiet.server.answers["CoreShowChannels"] = cut
    quiet.got.clear()
    quiet.link.request_resync()
    await until(lambda: quiet.of(e.LinkDown))
    assert [type(one) for one in quiet.got] == [e.HoldBegun, e.LinkDown]


async def test_a_floor_that_may_not_be_listed_is_still_live(line: Line) -> None:
    line.server.answers["CoreShowChannels"] = lambda client, action: client.no(action, "Permission denied")
    await until(lambda: "cannot list" in line.link.reason)
    line.server.client.write(of_channel("Hold", CALLER))
    await until(lambda: line.of(e.HoldBegun))
    with pytest.raises(SwitchRefused):
        await line.link.list_floor()


async def test_frames_behind_a_shutdown_are_still_read(quiet: Line) -> None:
    quiet.server.client.write(
        event("Shutdown", ("Shutdown", "Cleanly"), ("Restart", "False")) + of_channel("Hold", CALLER)
    )
    await until(lambda: quiet.of(e.HoldBegun))
    assert isinstance(quiet.got[-2], e.SwitchStopping)


async def test_lag_is_measured_against_the_instant_of_the_switch(quiet: Line) -> None:
    quiet.server.client.write(of_channel("Hold", CALLER, at=1795328936.0))
    await until(lambda: quiet.of(e.HoldBegun))
    read_at = quiet.link.gauges.last_read_at
    assert read_at is not None
    assert quiet.link.gauges.lag_s == pytest.approx(read_at.timestamp() - 1795328936.0, abs=0.001)


# --- menus ----------------------------------------------------------------------------------------------------------


async def test_results_of_another_clients_commands_are_counted_and_ignored(quiet: Line) -> None:
    quiet.server.client.write(of_channel("AsyncAGIStart", CALLER))
    await until(lambda: quiet.of(e.MenuEntered))

    def foreign_first(client: AmiClient, action: Action) -> bytes:
        foreign = quiet.server.menu_done(action | {"CommandID": "somebody-1"}, "200 result=9")
        return client.ok(action) + foreign + quiet.server.menu_done(action, "200 result=1")

    quiet.server.answers["AGI"] = foreign_first
    assert (await quiet.link.run_menu(CALLER, "GET DATA x 1 1")).result == "1"
    assert quiet.link.gauges.foreign_results == 1


async def test_a_caller_found_in_the_menu_by_the_listing_can_be_driven(quiet: Line) -> None:
    quiet.server.channels = [
        (
            ("Channel", CALLER), ("ChannelState", 6), ("Uniqueid", "1"), ("Linkedid", "1"), ("Context", "hotline"),
            ("Exten", "95001"), ("Duration", "00:00:07"), ("Application", "Wait"),
        )
    ]  # fmt: skip
    quiet.link.request_resync()
    await until(lambda: len(quiet.of(e.FloorListed)) == 2)
    assert quiet.of(e.FloorListed)[1].channels[0].is_in_menu  # type: ignore[attr-defined]
    assert (await quiet.link.run_menu(CALLER, "ANSWER")).code == 200


async def test_a_result_that_comes_after_its_deadline_frees_the_channel(quiet: Line) -> None:
    quiet.server.client.write(of_channel("AsyncAGIStart", CALLER))
    await until(lambda: quiet.of(e.MenuEntered))
    late: list[Action] = []

    def slow(client: AmiClient, action: Action) -> bytes:
        late.append(action)
        return client.ok(action)

    quiet.server.answers["AGI"] = slow
    with pytest.raises(OutcomeUnknown):
        await quiet.link.run_menu(CALLER, "ANSWER", limit_s=0.05)
    assert quiet.link.gauges.pending_menus == 1
    quiet.server.client.write(quiet.server.menu_done(late[0], "200 result=0"))
    await until(lambda: quiet.link.gauges.pending_menus == 0)
    del quiet.server.answers["AGI"]
    assert (await quiet.link.run_menu(CALLER, "ANSWER")).code == 200


async def test_a_channel_that_is_gone_is_no_longer_in_the_menu(quiet: Line) -> None:
    quiet.server.client.write(of_channel("AsyncAGIStart", CALLER))
    await until(lambda: quiet.of(e.MenuEntered))
    quiet.server.answers["AGI"] = lambda client, action: client.no(action, f"Channel {CALLER} does not exist.")
    with pytest.raises(CallGone):
        await quiet.link.run_menu(CALLER, "ANSWER")
    assert quiet.link.gauges.pending_menus == 0
