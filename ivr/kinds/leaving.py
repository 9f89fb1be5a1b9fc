"""Nodes with which a caller leaves the menu, or leaves something in it: queue, callback, voicemail, ends. Pure."""

from __future__ import annotations

from ivr.kinds import values
from ivr.kinds.collecting import fits
from ivr.kinds.own_words import QUEUE_PLACE, QUEUE_PLACE_END, QUEUE_WAIT, QUEUE_WAIT_END
from ivr.kinds.prospects import prospects
from ivr.kinds.shapes import Callback, HangUp, Parts, QueueNode, Refuse, Spoken, TransferOut, Voicemail
from ivr.kinds.visiting import Behaviour, Here, Move, Way, arrive, say
from ivr.language.actions import (
    EndCall,
    Entered,
    Failed,
    Input,
    Played,
    Recorded,
    Say,
    TakeCallback,
    TakeMessage,
    ToNumber,
    ToQueue,
)

PROMISED = "promised"
"""Stage of a callback that is kept; the caller is being told."""


# --- queue ------------------------------------------------------------------------------------------------------------


def _queue(node: QueueNode, here: Here, given: Input) -> Move:
    words = (*here.prompts(node.prompts), *_prospects(node, here))
    if isinstance(given, Entered) and words:
        return arrive(here, Say(words))
    end = ToQueue(
        queue=node.queue,
        priority=node.priority,
        words_every_s=node.words_every_s,
        says_position=node.says_position,
        says_wait=node.says_wait,
        after=node.after,
    )
    return Move(actions=(here.note("to_queue", words=node.queue), end))


def _prospects(node: QueueNode, here: Here) -> tuple[str, ...]:
    waiting = values.waiting(here.facts, node.queue) if node.says_position else None
    wait_s = values.expected_wait_s(here.facts, node.queue) if node.says_wait else None
    return prospects(here.flow, ahead_count=waiting, wait_s=wait_s)


def _queue_ways(node: QueueNode) -> tuple[Way, ...]:
    return (Way(("after",), node.after, is_silent=False),) if node.after else ()


def _queue_own(node: QueueNode) -> Parts:
    place = (QUEUE_PLACE, Spoken(say="number", of="place"), QUEUE_PLACE_END)
    wait = (QUEUE_WAIT, Spoken(say="minutes", of="wait"), QUEUE_WAIT_END)
    return (*(place if node.says_position else ()), *(wait if node.says_wait else ()))


# --- what callers leave -----------------------------------------------------------------------------------------------


def _callback(node: Callback, here: Here, given: Input) -> Move:
    """First the promise is written down, then the caller hears it."""
    if here.position.stage == PROMISED and not isinstance(given, Entered):
        return Move(actions=(here.note("failed" if isinstance(given, Failed) else "played"),), to=node.next)
    if isinstance(given, Entered):
        number = here.value(node.number_from) if node.number_from else here.facts.caller_number
        if here.facts.can_call_back and fits("phone", number):
            return arrive(here, TakeCallback(node.queue, number, node.priority))
    if not isinstance(given, Played):
        return Move(actions=(here.note("failed"),), to=node.otherwise)
    words = say(here, node.prompts)
    if words is None:
        return Move(actions=(here.note("callback", words=node.queue),), to=node.next)
    return Move(actions=(here.note("callback", words=node.queue), words), stage=PROMISED)


def _callback_ways(node: Callback) -> tuple[Way, ...]:
    return (Way(("next",), node.next), Way(("otherwise",), node.otherwise, is_instant=True))


def _voicemail(node: Voicemail, here: Here, given: Input) -> Move:
    if isinstance(given, Entered):
        return arrive(here, TakeMessage(here.prompts(node.prompts), node.box, node.most_s, node.silence_s))
    if isinstance(given, Recorded) and given.length_s > 0:
        return Move(actions=(here.note("recorded", words=node.box),), to=node.next)
    return Move(actions=(here.note("failed"),), to=node.otherwise)


def _voicemail_ways(node: Voicemail) -> tuple[Way, ...]:
    return (Way(("next",), node.next), Way(("otherwise",), node.otherwise))


# --- ends -------------------------------------------------------------------------------------------------------------


def _transfer_out(node: TransferOut, here: Here, given: Input) -> Move:
    if isinstance(given, Entered) and (words := say(here, node.prompts)):
        return arrive(here, words)
    return Move(actions=(here.note("to_number", words=node.number), ToNumber(node.number, node.otherwise)))


def _refuse(node: Refuse, here: Here, given: Input) -> Move:
    """Counted before a word is said: many hang up as soon as they hear that there is nobody."""
    if not isinstance(given, Entered):
        return Move(actions=(EndCall(node.reason),))
    refused, words = here.note("refused", words=node.reason), say(here, node.prompts)
    return Move(actions=(here.note("entered"), refused, words or EndCall(node.reason)))


def _hang_up(node: HangUp, here: Here, given: Input) -> Move:
    if isinstance(given, Entered) and (words := say(here, node.prompts)):
        return arrive(here, words)
    return Move(actions=(here.note("hang_up"), EndCall()))


QUEUE = Behaviour[QueueNode](take=_queue, ways=_queue_ways, own=_queue_own, is_end=True)
CALLBACK = Behaviour[Callback](take=_callback, ways=_callback_ways)
VOICEMAIL = Behaviour[Voicemail](take=_voicemail, ways=_voicemail_ways)
TRANSFER_OUT = Behaviour[TransferOut](
    take=_transfer_out, ways=lambda node: (Way(("otherwise",), node.otherwise),), is_end=True
)
REFUSE = Behaviour[Refuse](take=_refuse, ways=lambda node: (), is_end=True)
HANG_UP = Behaviour[HangUp](take=_hang_up, ways=lambda node: (), is_end=True)
