"""Business rules of the live floor that a company may change. They come in as an argument; nothing here is measured."""

from __future__ import annotations

import msgspec

from cti.domain.ids import QueueName
from cti.domain.rulebook import DeskRules


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
    phone_away_s: float = 4.0
    """A ready agent whose telephone cannot be reached this long becomes not ready (`phone_away`)."""
    phone_back_s: float = 120.0
    """Back within this time he is ready again by himself; 0 means never."""
    help_after_s: float = 600.0
    """A call for help lasts this long after the telephone came to rest, unless somebody ends it before."""
    recording_pause_s: float = 120.0
    """A paused recording goes on after this."""
    hidden_contexts: frozenset[str] = frozenset({"robot", "selftest-caller", "nowhere", "queue-words"})
    """Dialplan contexts of the self-test's own ends and of words to those who wait: machines, not calls."""

    def under(self, rules: DeskRules | None) -> FloorOptions:
        """Return these options with the rules in force; as they are while nobody has told any."""
        if rules is None:
            return self
        return msgspec.structs.replace(
            self,
            wrap_up_s=rules.wrap_up_s,
            missed_offers_limit=rules.missed_offers_limit,
            phone_away_s=rules.phone_away_s,
            phone_back_s=rules.phone_back_s,
            recording_pause_s=rules.recording_pause_s,
        )
