"""A recording as callers should hear it: looked at, one channel, 8 kHz, trimmed, at the level of the shipped prompts.

Levels are those of the shipped prompts (`ivr/prompts`): speech at -19 dBFS, 3 dB of room above the loudest sample.
"""

from __future__ import annotations

import array
import math
import warnings

from ivr.own_prompts.decode import Refused
from ivr.own_prompts.resample import resample
from ivr.own_prompts.sound import Sound
from ivr.prompt_book import RATE_HZ

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as in decode
    from pydub import AudioSegment
    from pydub.utils import audioop

LEVEL_DBFS, PEAK_DBFS = -19.0, -3.0
LONGEST_S, SHORTEST_S = 120.0, 0.2
NEAR_TOP_RATIO = 0.98
"""Of full scale: a telephone's own full scale (G.711) is a little below that of the file."""
CLIPPED_SHARE = 0.002
"""Of all samples near full scale. Speech brought to full scale touches it 20 times less."""
SILENT_DBFS = -55.0
"""Peak: nothing but noise."""
QUIET_DBFS = -42.0
"""Speech below it would be raised by more than 23 dB, its noise with it."""
_FRAME_MS = 10
_DOWN_DB = 35.0
"""Below the loudest frame: silence."""
_BEFORE_MS, _AFTER_MS, _FADE_MS = 100, 200, 5


def finish(taken: AudioSegment) -> Sound:
    """Return the recording as it is kept. Raises: Refused."""
    if taken.duration_seconds > LONGEST_S:
        raise Refused("prompt.too_long", f"it is longer than {LONGEST_S:g} s")
    if clipped_share(taken) > CLIPPED_SHARE:
        raise Refused("prompt.clipped", "it is clipped: recorded too loud, its peaks are cut off")
    if taken.duration_seconds < SHORTEST_S:
        raise _too_short()
    mono = to_telephone(taken)
    frames = frame_levels(mono)
    peak_dbfs = dbfs(mono.max)
    if peak_dbfs < SILENT_DBFS:
        raise Refused("prompt.silent", "there is only silence in it")
    first, last = spoken_span(frames)
    if (last - first) * _FRAME_MS / 1000 < SHORTEST_S:
        raise _too_short()
    level_dbfs = spoken_level(frames)
    if level_dbfs < QUIET_DBFS:
        text = f"it is too quiet: {level_dbfs:.0f} dBFS, speech should be above {QUIET_DBFS:.0f}"
        raise Refused("prompt.too_quiet", text)
    spoken = mono[max(0, first * _FRAME_MS - _BEFORE_MS) : last * _FRAME_MS + _AFTER_MS]
    gain_db = min(LEVEL_DBFS - level_dbfs, PEAK_DBFS - peak_dbfs)
    louder = spoken.apply_gain(gain_db).fade_in(_FADE_MS).fade_out(_FADE_MS)
    return Sound(
        samples=audioop.lin2alaw(louder.raw_data, 2),
        level_dbfs=round(level_dbfs + gain_db, 1),
        peak_dbfs=round(peak_dbfs + gain_db, 1),
        trimmed_s=round(mono.duration_seconds - spoken.duration_seconds, 2),
    )


def _too_short() -> Refused:
    return Refused("prompt.too_short", f"there is less than {SHORTEST_S:g} s of sound in it")


def clipped_share(taken: AudioSegment) -> float:
    """Share of samples at or near full scale, 0 to 1."""
    top: float = NEAR_TOP_RATIO * taken.max_possible_amplitude
    samples: array.array[int] = taken.get_array_of_samples()
    if not samples or taken.max < top:
        return 0.0
    return sum(sample >= top or sample <= -top for sample in samples) / len(samples)


def to_telephone(taken: AudioSegment) -> AudioSegment:
    """One channel, 16 bit, 8 kHz, centred on zero."""
    mono = taken.set_channels(1).set_sample_width(2)
    if mono.frame_rate > RATE_HZ:
        samples = resample(mono.get_array_of_samples(), mono.frame_rate, RATE_HZ)
        mono = AudioSegment(data=samples.tobytes(), sample_width=2, frame_rate=RATE_HZ, channels=1)
    return mono.set_frame_rate(RATE_HZ).remove_dc_offset()


def frame_levels(mono: AudioSegment) -> array.array[float]:
    """Level of each whole frame of 10 ms, in dBFS."""
    size = 2 * RATE_HZ * _FRAME_MS // 1000
    data = mono.raw_data
    starts = range(0, len(data) - size + 1, size)
    return array.array("d", (dbfs(audioop.rms(data[at : at + size], 2)) for at in starts))


def spoken_span(frames: array.array[float]) -> tuple[int, int]:
    """First frame with sound and the one behind the last."""
    if not frames:
        return 0, 0
    least = max(SILENT_DBFS - 10, max(frames) - _DOWN_DB)
    loud = [index for index, level in enumerate(frames) if level > least]
    return (loud[0], loud[-1] + 1) if loud else (0, 0)


def spoken_level(frames: array.array[float]) -> float:
    """Mean power of the frames with speech, in dBFS: pauses between sentences do not count."""
    loud = [10 ** (level / 10) for level in frames if level > max(frames) - 25]
    return 10 * math.log10(sum(loud) / len(loud))


def dbfs(amplitude: float) -> float:
    """An amplitude of 16 bit samples in dB of full scale; -100 for nothing."""
    return 20 * math.log10(amplitude / 32768) if amplitude > 0 else -100.0
