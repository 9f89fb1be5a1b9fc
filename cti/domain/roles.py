"""Who may do what. One table; every route and every command asks it (P-5, P-61)."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from cti.domain.ids import AccountId, AgentId


class Role(StrEnum):
    """Roles of an account. An account has exactly one."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    TEAM_LEADER = "team_leader"
    AGENT = "agent"
    DEPARTMENT = "department"
    AUDITOR = "auditor"


class Right(StrEnum):
    """Things that need permission."""

    SEE_FLOOR = "see_floor"
    CONTROL_CALLS = "control_calls"
    SET_OWN_MODE = "set_own_mode"
    SET_OTHERS_MODE = "set_others_mode"
    SEE_HISTORY = "see_history"
    SEE_NUMBERS = "see_numbers"
    SEE_CHECK = "see_check"
    REPAIR = "repair"
    PLACE_TEST_CALL = "place_test_call"
    MANAGE_PEOPLE = "manage_people"
    SEE_AUDIT = "see_audit"
    LISTEN_RECORDINGS = "listen_recordings"


_FLOOR = frozenset({Right.SEE_FLOOR, Right.SEE_HISTORY, Right.SEE_NUMBERS, Right.CONTROL_CALLS, Right.SET_OTHERS_MODE})

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_FLOOR,
            Right.SEE_CHECK,
            Right.REPAIR,
            Right.PLACE_TEST_CALL,
            Right.MANAGE_PEOPLE,
        }
    ),
    Role.SUPERVISOR: _FLOOR
    | {Right.SEE_CHECK, Right.REPAIR, Right.PLACE_TEST_CALL, Right.LISTEN_RECORDINGS, Right.SET_OWN_MODE},
    Role.TEAM_LEADER: _FLOOR | {Right.SET_OWN_MODE, Right.LISTEN_RECORDINGS},
    Role.AGENT: frozenset({Right.SET_OWN_MODE}),
    Role.DEPARTMENT: frozenset(),
    Role.AUDITOR: frozenset({Right.SEE_HISTORY, Right.SEE_AUDIT, Right.LISTEN_RECORDINGS}),
}


def may(role: Role, right: Right) -> bool:
    """Tell whether `role` carries `right`."""
    return right in RIGHTS[role]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `agent_id` is set when the account is an agent's; `ip` is for the audit only."""

    account_id: AccountId | None
    login: str
    role: Role
    agent_id: AgentId | None = None
    ip: str = ""
