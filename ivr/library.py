"""Flows and prompts on disk: reading them, and the start-up check that every prompt can be played."""

from __future__ import annotations

import wave
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from cti.domain.errors import Invalid
from cti.domain.findings import Finding, Level
from ivr.flow import Flow
from ivr.flow_check import read_flow

FLOWS = Path(__file__).parent / "flows"
PROMPTS = Path(__file__).parent / "prompts" / "zh-CN"
RATE = 8000


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may stand only once: the last of two nodes with one name must not win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise Invalid(f"{key} stands twice, line {node.start_mark.line + 1}", code="flow.key_twice")
        return super().construct_mapping(node, deep)


def load_flow(path: Path, *, queues: Collection[str] | None = None) -> Flow:
    """Read and check one menu file.

    Raises: Invalid, saying which file and what is wrong with it.
    """
    try:
        return read_flow(yaml.load(path.read_text("utf-8"), _StrictLoader), queues=queues)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as broken:
        raise Invalid(f"{path.name}: cannot be read: {broken}", code="flow.unreadable") from broken
    except Invalid as wrong:
        raise Invalid(f"{path.name}: {wrong.message}", code=wrong.code, file=path.name) from wrong


def measure_prompts(folder: Path = PROMPTS) -> dict[str, float]:
    """Return prompt name -> seconds for every playable prompt of `folder`."""
    lengths = {path.stem: _length_s(path) for path in sorted(folder.glob("*.wav"))}
    return {name: length for name, length in lengths.items() if isinstance(length, float)}


def check_prompts(flow: Flow, folder: Path = PROMPTS) -> list[Finding]:
    """One finding for each prompt of `flow` that callers would not hear, or a single one that all is well."""
    findings = []
    for name in sorted(flow.prompts_used()):
        path = folder / f"{name}.wav"
        found = _length_s(path) if path.exists() else "the file does not exist"
        if isinstance(found, str):
            text = f"menu {flow.name} plays prompt {name}, but {found}"
            fix = f"put {name}.wav (8000 Hz, mono, 16 bit PCM) into the prompts folder"
            findings.append(Finding(code="prompt.bad", level=Level.BAD, text=text, fix=fix, about=name))
    if findings:
        return findings
    text = f"all {len(flow.prompts_used())} prompts of menu {flow.name} can be played"
    return [Finding(code="prompt.ok", level=Level.OK, text=text, about=flow.name)]


def _length_s(path: Path) -> float | str:
    """Seconds of a prompt, or what is wrong with it."""
    try:
        with wave.open(str(path), "rb") as file:
            found = (file.getframerate(), file.getnchannels(), file.getsampwidth() * 8)
            length_s = file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error) as broken:
        return f"the file is no PCM WAV ({broken or 'it is empty'})"
    if found != (RATE, 1, 16):
        return f"it has {found[0]} Hz, {found[1]} channels, {found[2]} bit"
    return length_s if length_s > 0 else "it is silent: no sample in it"
