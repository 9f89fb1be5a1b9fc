"""`./test`: all checks and tests, in the order in which a mistake shows soonest; a table of what took how long.

python -m tests             everything; installs missing parts when root, else names them
python -m tests quick       lint, types, import rules, unit and web tests, traces: no Asterisk, browser or PostgreSQL
python -m tests ARGUMENTS   pytest with these arguments
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cti.setup.steps import Stopped, apt_install, step
from tests.parts import LOOKS

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "dashboards" / "web"
PACKAGES = {
    "postgresql": "postgresql",
    "sipp": "sip-tester",
    "espeak-ng": "espeak-ng",
    "ffmpeg": "ffmpeg",
    "sox": "sox",
    "chromium": "chromium",
}
"""Part of `tests.parts` -> Debian package."""
LANES = (("browser",), ("asterisk", "bench"), ("faults",))
"""Folders that `quick` leaves out. Their tests mostly wait for calls to go by, so the lanes run beside each other; the
tests of one lane never do, because each listens to what it recorded.
"""
MOST_AGAIN = 3
"""Calls in real time on a noisy machine: up to so many failures of a lane are tried once more, alone, and named."""
NEED_A_MACHINE = tuple(name for lane in LANES for name in lane)
NOT_QUICK = ("db", *NEED_A_MACHINE)
FORGET = "--cache-clear"
IMPORTS = "from importlinter.cli import lint_imports_command as check; check()"
"""import-linter has no `-m`, and the scripts in `.venv/bin` do not survive a moved checkout."""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
COUNTS = re.compile(r"(\d+) ([a-z]+)")
CLOSING = re.compile(r"^=*\s*((\d+ [a-z]+)(, \d+ [a-z]+)* in [\d.]+s.*?)\s*=*$")


@dataclass
class Check:
    """One command of the suite and what came of it."""

    title: str
    command: Sequence[str]
    cwd: Path = ROOT
    ok: bool = False
    seconds: float = 0.0

    def run(self) -> None:
        """Run quietly; show the output only of a failure."""
        began = time.monotonic()
        done = subprocess.run(
            self.command, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.seconds, self.ok = time.monotonic() - began, done.returncode == 0
        print(self.row, flush=True)
        if not self.ok:
            print(done.stdout.decode("utf-8", "replace"), flush=True)

    @property
    def row(self) -> str:
        return f"  {self.title:<32} {'ok' if self.ok else 'FAILED':<8} {self.seconds:7.1f} s"


@dataclass
class Suite(Check):
    """pytest: shown as it goes, and its closing line kept."""

    is_live: bool = True
    """Progress is shown as it comes; otherwise everything at the end, so that two runs do not talk at once."""
    cache: str = ""
    """Folder in which pytest keeps what failed, so that it can be tried again; empty: a failure is final."""
    closing: str = field(default="pytest said nothing", init=False)
    again: list[str] = field(default_factory=list, init=False)
    """Tests that passed only when they were tried a second time."""

    def run(self) -> None:
        """Run with the output passed on, progress dots included."""
        began = time.monotonic()
        with subprocess.Popen(self.command, cwd=self.cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            kept = b""
            while block := os.read(process.stdout.fileno(), 65536):
                kept += block
                if self.is_live:
                    sys.stdout.buffer.write(block)
                    sys.stdout.buffer.flush()
        if not self.is_live:
            sys.stdout.buffer.write(kept)
            sys.stdout.buffer.flush()
        self.seconds, self.ok = time.monotonic() - began, process.returncode == 0
        self.closing = closing_line(kept.decode("utf-8", "replace")) or self.closing

    def try_again(self) -> None:
        """Run what failed once more, when it is little. Call it when nothing else runs."""
        failed = self.failed
        if self.ok or not 0 < len(failed) <= MOST_AGAIN:
            return
        print(f"\n  {self.title}: once more, alone: {', '.join(failed)}", flush=True)
        words = [word for word in self.command if word != FORGET]
        second = Suite(self.title, [*words, "--last-failed", "--last-failed-no-failures=none"], cwd=self.cwd)
        second.run()
        self.seconds += second.seconds
        if second.ok:
            counts = dict(counted(self.closing))
            passed = counts.get("passed", 0) + len(failed)
            self.ok, self.again, self.closing = (
                True,
                failed,
                f"{passed} passed, {len(failed)} rerun in {self.seconds:.2f}s",
            )

    @property
    def failed(self) -> list[str]:
        """What pytest's cache names as failed in the last run."""
        kept = self.cwd / self.cache / "v" / "cache" / "lastfailed"
        return sorted(json.loads(kept.read_text())) if self.cache and kept.exists() else []


def closing_line(output: str) -> str:
    """Return pytest's last line without its frame: `3 passed, 1 failed in 0.42s`; empty when there is none."""
    found = (CLOSING.match(COLOURS.sub("", line)) for line in reversed(output.splitlines()))
    return next((match[1] for match in found if match), "")


def python(*words: str) -> list[str]:
    """Return the command that runs Python of this environment."""
    return [sys.executable, *words]


def static_checks() -> list[Check]:
    """Return what looks at the Python sources without running them, fastest first."""
    return [
        Check("lint", python("-m", "ruff", "check", "--quiet", ".")),
        Check("format", python("-m", "ruff", "format", "--check", "--quiet", ".")),
        Check("import rules", python("-c", IMPORTS)),
        Check("types", python("-m", "mypy")),
    ]


def web_checks() -> list[Check]:
    """Return what checks the browser application, which `bootstrap.py` has bundled before."""
    return [
        Check("web types", ["npm", "run", "--silent", "check"], cwd=WEB),
        Check("web tests", ["npm", "run", "--silent", "test"], cwd=WEB),
        Check("web size", ["node", "dev/size.mjs"], cwd=WEB),
    ]


def suites(quick: bool) -> list[Suite]:
    """Return pytest over all folders: first what needs no machine, then a run for each lane of `LANES`."""
    left_out = NOT_QUICK if quick else NEED_A_MACHINE
    inside = [path for path in (ROOT / "tests").iterdir() if path.name not in left_out]
    plain = [str(path.relative_to(ROOT)) for path in sorted(inside) if path.name.startswith("test_") or is_folder(path)]
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = python("-m", "pytest", "-q", *colour)
    # By file: fixtures of a module are made once, and a file's order stays.
    found = [Suite("tests", [*command, "-n", "auto", "--dist", "loadfile", *plain])]
    for lane in () if quick else LANES:
        paths = [f"tests/{name}" for name in lane if is_folder(ROOT / "tests" / name)]
        cache = f".pytest_cache/{lane[0]}"
        words = [*command, "-o", f"cache_dir={cache}", FORGET, *paths]
        found.append(Suite(f"tests: {', '.join(lane)}", words, is_live=lane is LANES[0], cache=cache))
    return found


def together(runs: Sequence[Suite]) -> str:
    """Return the closing lines of several runs as one: the counts of each word, and the time of all."""
    counts: dict[str, int] = {}
    for run in runs:
        found = counted(run.closing)
        if not found:
            return run.closing
        for word, count in found:
            counts[word] = counts.get(word, 0) + count
    return (
        f"{', '.join(f'{count} {word}' for word, count in counts.items())} in {sum(run.seconds for run in runs):.2f}s"
    )


def counted(closing: str) -> list[tuple[str, int]]:
    """Return the words of a closing line with their counts."""
    return [(word, int(count)) for count, word in COUNTS.findall(closing.partition(" in ")[0])]


def is_folder(path: Path) -> bool:
    """Whether there are tests below `path`."""
    return path.is_dir() and next(path.rglob("test_*.py"), None) is not None


def run_lanes(lanes: Sequence[Sequence[Check]]) -> None:
    """Run the lanes beside each other, the checks of a lane one after the other."""

    def run(lane: Sequence[Check]) -> None:
        for check in lane:
            check.run()

    threads = [threading.Thread(target=run, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def missing_parts() -> list[str]:
    """Return the parts that the tests need and this machine lacks."""
    return [part for part in PACKAGES if not LOOKS[part]()]


def install_parts() -> None:
    """Install what is missing as root. Otherwise say what is missing: its tests are skipped by name."""
    missing = missing_parts()
    if not missing:
        return
    try:
        with step(f"parts for the tests: {', '.join(missing)}"):
            apt_install([PACKAGES[part] for part in missing], f"The tests also need {', '.join(missing)}.")
    except Stopped as stopped:
        print(f"{stopped}\n", flush=True)
        if os.geteuid() == 0:
            install_one_by_one(missing)
    if missing := missing_parts():
        print(f"  Without {', '.join(missing)} their tests are skipped by name (in CI: they fail).\n", flush=True)


def install_one_by_one(missing: Sequence[str]) -> None:
    """Try each alone: a distribution that lacks one package (Ubuntu has no chromium) may have the others."""
    for part in missing:
        try:
            with step(f"{part} alone"):
                apt_install([PACKAGES[part]], f"The tests also need {part}.")
        except Stopped as stopped:
            print(f"{stopped}\n", flush=True)


def run_all(quick: bool) -> int:
    """Run the suites; return the exit code. The last line is pytest's own, of both runs together."""
    if not quick:
        install_parts()
    tests = suites(quick)
    lanes = [static_checks()] + ([] if quick else [web_checks()])
    run_lanes(lanes)
    tests[0].run()
    run_lanes([[lane] for lane in tests[1:]])
    for lane in tests[1:]:
        lane.try_again()
    checks = [*(check for lane in lanes for check in lane), *tests]
    print("\n" + "\n".join(check.row for check in checks))
    failed = [check.title for check in checks if not check.ok]
    for again in [name for lane in tests for name in lane.again]:
        print(f"  passed only at the second attempt: {again}")
    print(f"\n{'failed: ' + ', '.join(failed) if failed else 'all is well'}\n{together(tests)}", flush=True)
    return 1 if failed else 0


def main(arguments: Sequence[str]) -> int:
    """Run everything, the quick part, or pytest with `arguments`."""
    if not arguments or list(arguments) == ["quick"]:
        try:
            return run_all(quick=bool(arguments))
        except KeyboardInterrupt:
            return 130
    sys.stdout.flush()
    os.execv(sys.executable, python("-m", "pytest", *arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
