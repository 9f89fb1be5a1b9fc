"""Ninety callers within a second beside a single one, through a menu of three nodes: real Asterisk and service, SIPp.

    .venv/bin/python -m tests.bench.bench_menu

Bars: median menu time of the ninety at most 1.1 x that of a single caller; all of them hear the first prompt; the
service process takes less than a quarter of a core meanwhile. Menu times are the switch's own (AsyncAGIStart to
AsyncAGIEnd); the processor's are the kernel's, of the service process alone. A noisy machine makes all of them worse.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.ports import find_free
from cti.asterisk.sounds import PROMPTS, place_prompts
from tests.asterisk.ami import AmiSession, Row, ami_session
from tests.asterisk.conftest import WATCH_SECRET, make_switch
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIO = ROOT / "tests" / "asterisk" / "sipp" / "caller.xml"
SINGLE_COUNT = 5
CALLERS_COUNT = 90
MEDIA_PORT = 20_000
CALM_S = 3.0
"""How long the service is watched with nobody in the menu."""
RATIO_BAR, CORE_BAR = 1.1, 0.25
FLOW = """\
name: fallback
title: {zh: 测速, en: Bench}
start: hello
nodes:
  hello: {kind: announce, prompts: [goodbye], next: choose}
  choose:
    kind: menu
    prompts: [wrong-key]
    keys: [{key: "1", to: bye}]
    wait_s: 2
    tries: 1
    otherwise: bye
  bye: {kind: hang_up, prompts: [please-hold]}
"""


@contextlib.asynccontextmanager
async def serving(switch: EmbeddedAsterisk, data: Path) -> AsyncIterator[int]:
    """`python -m cti serve` beside the switch. Gives its process id."""
    flows = data / "flows"
    flows.mkdir(parents=True)
    (flows / "fallback.yaml").write_text(FLOW, "utf-8")
    settings = {
        "HOTLINE_DATA_DIR": str(data),
        "HOTLINE_FLOWS_DIR": str(flows),
        "HOTLINE_PORT": str(find_free(udp=False)),
        "HOTLINE_AMI_HOST": switch.ami.host,
        "HOTLINE_AMI_PORT": str(switch.ami.port),
        "HOTLINE_AMI_SECRET": switch.ami.secret,
        "HOTLINE_AMI_HANDS_SECRET": switch.hands.secret,
    }
    with (data / "log").open("wb") as log:
        service = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cti", "serve"), cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            await until((data / "first-sign-in-link").exists, 60, "the service is up")
            yield service.pid
        finally:
            service.terminate()
            await service.wait()


async def call(switch: EmbeddedAsterisk, folder: Path, voice: Path, count: int) -> None:
    """`count` callers within a second; returns when all have been hung up on."""
    write_scenario(folder, voice)
    with (folder / "output.txt").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *("sipp", f"127.0.0.1:{switch.sip_port}", "-sf", "scenario.xml", "-nostdin", "-m", str(count)),
            *("-r", str(max(count, 10)), "-l", str(count), "-i", "127.0.0.1", "-p", str(find_free(udp=True))),
            *("-mi", "127.0.0.1", "-mp", str(MEDIA_PORT)),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        await process.wait()
    assert process.returncode == 0, (folder / "output.txt").read_text("utf-8", "replace")[-2000:]


def write_scenario(folder: Path, voice: Path) -> None:
    """The callers' scenario: they say nothing, press nothing, and stay."""
    folder.mkdir()
    values = {"DIAL": "95001", "FROM": '"x" <sip:138001380[call_number]@[local_ip]:[local_port]>', "KEY": ""}
    text = SCENARIO.read_text("utf-8")
    for name, value in {**values, "STAY_MS": "60000", "VOICE": "voice.alaw"}.items():
        text = text.replace(f"@{name}@", value)
    (folder / "scenario.xml").write_text(text, "utf-8")
    shutil.copyfile(voice, folder / "voice.alaw")


def menu_times(watch: AmiSession) -> list[float]:
    """Seconds each caller was in the menu, in order."""
    entered = {row["Uniqueid"]: _instant(row) for row in watch.seen("AsyncAGIStart")}
    left = {row["Uniqueid"]: _instant(row) for row in watch.seen("AsyncAGIEnd")}
    return sorted(left[one] - entered[one] for one in entered)


def heard_count(watch: AmiSession) -> int:
    """Callers to whom the first prompt was played to its end."""
    said = {row["CommandId"] for row in watch.seen("AGIExecStart") if row["Command"].endswith("goodbye")}
    over = {row["CommandId"] for row in watch.seen("AGIExecEnd") if row["Result"] == "Success"}
    played = [row for row in watch.seen("VarSet", Variable="PLAYBACKSTATUS", Value="SUCCESS")]
    return min(len(said & over), len({row["Uniqueid"] for row in played}))


def core_s(pid: int) -> float:
    """Seconds of processor a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(switch: EmbeddedAsterisk, pid: int, folder: Path) -> None:
    """Print both sides."""
    voice = folder / "voice.alaw"
    voice.write_bytes(bytes([0xD5]) * 8000)  # A-law's silence: what callers say does not matter here
    async with ami_session(switch.ami, user="watch", secret=WATCH_SECRET) as watch:
        for number in range(SINGLE_COUNT):
            await call(switch, folder / f"one{number}", voice, 1)
        await until(lambda: len(watch.seen("AsyncAGIEnd")) == SINGLE_COUNT)
        single = menu_times(watch)
    idle_s, idle_at = core_s(pid), time.time()
    await asyncio.sleep(CALM_S)
    idle = (core_s(pid) - idle_s) / (time.time() - idle_at)
    async with ami_session(switch.ami, user="watch", secret=WATCH_SECRET) as watch:
        used_s, begun_at = core_s(pid), time.time()
        await call(switch, folder / "ninety", voice, CALLERS_COUNT)
        used_s, lasted_s = core_s(pid) - used_s, time.time() - begun_at
        await until(lambda: len(watch.seen("AsyncAGIEnd")) == CALLERS_COUNT)
        ninety, heard, dead = menu_times(watch), heard_count(watch), len(watch.seen("IvrDead"))
        spread = _spread(watch.seen("AsyncAGIStart"))
    _print_times("one caller at a time", single)
    _print_times(f"{CALLERS_COUNT} callers, arrived within {spread:.2f} s", ninety)
    print(f"ratio of medians {median(ninety) / median(single):.3f} (bar {RATIO_BAR})")
    print(f"heard the first prompt to its end: {heard} of {CALLERS_COUNT}; left to the fallback queue: {dead}")
    print(f"service process: {used_s:.2f} s of processor in {lasted_s:.1f} s with {CALLERS_COUNT} callers,", end=" ")
    print(f"{used_s / lasted_s:.3f} of a core (bar {CORE_BAR}); {idle:.3f} idle")


def _print_times(what: str, times: list[float]) -> None:
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    print(f"{what}: in the menu median {median(times):.2f} s, p95 {p95:.2f} s, longest {times[-1]:.2f} s")


def _spread(rows: list[Row]) -> float:
    instants = [_instant(row) for row in rows]
    return max(instants) - min(instants)


def _instant(row: Row) -> float:
    return float(row["Timestamp"])


async def main() -> None:
    """Start everything, measure, stop everything."""
    with tempfile.TemporaryDirectory(prefix="hl") as place:
        folder = Path(place)
        switch = make_switch(folder / "switch", SwitchOptions(line_limit=CALLERS_COUNT + 10))
        await switch.start()
        try:
            place_prompts(PROMPTS, next(switch.home.rglob("sounds/hotline")))
            async with serving(switch, folder / "data") as pid:
                await until(lambda: "hotline" in switch.console("manager show connected"), 30, "the service's link")
                await measure(switch, pid, folder)
        finally:
            await switch.stop()


if __name__ == "__main__":
    asyncio.run(main())
