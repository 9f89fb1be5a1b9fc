"""Flows and prompts as they lie on disk."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy
import pytest

from cti.domain.errors import Invalid
from cti.domain.findings import Level
from ivr.library import FLOWS, PROMPTS, check_prompts, load_flow, measure_prompts

SPOKEN = {
    "welcome-menu", "wrong-key", "no-input", "lines-busy", "nobody", "please-hold", "queue-timeout", "goodbye",
    "selftest-caller", "robot-agent",
}  # fmt: skip


def write_wav(path: Path, *, rate: int = 8000, channels: int = 1, seconds: float = 0.1) -> None:
    """A WAV file of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * channels * int(rate * seconds)))


def test_the_shipped_menu_knows_only_the_queues_of_the_contract() -> None:
    flow = load_flow(FLOWS / "hotline.yaml", queues={"consult", "complaints", "fallback", "test"})
    assert flow.starts == {"default": "welcome", "95000": "selftest"}


def test_all_prompts_of_the_shipped_menu_can_be_played() -> None:
    findings = check_prompts(load_flow(FLOWS / "hotline.yaml"))
    assert [finding.level for finding in findings] == [Level.OK]


def test_every_spoken_prompt_is_there_and_not_longer_than_a_caller_bears() -> None:
    lengths = measure_prompts()
    assert set(lengths) >= SPOKEN
    assert all(1 < lengths[name] < 12 for name in SPOKEN), lengths


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_prompts_are_loud_enough_and_not_clipped(name: str) -> None:
    with wave.open(str(PROMPTS / f"{name}.wav"), "rb") as file:
        samples = numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
    rms_db = 20 * numpy.log10(numpy.sqrt(numpy.mean(samples**2)))
    assert -24 < rms_db < -16
    assert numpy.max(numpy.abs(samples)) < 0.95


def test_bad_prompts_are_found_with_their_fix(tmp_path: Path) -> None:
    flow = load_flow(FLOWS / "hotline.yaml")
    write_wav(tmp_path / "welcome-menu.wav")
    write_wav(tmp_path / "wrong-key.wav", rate=16000)
    write_wav(tmp_path / "no-input.wav", seconds=0)
    findings = {finding.about: finding for finding in check_prompts(flow, tmp_path)}
    assert set(findings) == {"wrong-key", "no-input", "please-hold"}
    assert "16000 Hz" in findings["wrong-key"].text
    assert "no sample" in findings["no-input"].text
    assert "does not exist" in findings["please-hold"].text
    assert all(finding.level is Level.BAD and "8000 Hz" in finding.fix for finding in findings.values())


def test_a_file_that_is_no_sound_is_not_measured(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"not a sound")
    (tmp_path / "b.wav").write_bytes(b"")
    write_wav(tmp_path / "c.wav", seconds=0.5)
    assert measure_prompts(tmp_path) == {"c": 0.5}


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("nodes:\n  a: {}\n  a: {}\n", "flow.key_twice", "a stands twice"),
        ("nodes: [", "flow.unreadable", "cannot be read"),
        ("name: x\nstarts: {}\nnodes: {}\n", "flow.no_start", "where a call starts"),
        ("", "flow.shape", "cannot be read"),
    ],
)
def test_a_broken_menu_file_is_named(tmp_path: Path, text: str, code: str, words: str) -> None:
    path = tmp_path / "night.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(Invalid) as found:
        load_flow(path)
    assert found.value.code == code
    assert found.value.message.startswith("night.yaml: ")
    assert words in found.value.message


def test_a_missing_menu_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"gone\.yaml: cannot be read"):
        load_flow(tmp_path / "gone.yaml")
