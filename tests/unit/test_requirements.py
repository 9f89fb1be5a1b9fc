"""The locks fit `pyproject.toml` and each other, every package has hashes, and no server is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WANTED = {
    "run": PYPROJECT["project"]["dependencies"],
    "test": PYPROJECT["project"]["dependencies"] + PYPROJECT["dependency-groups"]["dev"],
    "node": PYPROJECT["dependency-groups"]["node"],
}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^ ;\\]+)")


def text_of(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8")


def pins_of(lock: str) -> dict[str, set[str]]:
    """Return canonical name -> versions; there are two when versions of Python need different ones."""
    pins: dict[str, set[str]] = {}
    for line in text_of(lock).splitlines():
        if found := PIN.match(line):
            pins.setdefault(canonicalize_name(found[1]), set()).add(found[2])
    return pins


@pytest.mark.parametrize("lock", WANTED)
def test_lock_holds_what_pyproject_asks_for(lock: str) -> None:
    pins = pins_of(lock)
    for text in WANTED[lock]:
        wanted = Requirement(text)
        versions = pins.get(canonicalize_name(wanted.name), set())
        assert versions, f"{wanted.name} is not in {lock}.txt: renew the locks (requirements/README.md)"
        assert all(wanted.specifier.contains(version) for version in versions), f"{text} is locked as {versions}"


@pytest.mark.parametrize("lock", WANTED)
def test_lock_holds_nothing_that_pyproject_dropped(lock: str) -> None:
    asked = {canonicalize_name(Requirement(text).name) for text in WANTED[lock]}
    blocks = re.split(r"^(?=\S)", text_of(lock), flags=re.MULTILINE)
    direct = {
        canonicalize_name(found[1]) for block in blocks if "(pyproject.toml" in block and (found := PIN.match(block))
    }
    assert direct <= asked


def test_test_lock_holds_the_run_lock_in_the_same_versions() -> None:
    test = pins_of("test")
    assert {name: test.get(name) for name in pins_of("run")} == pins_of("run")


@pytest.mark.parametrize("lock", WANTED)
def test_every_pin_has_hashes_and_nothing_else_is_asked_of_pip(lock: str) -> None:
    blocks = [block for block in re.split(r"^(?=\S)", text_of(lock), flags=re.MULTILINE) if block.strip()]
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block
    assert "://" not in text_of(lock)
