"""One file in, one recording out, in a process of its own: what comes from outside is never read in the service.

    python -m ivr.own_prompts.convert FILE OUT

Writes A-law samples to OUT and says on one line of JSON what became of it.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import msgspec

from ivr.own_prompts.decode import Refused, decode
from ivr.own_prompts.level import LONGEST_S, finish

MEMORY_BYTES = 1024**3
CPU_S = 60
"""Of this process and of ffmpeg, each."""
NICENESS = 15
"""Callers come first."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file. `code` empty: it was taken."""

    code: str = ""
    text: str = ""
    level_dbfs: float = 0.0
    peak_dbfs: float = 0.0
    trimmed_s: float = 0.0


def convert(source: Path, target: Path) -> Verdict:
    """Write the finished samples of `source` to `target`, unless it is refused."""
    try:
        sound = finish(decode(source, LONGEST_S))
    except Refused as refusal:
        return Verdict(code=refusal.code, text=refusal.text)
    except MemoryError:
        return Verdict(code="prompt.too_hard", text="reading it takes too much memory")
    target.write_bytes(sound.samples)
    return Verdict(level_dbfs=sound.level_dbfs, peak_dbfs=sound.peak_dbfs, trimmed_s=sound.trimmed_s)


def main(source: str, target: str) -> int:
    """Limit this process and everything it starts, then convert."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.json.encode(convert(Path(source), Path(target))))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
