"""What may go wrong, in words a supervisor can read. Codes are stable: the browser translates them."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal with a stable `code` and the ids it is about.

    `cti.web.problem` is the only place that knows which HTTP status a family has.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, **ids: object) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.ids = ids


class NotFound(DomainError):
    """The thing is not there, or not there any more."""

    code = "not_found"


class NotAllowed(DomainError):
    """The role or its scope forbids it."""

    code = "not_allowed"


class Conflict(DomainError):
    """The rule says no in the present state."""

    code = "conflict"


class Invalid(DomainError):
    """Well-formed, but it makes no sense."""

    code = "invalid"


class SwitchError(DomainError):
    """Asterisk did not do it, or we do not know whether it did."""

    code = "switch.error"


class NotSent(SwitchError):
    """The command never left this process: it is safe to repeat."""

    code = "switch.away"


class SwitchRefused(SwitchError):
    """Asterisk answered no; `message` keeps its words."""

    code = "switch.refused"


class OutcomeUnknown(SwitchError):
    """The command left and no answer came within `waited_s`. Never repeated by us."""

    code = "switch.unknown"


class CallGone(NotFound):
    """The call or channel has ended."""

    code = "call.gone"


class DatabaseAway(DomainError):
    """The database cannot be reached, is locked or full. The same request may work later (HTTP 503)."""

    code = "database.away"
