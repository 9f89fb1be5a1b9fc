"""Nodes that say something and go on: announcement, recording notice. Pure."""

from __future__ import annotations

from ivr.kinds.shapes import Announce, Notice
from ivr.kinds.visiting import Behaviour, Here, Move, Way, arrive, is_mute, say
from ivr.language.actions import Entered, Failed, Input, NoticePlayed


def _announce(node: Announce, here: Here, given: Input) -> Move:
    if isinstance(given, Entered) and (words := say(here, node.prompts)):
        return arrive(here, words)
    return Move(actions=(here.note("failed" if isinstance(given, Failed) else "played"),), to=node.next)


def _notice(node: Notice, here: Here, given: Input) -> Move:
    """Heard is heard to its end: a notice that failed, or of which nothing is left to say, was not."""
    words = say(here, node.prompts)
    if isinstance(given, Entered) and words:
        return arrive(here, words)
    if isinstance(given, Entered | Failed) or words is None:
        return Move(actions=(here.note("failed"),), to=node.next)
    return Move(actions=(NoticePlayed(here.position.node, words.prompts), here.note("notice")), to=node.next)


def _next(node: Announce | Notice) -> tuple[Way, ...]:
    return (Way(("next",), node.next, is_instant=is_mute(node.prompts)),)


ANNOUNCE = Behaviour[Announce](take=_announce, ways=_next)
NOTICE = Behaviour[Notice](take=_notice, ways=_next)
