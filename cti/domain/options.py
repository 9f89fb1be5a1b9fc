"""Business rules of the live floor that a company may change. They come in as an argument; nothing here is measured."""

from __future__ import annotations

import msgspec

from cti.domain.ids import QueueName


class FloorOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the floor counts and how long it remembers."""

    wrap_up_s: float = 15.0
    """Time for notes after a talk with a customer."""
    missed_offers_limit: int = 1
    """Offers missed in a row after which a ready agent becomes not ready (`missed_offer`); 0 means never."""
    keep_ended_s: float = 5.0
    """An ended call stays this long. Asterisk: AgentComplete and QueueDone may come after the last Hangup."""
    exit_key_after_s: float = 3.0
    """Leaving a queue without connect or abandon for this long is the exit key (asterisk: 7.3 rule 3)."""
    forget_after_s: float = 60.0
    """Channel ids that are over are known this long, so that a late or doubled event makes no ghost call."""
    fallback_queue: QueueName = QueueName("fallback")
    """Every signed-in agent serves it too."""
    test_queue: QueueName = QueueName("test")
    """Served by a robot: never an agent's queue, never a transfer target."""
    difference_grace_s: float = 5.0
    """A wanted membership may be under way this long before it counts as a difference."""
    keep_difference_s: float = 600.0
    """What a resync corrected stays visible this long."""
    hidden_contexts: frozenset[str] = frozenset({"robot", "selftest-caller", "nowhere"})
    """Dialplan contexts of the self-test's own ends: machines, not calls."""
