"""Prompts as the page shows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ivr.own_prompts.keeper import OwnPrompts, file_name
from ivr.store.prompts import OwnRecording
from ivr.wire_prompts import OwnPrompt, PromptView

Key = tuple[str, str]
"""(language, name)"""


def list_views(prompts: OwnPrompts, uses: Mapping[Key, Sequence[str]]) -> list[PromptView]:
    """Return every prompt that is recorded, written down or used; Mandarin first, then by name."""
    keys = {(language, name) for language in ("zh", "en") for name in prompts.book.names(language)}
    keys |= {*prompts.book.texts, *uses, *((one.language, one.name) for one in prompts.recordings)}
    own = _by_key(prompts.recordings)
    ordered = sorted(keys, key=lambda key: (key[0] != "zh", key[1]))
    return [_view(prompts, key, own.get(key, []), uses) for key in ordered]


def view_of(prompts: OwnPrompts, key: Key, uses: Mapping[Key, Sequence[str]]) -> PromptView:
    """Return one prompt."""
    return _view(prompts, key, _by_key(prompts.recordings).get(key, []), uses)


def _by_key(recordings: Sequence[OwnRecording]) -> dict[Key, list[OwnRecording]]:
    found: dict[Key, list[OwnRecording]] = {}
    for one in recordings:
        found.setdefault((one.language, one.name), []).append(one)
    return found


def _view(prompts: OwnPrompts, key: Key, own: Sequence[OwnRecording], uses: Mapping[Key, Sequence[str]]) -> PromptView:
    language, name = key
    return PromptView(
        name=name,
        language=language,
        text=prompts.book.text_of(name, language),
        shipped_text=prompts.book.texts.get(key, ""),
        voices={voice: round(one.length_s, 2) for voice, one in prompts.book.voices_of(name, language).items()},
        own=[_own(prompts, one) for one in own],
        used_by=[*uses.get(key, ())],
    )


def _own(prompts: OwnPrompts, one: OwnRecording) -> OwnPrompt:
    return OwnPrompt(
        id=one.id,
        is_in_force=one.is_in_force,
        is_there=file_name(one) not in prompts.missing,
        length_s=round(one.length_s, 2),
        text=one.text,
        source=one.source,
        made_at=one.made_at,
        made_by=one.made_by,
    )
