"""The folder `.venv`: made once, filled from the locks in `requirements/`, and a note of what is in it."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path

from cti.setup.steps import Stopped, apt_install, ask, call, need_writable, step

OLDEST_PYTHON = (3, 11)
NOTE = "hotline-setup.json"
"""Kept inside `.venv`, so that deleting that folder is always a clean new beginning."""


def sha256_of(path: Path) -> str:
    """Return the hex digest of one file. Raises: Stopped when it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise Stopped(f"{path} is missing: this checkout is not complete. Try: git checkout -- .") from None


class Environment:
    """The Python environment of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"

    def noted(self) -> dict[str, str]:
        """Return what earlier set-ups noted; empty when nothing can be read."""
        try:
            facts = json.loads((self.folder / NOTE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def note(self, **facts: str | None) -> None:
        """Remember `facts`; None forgets one. Whole or not at all, also when the disk is full."""
        kept = {key: value for key, value in {**self.noted(), **facts}.items() if value is not None}
        part = self.folder / (NOTE + ".part")
        part.write_text(json.dumps(kept, indent=1), "utf-8")
        os.replace(part, self.folder / NOTE)

    def runs(self) -> bool:
        """Whether the environment starts, is new enough, and was made for this place and by the Python it now finds.

        A distribution upgrade swaps the Python below a `.venv`; a moved checkout breaks the scripts in it.
        """
        version = ask(self.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
        if not version or tuple(int(part) for part in version.split(".")) < OLDEST_PYTHON:
            return False
        noted = self.noted()
        return noted.get("place", str(self.folder)) == str(self.folder) and noted.get("python", version) == version

    def make(self) -> None:
        """Make the folder anew when it does not run."""
        if self.runs():
            return
        need_writable(self.root)
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        # Debian keeps this part of the standard library in a package of its own.
        if importlib.util.find_spec("ensurepip") is None:
            with step(f"Debian's python{version}-venv"):
                apt_install([f"python{version}-venv"], "Python's module venv is not complete.")
        with step("Python environment"):
            # An activated .venv may be the `python3` that runs this: build from the Python below it.
            base = getattr(sys, "_base_executable", None) or sys.executable
            call([base, "-m", "venv", "--clear", self.folder])
            self.note(place=str(self.folder), python=version)

    def install(self, lock: str) -> None:
        """Install `requirements/<lock>.txt` unless exactly that was installed before.

        `test.txt` holds everything of `run.txt` in the same versions (a test compares), so both live in one folder.
        """
        path = self.root / "requirements" / f"{lock}.txt"
        wanted = sha256_of(path)
        if self.noted().get(lock) == wanted:
            return
        need_writable(self.folder)
        with step(f"Python packages of requirements/{lock}.txt"):
            self.note(**{lock: None})
            pip = [self.python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
            call([*pip, "install", "--require-hashes", "-r", path])
            self.note(**{lock: wanted})
            if lock == "test":
                self.note(run=sha256_of(self.root / "requirements" / "run.txt"))
