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
    CALL_OUT = "call_out"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    SEE_TICKETS = "see_tickets"
    """All tickets; a department without it sees its own."""
    WORK_TICKETS = "work_tickets"
    """Open, edit, move on: all of them, or, for a department, its own."""
    EXPORT_TICKETS = "export_tickets"
    CHANGE_RULES = "change_rules"
    SEE_FLOWS = "see_flows"
    EDIT_FLOWS = "edit_flows"
    """Menus, prompts, hours, holidays, hotlines: draft, publish, go back."""
    WORK_MESSAGES = "work_messages"
    """Messages callers left and callbacks they were promised."""
    BLOCK_CALLERS = "block_callers"
    SEE_REPORTS = "see_reports"


_FLOOR = frozenset({Right.SEE_FLOOR, Right.SEE_HISTORY, Right.SEE_NUMBERS, Right.CONTROL_CALLS, Right.SET_OTHERS_MODE})
_DESK = frozenset(
    {
        Right.SET_OWN_MODE,
        Right.CALL_OUT,
        Right.SEE_CUSTOMERS,
        Right.EDIT_CUSTOMERS,
        Right.SEE_TICKETS,
        Right.WORK_TICKETS,
        Right.WORK_MESSAGES,
    }
)
"""What serving customers takes (P-20, P-60)."""

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMINISTRATOR: frozenset(
        {
            Right.SEE_FLOOR,
            Right.SEE_CHECK,
            Right.REPAIR,
            Right.PLACE_TEST_CALL,
            Right.MANAGE_PEOPLE,
            Right.CHANGE_RULES,
            Right.SEE_FLOWS,
            Right.EDIT_FLOWS,
        }
    ),
    Role.SUPERVISOR: _FLOOR
    | _DESK
    | {
        Right.SEE_CHECK,
        Right.REPAIR,
        Right.PLACE_TEST_CALL,
        Right.LISTEN_RECORDINGS,
        Right.EXPORT_TICKETS,
        Right.CHANGE_RULES,
        Right.SEE_FLOWS,
        Right.EDIT_FLOWS,
        Right.BLOCK_CALLERS,
        Right.SEE_REPORTS,
    },
    Role.TEAM_LEADER: _FLOOR
    | _DESK
    | {
        Right.LISTEN_RECORDINGS,
        Right.EXPORT_TICKETS,
        Right.SEE_FLOWS,
        Right.BLOCK_CALLERS,
        Right.SEE_REPORTS,
    },
    Role.AGENT: _DESK,
    Role.DEPARTMENT: frozenset({Right.WORK_TICKETS}),
    Role.AUDITOR: frozenset(
        {
            Right.SEE_HISTORY,
            Right.SEE_AUDIT,
            Right.LISTEN_RECORDINGS,
            Right.SEE_TICKETS,
            Right.SEE_FLOWS,
            Right.SEE_REPORTS,
        }
    ),
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
    department: str = ""
    """Code of the department whose tickets a `department` account works."""
    ip: str = ""
