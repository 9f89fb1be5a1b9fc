"""The door: numbers that are dialled, callers who lie about theirs, and the call above the limit."""

from __future__ import annotations

import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.ami import AmiSession
from tests.asterisk.phones import Phones
from tests.waiting import until

HERE = "[local_ip]:[local_port]"


@pytest.mark.parametrize("dial", ["95001", "95002", "95003", "95000"])
async def test_each_hotline_number_is_entered_and_named(phones: Phones, watch: AmiSession, dial: str) -> None:
    await phones.caller(dial=dial, number="02151860001", stay_s=0.2)
    entered = await watch.event("CallEntered", Hotline=dial)
    assert (entered["Lines"], entered["Test"], entered["Number"]) == ("1", "1" if dial == "95000" else "0", "ok")
    assert entered["CallerIDNum"] == "02151860001"
    left = await watch.event("CallLeft", Hotline=dial)
    assert left["Uniqueid"] == entered["Uniqueid"]
    await watch.event("Hangup", Uniqueid=entered["Uniqueid"])


@pytest.mark.parametrize(
    "dial", ["95004", "950011", "9500", "1001", "s", "robot", "consult", "00861380013800", "h", "T"]
)
async def test_nothing_else_can_be_dialled_from_outside(phones: Phones, watch: AmiSession, dial: str) -> None:
    caller = await phones.caller(dial=dial)
    assert await caller.refusal() in (404, 484)
    assert not watch.seen("CallEntered")


@pytest.mark.parametrize(
    ("from_header", "number", "kind"),
    [
        (f"<sip:+8613800138000@{HERE}>", "+8613800138000", "ok"),
        (f'"Wang; a" <sip:13800138000@{HERE};user=phone>', "13800138000", "ok"),
        ("<tel:+862151860001>", "+862151860001", "ok"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "0000000", "withheld"),
        (f"<sip:1380013800x@{HERE}>", "0000000", "odd"),
        (f"<sip:1+380013800@{HERE}>", "0000000", "odd"),
        (f"<sip:12@{HERE}>", "0000000", "odd"),
        (f"<sip:{'7' * 21}@{HERE}>", "0000000", "odd"),
        (f"<sip:138%0d%0aAction:%20Hangup@{HERE}>", "0000000", "odd"),
        (f"<sip:138%22)$%7bSHELL(id)%7d,1@{HERE}>", "0000000", "odd"),
        (f"<sip:$%5b1=1%5d@{HERE}>", "0000000", "odd"),
    ],
)
async def test_caller_number_is_digits_or_nothing(
    phones: Phones, service: AmiSession, from_header: str, number: str, kind: str
) -> None:
    await phones.caller(from_header=from_header, stay_s=0.2)
    entered = await service.event("CallEntered")
    assert (entered["CallerIDNum"], entered["Number"]) == (number, kind)
    assert entered["CallerIDName"] == "<unknown>"
    if kind == "ok":
        assert service.seen("NewCallerid", CallerIDNum=number), "the service hears the number only by this event"


HOSTILE = [
    f'"x\\" <sip:110@evil> Event: Hangup" <sip:13800138000@{HERE}>',
    f'"=cmd|calc <script>alert(1)</script>" <sip:evil%0D%0AEvent%3A%20Hangup%0D%0A@{HERE}>',
    f'"Event: AgentComplete" <sip:Event:AgentComplete@{HERE}>',
]


@pytest.mark.parametrize("from_header", HOSTILE)
async def test_text_of_a_hostile_caller_never_reaches_the_service(
    phones: Phones, service: AmiSession, from_header: str
) -> None:
    await phones.caller(from_header=from_header, stay_s=0.2)
    entered = await service.event("CallEntered")
    await service.event("Hangup", Uniqueid=entered["Uniqueid"])
    for word in (b"evil", b"script", b"cmd", b"Event: AgentComplete", b"<sip:"):
        assert word not in service.raw


async def test_call_above_the_limit_gets_the_announcement_and_congestion_and_is_counted(
    phones: Phones, service: AmiSession, watch: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    limit = switchboard.options.line_limit
    for last_digit in range(limit):
        await phones.caller(number=f"1380013800{last_digit}")
    await until(lambda: len(service.seen("CallEntered")) == limit)
    assert [row["Lines"] for row in service.seen("CallEntered")] == [str(n + 1) for n in range(limit)]
    await until(lambda: len(service.seen("AsyncAGIStart")) == limit)
    for row in service.seen("AsyncAGIStart"):  # or they would be told that nobody is here, and leave
        await service.succeed("AbsoluteTimeout", Channel=row["Channel"], Timeout="120")

    one_more = await phones.caller(number="13900139000")
    refused = await service.event("CallRefused", Reason="lines", Hotline="95001")
    assert refused["CallerIDNum"] == "13900139000"
    assert await one_more.refusal(15) == 503
    assert not one_more.instants("answered"), "being refused costs the caller nothing"
    assert [row["AppData"] for row in watch.seen("Newexten", Application="Playback", Uniqueid=refused["Uniqueid"])] == [
        "hotline/lines-busy,noanswer"
    ]
    assert any("CALLREFUSED|lines|95001" in line for line in switchboard.queue_log.read_text().splitlines())
    assert len(service.seen("CallEntered")) == limit

    leaving = service.seen("CallEntered")[0]
    await watch.succeed("Hangup", Channel=leaving["Channel"])
    await service.event("CallLeft", Uniqueid=leaving["Uniqueid"])
    await phones.caller(number="13900139001", stay_s=0.2)
    entered = await service.event("CallEntered", CallerIDNum="13900139001")
    assert entered["Lines"] == str(limit), "a line that became free is given out again"
    for row in service.seen("CallEntered")[1:limit]:
        await watch.succeed("Hangup", Channel=row["Channel"])


async def test_trunk_cannot_call_as_a_phone_of_the_house(phones: Phones, watch: AmiSession) -> None:
    for user in ("1001", "robot"):
        caller = await phones.caller(dial="1002", from_header=f"<sip:{user}@{HERE}>")
        assert await caller.refusal() == 401
    assert not watch.seen("Newchannel")
