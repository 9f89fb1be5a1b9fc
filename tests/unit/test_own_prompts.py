"""Files made into recordings: what is taken comes out at one level, what is not is refused with the reason."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from cti.domain.errors import Invalid
from cti.web.problem import TooMany
from ivr.own_prompts import workbench as bench
from ivr.own_prompts.convert import convert
from ivr.own_prompts.decode import RATE_HZ, Refused, decode
from ivr.own_prompts.level import spoken_level
from ivr.own_prompts.listen import wav_of
from ivr.own_prompts.resample import resample
from ivr.own_prompts.workbench import Workbench
from tests.parts import needs
from tests.waiting import until


def speech(seconds: float, rate: int = 16_000, peak: float = 0.3) -> np.ndarray:
    """Something like speech: a swelling tone with pauses, -1 to 1."""
    at = np.arange(int(seconds * rate)) / rate
    return peak * np.sin(2 * np.pi * 500 * at) * np.clip(np.sin(2 * np.pi * 1.5 * at), 0, None)


def quiet(seconds: float, rate: int = 16_000) -> np.ndarray:
    return np.zeros(int(seconds * rate))


def put(path: Path, sound: np.ndarray, *, rate: int = 16_000, channels: int = 1, bits: int = 16) -> Path:
    """A WAV file; of two channels the second is silent."""
    whole = np.zeros((len(sound), channels))
    whole[:, 0] = sound
    top = 2 ** (bits - 1) - 1
    samples = np.round(np.clip(whole, -1, 1) * top).astype("<i4")
    data = (samples + 128).astype("u1").tobytes() if bits == 8 else samples.tobytes()
    if bits in (16, 24):
        data = samples.reshape(-1).view("u1").reshape(-1, 4)[:, : bits // 8].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(bits // 8)
        file.setframerate(rate)
        file.writeframes(data)
    return path


def heard(folder: Path, source: Path) -> np.ndarray:
    """What callers hear of a file that is taken, -1 to 1."""
    verdict = convert(source, folder / "made.alaw")
    assert verdict.code == "", verdict
    with wave.open(io.BytesIO(wav_of(folder / "made.alaw"))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def reason(source: Path) -> str:
    return convert(source, source.with_suffix(".alaw")).code


def pitch(samples: np.ndarray, rate: int = 8000) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))


@pytest.mark.parametrize(
    ("rate", "channels", "bits"), [(8000, 1, 16), (16_000, 2, 24), (44_100, 1, 32), (48_000, 1, 8)]
)
def test_any_wav_becomes_telephone_sound_at_one_level(tmp_path: Path, rate: int, channels: int, bits: int) -> None:
    sound = np.concatenate([quiet(0.8, rate), speech(3, rate), quiet(1.2, rate)])
    samples = heard(tmp_path, put(tmp_path / "a.wav", sound, rate=rate, channels=channels, bits=bits))
    assert abs(pitch(samples) - 500) < 10
    assert 20 * np.log10(np.max(np.abs(samples))) < -2.9
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    levels = 10 * np.log10(np.maximum(np.mean(frames**2, axis=1), 1e-10))
    assert abs(spoken_level(levels) + 19) < 1.5
    assert 2.4 < len(samples) / 8000 < 3.5


def test_the_silence_at_both_ends_goes_and_is_told(tmp_path: Path) -> None:
    sound = np.concatenate([quiet(1.0), speech(2), quiet(1.5)])
    verdict = convert(put(tmp_path / "a.wav", sound), tmp_path / "a.alaw")
    assert 2.2 < verdict.trimmed_s < 2.9
    assert (verdict.level_dbfs, verdict.peak_dbfs <= -3) == (-19.0, True)


def test_a_loud_knock_keeps_the_rest_below_full_scale(tmp_path: Path) -> None:
    sound = np.concatenate([speech(2, peak=0.05), [0.8, -0.8] * 40, speech(1, peak=0.05)])
    verdict = convert(put(tmp_path / "a.wav", sound), tmp_path / "a.alaw")
    assert verdict.code == ""
    assert verdict.peak_dbfs <= -3


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (speech(2, peak=4.0), "prompt.clipped"),
        (quiet(2), "prompt.silent"),
        (speech(2, peak=0.0005), "prompt.silent"),
        (speech(2, peak=0.006), "prompt.too_quiet"),
        (np.concatenate([quiet(1), speech(0.12), quiet(1)]), "prompt.too_short"),
        (np.array([0.1]), "prompt.too_short"),
    ],
    ids=["clipped", "silent", "noise", "quiet", "short", "one sample"],
)
def test_what_callers_could_not_follow_is_refused(tmp_path: Path, sound: np.ndarray, code: str) -> None:
    assert reason(put(tmp_path / "a.wav", sound)) == code
    assert not (tmp_path / "a.alaw").exists()


def test_what_is_longer_than_two_minutes_is_refused_before_it_is_worked_on(tmp_path: Path) -> None:
    assert reason(put(tmp_path / "a.wav", speech(121, 8000), rate=8000)) == "prompt.too_long"


@needs("ffmpeg")
@pytest.mark.parametrize("kind", ["mp3", "m4a", "ogg", "flac", "webm", "wav"])
def test_other_formats_come_in_by_ffmpeg(tmp_path: Path, kind: str) -> None:
    put(tmp_path / "a.wav", speech(2, 44_100), rate=44_100)
    codec = ["-c:a", "pcm_f32le"] if kind == "wav" else []
    made = ["ffmpeg", "-v", "error", "-i", tmp_path / "a.wav", *codec, tmp_path / f"b.{kind}"]
    subprocess.run(made, check=True)
    # As it is kept on the way: without the ending that would give it away.
    shutil.move(tmp_path / f"b.{kind}", tmp_path / "taken.in")
    assert abs(pitch(heard(tmp_path, tmp_path / "taken.in")) - 500) < 10


@needs("ffmpeg")
def test_a_film_without_sound_and_what_is_no_sound_are_told_apart(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", "-c:v", "mpeg4"]
    subprocess.run(["ffmpeg", "-v", "error", *picture, film], check=True)
    assert reason(film) == "prompt.no_sound"
    for content in (b"", b"MZ" + bytes(range(256)) * 20, b"%PDF-1.7 not a sound", b"RIFF\x24\0\0\0WAVEfmt "):
        (tmp_path / "x.in").write_bytes(content)
        assert reason(tmp_path / "x.in") == "prompt.not_audio"


@needs("ffmpeg")
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {secret}\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet>'
        '<Representation id="1"><BaseURL>file://{secret}</BaseURL></Representation></AdaptationSet></Period></MPD>',
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    ],
    ids=["hls", "concat", "dash", "sdp"],
)
def test_a_playlist_cannot_read_another_file_or_the_network(tmp_path: Path, playlist: str) -> None:
    secret = put(tmp_path / "secret.wav", speech(2))
    for ending in (".in", ".mp3", ".m3u8"):
        (tmp_path / f"evil{ending}").write_text(playlist.format(secret=secret), "utf-8")
        assert reason(tmp_path / f"evil{ending}") == "prompt.not_audio"


def test_without_ffmpeg_wav_still_works_and_the_rest_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert abs(pitch(heard(tmp_path, put(tmp_path / "a.wav", speech(2)))) - 500) < 10
    (tmp_path / "b.in").write_bytes(b"ID3" + bytes(2000))
    with pytest.raises(Refused, match="ffmpeg"):
        decode(tmp_path / "b.in", 120)


def test_headers_that_lie_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    whole = put(tmp_path / "a.wav", speech(1)).read_bytes()
    rates = {"1 Hz": (24, 1), "4 GHz": (24, 2**32 - 1), "no rate": (24, 0)}
    for at, value in rates.values():
        (tmp_path / "b.wav").write_bytes(whole[:at] + value.to_bytes(4, "little") + whole[at + 4 :])
        assert reason(tmp_path / "b.wav") == "prompt.no_ffmpeg"
    (tmp_path / "b.wav").write_bytes(whole[:22] + b"\xff\xff" + whole[24:])
    assert reason(tmp_path / "b.wav") == "prompt.no_ffmpeg"
    # A size beyond the end, or cut off in the middle of a sample: what is there is taken.
    for content in (whole[:40] + b"\xff\xff\xff\xff" + whole[44:], whole[:-1]):
        (tmp_path / "b.wav").write_bytes(content)
        assert reason(tmp_path / "b.wav") == ""


def test_resampling_keeps_what_a_telephone_carries_and_folds_nothing_back() -> None:
    at = np.arange(24_000) / 24_000
    for hz, most_db, least_db in ((300, 0.5, -0.5), (3000, 0.5, -1.5), (5000, -40, -200), (9000, -40, -200)):
        tone = (10_000 * np.sin(2 * np.pi * hz * at)).astype("<i2")
        made = np.array(resample(tone.tolist(), RATE_HZ, 8000))
        assert len(made) == 8000
        gain = 20 * np.log10(np.std(made[400:-400]) / np.std(tone) + 1e-9)
        assert least_db < gain < most_db, hz
    with pytest.raises(ValueError, match="not above"):
        resample([0], 8000, 8000)


async def test_the_bench_works_in_a_process_of_its_own_and_leaves_nothing_behind(tmp_path: Path) -> None:
    table = Workbench(tmp_path / "taken")
    with table.file() as source:
        put(source, speech(1))
        sound = await table.finish(source)
    assert sound.level_dbfs == -19.0
    assert sound.length_s * 8000 == len(sound.samples)
    with table.file() as source:
        source.write_bytes(put(tmp_path / "q.wav", quiet(1)).read_bytes())
        with pytest.raises(Invalid, match="silence") as refused:
            await table.finish(source)
        assert refused.value.code == "prompt.silent"
    assert [*(tmp_path / "taken").iterdir()] == []


async def test_a_file_that_takes_too_long_is_given_up_with_everything_it_started(tmp_path: Path) -> None:
    table = Workbench(tmp_path / "taken", limit_s=0.05)
    with table.file() as source:
        put(source, speech(60, 48_000), rate=48_000)
        with pytest.raises(Invalid) as refused:
            await table.finish(source)
    assert refused.value.code == "prompt.too_hard"
    await until(lambda: not any("own_prompts.convert" in line and str(tmp_path) in line for line in processes()))


async def test_not_everybody_may_wait_for_the_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "MOST_WAITING", 0)
    busy = Workbench(tmp_path)
    with busy.file() as source, pytest.raises(TooMany):
        await busy.finish(source)


def processes() -> list[str]:
    """Command lines of this machine."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return lines
