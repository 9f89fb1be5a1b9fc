"""Recorded files made playable: joined, padded, repaired; what is none is told from what is missing."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from recordings.audio import Shelf, join, look_at

RATE = 8000


def tone(hz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype("<i2")


def put(folder: Path, side: str, samples: np.ndarray, *, rate: int = RATE, name: str = "r1") -> Path:
    path = folder / f"{name}-{side}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def heard(path: Path) -> tuple[np.ndarray, int]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2), file.getframerate()


def pitch(samples: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples.astype(float)))) * rate / len(samples))


def test_the_customer_is_left_the_agent_right_and_the_shorter_side_ends_in_silence(tmp_path: Path) -> None:
    put(tmp_path, "caller", tone(440, 2))
    put(tmp_path, "agent", tone(1000, 1))
    sound = look_at(tmp_path, "r1")
    assert (sound.state, sound.duration_s) == ("ready", 2.0)
    samples, rate = heard(Shelf(tmp_path / "shelf").get(sound))
    assert len(samples) == 2 * RATE
    assert abs(pitch(samples[:, 0], rate) - 440) < 1
    assert abs(pitch(samples[:RATE, 1], rate) - 1000) < 1
    assert not samples[RATE:, 1].any()


def test_what_a_killed_service_left_half_made_goes(tmp_path: Path) -> None:
    put(tmp_path, "caller", tone(440, 1))
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "tmp1.part").write_bytes(b"half")
    made = Shelf(tmp_path / "shelf").get(look_at(tmp_path, "r1"))
    assert list((tmp_path / "shelf").iterdir()) == [made]


def test_a_side_that_is_missing_is_silent_and_another_rate_is_adapted(tmp_path: Path) -> None:
    put(tmp_path, "agent", tone(500, 1))
    samples, _ = heard(Shelf(tmp_path / "shelf").get(look_at(tmp_path, "r1")))
    assert not samples[:, 0].any()
    put(tmp_path, "caller", tone(700, 1, 16000), rate=16000)
    joined = join(look_at(tmp_path, "r1"))
    assert (joined.frame_rate, joined.channels, round(joined.duration_seconds, 2)) == (16000, 2, 1.0)


@pytest.mark.parametrize("written", [0, 0xFFFFFFFF])
def test_a_header_that_was_never_finished_is_repaired(tmp_path: Path, written: int) -> None:
    path = put(tmp_path, "caller", tone(440, 1))
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = written.to_bytes(4, "little")
    path.write_bytes(data + b"\x01")
    sound = look_at(tmp_path, "r1")
    assert (sound.state, sound.duration_s) == ("ready", 1.0)


@pytest.mark.parametrize(
    ("content", "state"),
    [(b"", "empty"), (b"RIFF", "damaged"), (b"MP3 and so on" * 10, "damaged"), (b"RIFF\0\0\0\0WAVE", "damaged")],
)
def test_what_is_no_sound_is_named(tmp_path: Path, content: bytes, state: str) -> None:
    (tmp_path / "r1-caller.wav").write_bytes(content)
    assert look_at(tmp_path, "r1").state == state


def test_nobody_spoke_is_empty_and_no_file_is_missing(tmp_path: Path) -> None:
    assert look_at(tmp_path, "r1").state == "missing"
    put(tmp_path, "caller", tone(440, 0))
    assert look_at(tmp_path, "r1").state == "empty"


def test_stereo_is_not_what_asterisk_writes(tmp_path: Path) -> None:
    path = put(tmp_path, "caller", tone(440, 1))
    data = bytearray(path.read_bytes())
    data[22] = 2
    path.write_bytes(data)
    assert look_at(tmp_path, "r1").state == "damaged"


@pytest.mark.parametrize("name", ["../r1", "a/r1", "", ".", "..", "r1\0", "/etc/passwd", "r" * 300])
def test_a_name_that_leads_elsewhere_is_missing(tmp_path: Path, name: str) -> None:
    put(tmp_path, "caller", tone(440, 1))
    folder = tmp_path / "inner"
    folder.mkdir()
    assert look_at(folder, name).state == "missing"


def test_a_link_to_another_file_is_missing(tmp_path: Path) -> None:
    put(tmp_path, "caller", tone(440, 1), name="real")
    os.symlink(tmp_path / "real-caller.wav", tmp_path / "r1-caller.wav")
    assert look_at(tmp_path, "r1").state == "missing"


def test_the_shelf_makes_each_file_once_and_lets_the_oldest_go(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", most_bytes=80_000)
    put(tmp_path, "caller", tone(440, 1))
    first = shelf.get(look_at(tmp_path, "r1"))
    made = first.stat().st_ino
    assert shelf.get(look_at(tmp_path, "r1")).stat().st_ino == made
    os.utime(first, (1, 1))
    for count in range(3):
        put(tmp_path, "caller", tone(440, 1), name=f"n{count}")
        newest = shelf.get(look_at(tmp_path, f"n{count}"))
    assert newest.exists()
    assert not first.exists()
    assert sum(path.stat().st_size for path in (tmp_path / "shelf").iterdir()) <= 80_000
