"""What the AMI account may do, judged by what it is shown (ListCommands) and by what it has seen. Pure.

Asterisk: no action tells the classes of a session, but ListCommands shows only what it may use (manager.c).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from cti.domain.findings import Finding, Level

WRITE_CLASSES = {
    "call": ("Redirect", "hang-up, transfer and the menu's time limit"),
    "agent": ("QueueAdd", "sign-in, pause and wrap-up of agents"),
    "originate": ("Originate", "test calls, call-backs and listening"),
    "agi": ("AGI", "the menu"),
    "reporting": ("CoreSettings", "the list of calls after a reconnect"),
}
"""Class -> (an action only it allows, what does not work without it)."""

TOO_WIDE = {
    "command": "Command",
    "config": "UpdateConfig",
    "system": "ModuleLoad",
}
"""Class the account must not have -> an action that shows it has."""

MODULES = {
    "app_queue": ("QueueStatus", None),
    "res_agi": ("AGI", "agi"),
    "app_mixmonitor": ("MixMonitorMute", "call"),
    "chan_pjsip": ("PJSIPHangup", "call"),
    "res_pjsip": ("PJSIPQualify", "reporting"),
}
"""Module -> (an action it brings, the class that action needs)."""

READ_CLASSES: dict[str, tuple[frozenset[bytes], frozenset[bytes], frozenset[str]]] = {
    "call": (frozenset({b"Newchannel", b"Hangup"}), frozenset({b"AsyncAGIStart", b"UserEvent"}), frozenset()),
    "agi": (frozenset({b"AsyncAGIStart", b"AsyncAGIEnd"}), frozenset(), frozenset({"AGI"})),
    "user": (frozenset({b"UserEvent"}), frozenset({b"AsyncAGIStart"}), frozenset()),
    "agent": (
        frozenset({b"QueueMemberAdded", b"QueueMemberPause", b"QueueMemberStatus", b"QueueCallerJoin", b"AgentCalled"}),
        frozenset(),
        frozenset({"QueueAdd", "QueuePause", "QueueRemove"}),
    ),
}
"""Class -> (events that prove it, events of others that never come without these, our actions that cause them)."""


def check_write_classes(commands: Set[str]) -> Iterable[Finding]:
    """Name each write class that is missing."""
    missing = [name for name, (witness, _) in WRITE_CLASSES.items() if witness not in commands]
    for name in missing:
        # Without the module the action is missing whatever the class.
        if name == "agent" and "QueueStatus" not in commands:
            continue
        yield Finding(
            code="rights.write",
            level=Level.BAD,
            text=f"the AMI account lacks write class `{name}`: no {WRITE_CLASSES[name][1]}",
            fix=f"Add `{name}` to `write =` of the account in manager.conf, `manager reload`; restart the service.",
            about=name,
        )
    if not missing:
        yield Finding(code="rights.write", level=Level.OK, text="the AMI account may write what the service needs")


def check_wide_rights(commands: Set[str]) -> Iterable[Finding]:
    """Name each write class that is too much: a stolen secret would be worth more than it need be."""
    for name, witness in TOO_WIDE.items():
        if witness in commands:
            yield Finding(
                code="rights.too_wide",
                level=Level.WARN,
                text=f"the AMI account has write class `{name}`, which the service never uses",
                fix=f"Take `{name}` (and `all`) out of `write =` of the account in manager.conf; `manager reload`.",
                about=name,
            )


HANDS_CLASSES = {
    "system": ("DBPut", "browser telephones, desk telephones answered by a click, whole recordings after a transfer"),
    "call": ("Setvar", "whole recordings after a transfer"),
    "user": ("UserEvent", "whole recordings after a transfer"),
}
"""Class of the second account -> (an action only it allows, what does not work without it)."""


def check_hands(commands: Set[str]) -> Iterable[Finding]:
    """Judge the second account by the actions it may use."""
    missing = [name for name, (witness, _) in HANDS_CLASSES.items() if witness not in commands]
    for name in missing:
        yield Finding(
            code="rights.hands",
            level=Level.BAD,
            text=f"the second AMI account lacks write class `{name}`: no {HANDS_CLASSES[name][1]}",
            fix=f"Add `{name}` to `write =` of the account in manager.conf, then `manager reload`.",
            about=name,
        )
    if not missing:
        yield Finding(code="rights.hands", level=Level.OK, text="the second AMI account may do what it is there for")


def hands_locked_out(reason: str) -> Finding:
    """The second account cannot log in, or not reach the switch."""
    return Finding(
        code="rights.hands",
        level=Level.BAD,
        text=f"the second AMI account cannot be used: {reason}",
        fix="Compare HOTLINE_AMI_HANDS_USER and its secret with manager.conf (docker/asterisk/etc/manager.conf has the "
        "account); `manager reload`.",
    )


def check_read_classes(seen: Mapping[bytes, int], done: Mapping[str, int]) -> Iterable[Finding]:
    """Name each read class that is missing; unknown until something happened that would have shown it."""
    for name, (proofs, signs, causes) in READ_CLASSES.items():
        if any(proof in seen for proof in proofs):
            yield Finding(code="rights.read", level=Level.OK, text=f"read class `{name}` works", about=name)
        elif any(sign in seen for sign in signs) or any(cause in done for cause in causes):
            yield Finding(
                code="rights.read",
                level=Level.BAD,
                text=f"the AMI account lacks read class `{name}`: its events never come",
                fix=f"Add `{name}` to `read =` of the account in manager.conf, then restart the service.",
                about=name,
            )
        else:
            text = f"read class `{name}`: nothing has happened yet that would show it; place a test call"
            yield Finding(code="rights.read", level=Level.UNKNOWN, text=text, about=name)


def check_modules(commands: Set[str]) -> Iterable[Finding]:
    """Name each module that is not loaded."""
    missing = [
        module
        for module, (action, needs) in MODULES.items()
        if action not in commands and (needs is None or needs == "agi" or WRITE_CLASSES[needs][0] in commands)
    ]
    for module in missing:
        yield Finding(
            code="conf.module",
            level=Level.BAD,
            text=f"module {module}.so is not loaded"
            + (" (or write class `agi` is missing)" if module == "res_agi" else ""),
            fix=f"Add `load = {module}.so` to modules.conf, then restart Asterisk.",
            about=module,
        )
    if not missing:
        yield Finding(code="conf.module", level=Level.OK, text=f"loaded: {', '.join(MODULES)}")
