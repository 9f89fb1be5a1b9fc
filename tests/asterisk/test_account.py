"""The service's AMI account: what it needs it may do, what it does not need it may not."""

from __future__ import annotations

import pytest

from cti.asterisk.embedded import EmbeddedAsterisk
from tests.asterisk.ami import AmiSession, ami_session
from tests.asterisk.phones import Phones

READS: list[tuple[str, dict[str, str]]] = [
    ("Ping", {}),
    ("CoreStatus", {}),
    ("CoreSettings", {}),
    ("CoreShowChannels", {}),
    ("BridgeList", {}),
    ("QueueStatus", {}),
    ("QueueSummary", {}),
    ("DeviceStateList", {}),
    ("Getvar", {"Variable": "EPOCH"}),
]


@pytest.mark.parametrize(("action", "fields"), READS)
async def test_account_may_look(service: AmiSession, action: str, fields: dict[str, str]) -> None:
    await service.succeed(action, **fields)


async def test_account_may_work_with_members(service: AmiSession) -> None:
    member = {"Queue": "consult", "Interface": "PJSIP/1020"}
    await service.succeed("QueueAdd", MemberName="1020", Paused="true", Reason="lunch", **member)
    await service.succeed("QueuePause", Paused="false", **member)
    await service.succeed("QueuePenalty", Penalty="2", **member)
    await service.succeed("QueueRemove", **member)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("Command", {"Command": "core show uptime"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("UpdateConfig", {"SrcFilename": "manager.conf", "DstFilename": "manager.conf"}),
        ("CreateConfig", {"Filename": "x.conf"}),
        ("Reload", {}),
        ("ModuleLoad", {"LoadType": "load", "Module": "app_system.so"}),
        ("DBPut", {"Family": "a", "Key": "b", "Val": "c"}),
        ("UserEvent", {"UserEvent": "CallEntered"}),
        ("MixMonitor", {"Channel": "PJSIP/1001-1", "File": "/tmp/x.wav", "Command": "id"}),
        ("PJSIPShowEndpoints", {}),
    ],
)
async def test_account_may_not_do_more(service: AmiSession, action: str, fields: dict[str, str]) -> None:
    reply = await service.act(action, **fields)
    assert (reply["Response"], reply["Message"]) == ("Error", "Permission denied")


@pytest.mark.parametrize(
    "variable", ["SHELL(id)", "FILE(/etc/hostname)", "CURL(http://127.0.0.1/)", "ENV(PATH)", "DB(a/b)"]
)
async def test_functions_that_leave_the_switch_say_nothing(service: AmiSession, variable: str) -> None:
    reply = await service.act("Getvar", Variable=variable)
    assert reply.get("Value", "") == ""


@pytest.mark.parametrize(
    ("application", "data"), [("System", "id"), ("MixMonitor", "a.wav,,id"), ("AGI", "/bin/sh"), ("Exec", "System(id)")]
)
async def test_originate_cannot_run_what_leaves_the_switch(service: AmiSession, application: str, data: str) -> None:
    reply = await service.act(
        "Originate", Channel="PJSIP/1001", Application=application, Data=data, Async="true", Timeout="100"
    )
    assert reply["Response"] == "Error"
    assert "Forbidden" in reply["Message"]


async def test_shell_of_the_menu_is_gone(phones: Phones, service: AmiSession) -> None:
    await phones.caller(stay_s=3)
    channel = (await service.event("AsyncAGIStart"))["Channel"]
    for application in ("System", "TrySystem", "ExternalIVR", "Originate", "Record"):
        assert await service.menu(channel, f'EXEC {application} "id"') == "200 result=-2"
    assert await service.menu(channel, "GET FULL VARIABLE ${SHELL(id)}") == "200 result=1 ()"


async def test_service_can_renew_and_switch_off_the_guard(phones: Phones, service: AmiSession) -> None:
    await phones.caller(stay_s=3)
    channel = (await service.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, "ANSWER")
    await service.succeed("AbsoluteTimeout", Channel=channel, Timeout="2.5")
    await service.succeed("Setvar", Channel=channel, Variable="TIMEOUT(absolute)", Value="0")
    await service.event("Hangup")
    assert not service.seen("IvrDead")


async def test_events_of_no_use_are_left_out_and_needed_ones_come(
    phones: Phones, service: AmiSession, watch: AmiSession
) -> None:
    await phones.agent_phone("1021", talk_s=0.5)
    await watch.sign_in("1021", "consult")
    caller = await phones.caller()
    channel = (await service.event("AsyncAGIStart"))["Channel"]
    await service.menu(channel, "SET VARIABLE HOTLINE_TARGET consult")
    await service.menu(channel, "ASYNCAGI BREAK")
    await caller.wait()
    await service.event("CallLeft")
    needed = {"Newchannel", "NewCallerid", "QueueMemberStatus", "QueueCallerJoin", "AgentCalled", "AgentConnect"}
    needed |= {"AgentComplete", "BridgeEnter", "BridgeLeave", "DialBegin", "DialEnd", "Newstate", "ContactStatus"}
    assert needed <= set(service.names())
    silent = {"VarSet", "Newexten", "DeviceStateChange", "AGIExecStart", "AGIExecEnd", "NewConnectedLine", "DialState"}
    silent |= {"MusicOnHoldStart", "BridgeCreate", "SuccessfulAuth", "TestEvent", "RTCPSent", "Cdr"}
    assert not silent & set(service.names())
    assert silent & set(watch.names())


async def test_wrong_secret_is_refused(switchboard: EmbeddedAsterisk) -> None:
    with pytest.raises(AssertionError, match="Authentication failed"):
        async with ami_session(switchboard.ami, secret="guessed"):
            pass


async def test_every_event_carries_the_random_system_name(
    phones: Phones, service: AmiSession, switchboard: EmbeddedAsterisk
) -> None:
    await phones.caller(stay_s=0.2)
    await service.event("Hangup")
    names = {row.get("SystemName") for row in service.events if row["Event"] != "FullyBooted"}
    assert names == {switchboard.system_name}
