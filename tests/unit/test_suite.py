"""`python -m tests`: which folders run, and how pytest's closing line is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.__main__ import (
    FORGET,
    MOST_AGAIN,
    NOT_QUICK,
    PACKAGES,
    Check,
    Suite,
    closing_line,
    python,
    suites,
    together,
)
from tests.parts import LOOKS


@pytest.mark.parametrize(
    ("output", "closing"),
    [
        ("....\n274 passed in 20.56s\n", "274 passed in 20.56s"),
        ("F\nFAILED tests/x.py\n1 failed, 3 passed, 2 skipped in 0.42s\n", "1 failed, 3 passed, 2 skipped in 0.42s"),
        ("=== \x1b[32m3 passed\x1b[0m in 61.10s (0:01:01) ===\n", "3 passed in 61.10s (0:01:01)"),
        ("1 passed in 0.1s\nfarewell of a thread\n", "1 passed in 0.1s"),
        ("killed", ""),
    ],
)
def test_closing_line_is_found(output: str, closing: str) -> None:
    assert closing_line(output) == closing


def test_every_part_has_its_package() -> None:
    assert set(PACKAGES) == set(LOOKS)


def test_quick_leaves_out_what_needs_a_machine_or_a_database_server_and_nothing_else() -> None:
    whole = [word for run in suites(quick=False) for word in run.command if word.startswith("tests/")]
    quick = [word for run in suites(quick=True) for word in run.command if word.startswith("tests/")]
    assert set(whole) - set(quick) == {path for path in whole if path.removeprefix("tests/") in NOT_QUICK}
    assert {"tests/unit", "tests/test_architecture.py"} <= set(quick)


def test_closing_lines_of_two_runs_become_one() -> None:
    runs = [Suite("tests", ()), Suite("tests with a machine", ())]
    runs[0].closing, runs[0].seconds = "1 failed, 300 passed in 40.1s", 41.0
    runs[1].closing, runs[1].seconds = "20 passed, 2 warnings in 9.99s", 10.5
    assert together(runs) == "1 failed, 320 passed, 2 warnings in 51.50s"
    runs[1].closing = "pytest said nothing"
    assert together(runs) == "pytest said nothing"


def test_failed_check_shows_its_output(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check("lint", python("-c", "print('line 7 is odd'); raise SystemExit(1)"))
    check.run()
    assert not check.ok
    assert "line 7 is odd" in capsys.readouterr().out


def test_passed_check_is_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check("lint", python("-c", "print('noise')"))
    check.run()
    assert capsys.readouterr().out == check.row + "\n"


def test_suite_passes_its_output_on_and_keeps_the_closing_line(
    capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> None:
    tests = Suite("tests", python("-c", "print('..'); print('2 passed in 0.1s')"), cwd=tmp_path)
    tests.run()
    assert tests.ok
    assert tests.closing == "2 passed in 0.1s"
    assert capfdbinary.readouterr().out == b"..\n2 passed in 0.1s\n"


@pytest.fixture
def lean(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest inside starts without plugins: five starts cost less than one with all."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def lane(folder: Path, text: str) -> Suite:
    """A run over one file of tests, which keeps what failed."""
    (folder / "test_one.py").write_text(text)
    words = python("-m", "pytest", "-q", "-o", "cache_dir=kept", FORGET, "test_one.py")
    return Suite("a lane", words, cwd=folder, cache="kept")


ONCE = """
from pathlib import Path

def test_calm(): pass

def test_nervous():
    seen = Path("seen")
    was_there = seen.exists()
    seen.touch()
    assert was_there
"""


@pytest.mark.usefixtures("lean")
def test_what_fails_once_is_tried_again_and_named(tmp_path: Path) -> None:
    tests = lane(tmp_path, ONCE)
    tests.run()
    assert not tests.ok
    tests.try_again()
    assert tests.ok
    assert tests.again == ["test_one.py::test_nervous"]
    assert tests.closing.startswith("2 passed, 1 rerun in ")


@pytest.mark.usefixtures("lean")
def test_what_fails_twice_or_in_many_places_has_failed(tmp_path: Path) -> None:
    tests = lane(tmp_path, "def test_broken(): assert False\n")
    tests.run()
    tests.try_again()
    assert not tests.ok
    assert tests.again == []
    many = lane(tmp_path, "".join(f"def test_{n}(): assert False\n" for n in range(MOST_AGAIN + 1)))
    many.run()
    seconds = many.seconds
    many.try_again()
    assert not many.ok
    assert many.seconds == seconds, "nothing was tried again"
