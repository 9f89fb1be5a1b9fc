"""Rules of the house that no linter knows, each a function from files to findings. Empty means kept."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_FILE_LINES = 450
"""Most files have 80 to 250 lines; beyond this one does not fit in the head."""
LONGEST_TEST_LINES = 480
"""Stories with one fixture stay together a little longer."""
LONGEST_TEST_SLEEP_S = 0.05
NAMELESS_FOLDERS = {"common", "utils", "helpers", "core", "lib"}
"""A tool without a noun has no home."""
NAMELESS_MODULES = NAMELESS_FOLDERS - {"core"} | {"util", "helper", "misc"}
NAMELESS_CLASS = re.compile(r"^\s*class (\w*(?:Manager|Handler|Helper|Processor|Base|Util|Utils))\b", re.MULTILINE)
# Written in two halves, so that this file keeps its own rule.
HOSTS = re.compile(
    r"pypi\." + r"org|pythonhosted\." + r"org|registry\.npmjs\." + r"org|npmmirror\." + r"com|deb\." + r"debian\.org"
    r"|(?:archive|ports)\." + r"ubuntu\.com|docker\." + r"io/|ghcr\." + r"io|quay\." + r"io"
)
MACHINE_PATH = re.compile(r"""(?<![\w.$}\])>])/(?:work|root|home/\w+|Users/\w+)/""")
LOCKS_WITH_HOSTS = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"}
NOT_OURS = {"node_modules", "static", "var", "__pycache__"}
WORD_TABLES = "dashboards/web/src/text/"
"""One line for each word on the screen: a list to look things up in, not to be held in the head."""
GENERATED = "dashboards/web/src/live/protocol.ts"


@dataclass(frozen=True)
class SourceFile:
    """One file of the project. `name` is its path from the root."""

    name: str
    text: str = field(repr=False)

    @property
    def is_python(self) -> bool:
        return self.name.endswith(".py")

    @property
    def lines(self) -> int:
        return self.text.count("\n")


def tracked_names(root: Path) -> Iterator[str]:
    """Yield the names of the files git keeps; without git, of all but what is made by tools."""
    if shutil.which("git") and (root / ".git").exists():
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True).stdout
        yield from (name for name in listed.decode().split("\0") if name and (root / name).is_file())
        return
    for here, folders, files in os.walk(root):
        hidden = {name for name in folders if name.startswith(".") and name != ".ci"}
        folders[:] = [name for name in folders if name not in NOT_OURS | hidden]
        yield from (str((Path(here) / name).relative_to(root)) for name in files)


def read_project(root: Path) -> list[SourceFile]:
    """Return every file of the project that is text."""
    found = []
    for name in sorted(tracked_names(root)):
        data = (root / name).read_bytes()
        if b"\0" not in data:
            found.append(SourceFile(name, data.decode("utf-8", "replace")))
    return found


def too_long(files: Iterable[SourceFile]) -> list[str]:
    """Return sources with more lines than fit in the head."""
    ends = (".py", ".ts", ".vue", ".mjs", ".sh")
    code = (file for file in files if file.name.endswith(ends) and not file.name.startswith((WORD_TABLES, GENERATED)))
    return [
        f"{file.name}: {file.lines} lines"
        for file in code
        if file.lines > (LONGEST_TEST_LINES if file.name.startswith("tests/") else LONGEST_FILE_LINES)
    ]


def mocks(files: Iterable[SourceFile]) -> list[str]:
    """Return Python files that import the standard library's mocks."""
    pattern = re.compile(r"^\s*(?:from unittest(?:\.| import )mock|import unittest\.mock)", re.MULTILINE)
    return [file.name for file in files if file.is_python and pattern.search(file.text)]


def nameless(files: Iterable[SourceFile]) -> list[str]:
    """Return folders, modules and classes whose name says nothing."""
    found = []
    for file in files:
        path = Path(file.name)
        if NAMELESS_FOLDERS & {*path.parts[:-1]} or path.stem in NAMELESS_MODULES:
            found.append(file.name)
        if file.is_python:
            found += [f"{file.name}: class {name}" for name in NAMELESS_CLASS.findall(file.text)]
    return found


def hosts(files: Iterable[SourceFile]) -> list[str]:
    """Return mentions of a package registry: where packages come from is the machine's choice."""
    return [f"{file.name}: {found[0]}" for file in files if (found := HOSTS.search(file.text))]


def machine_paths(files: Iterable[SourceFile]) -> list[str]:
    """Return absolute paths that exist on one machine only."""
    return [f"{file.name}: {found[0]}" for file in files if (found := MACHINE_PATH.search(file.text))]


def locks_with_hosts(files: Iterable[SourceFile]) -> list[str]:
    """Return lock files that name where each package lay."""
    found = []
    for file in files:
        base = Path(file.name).name
        if base in LOCKS_WITH_HOSTS or (base == "package-lock.json" and '"resolved":' in file.text):
            found.append(file.name)
    return found


def long_sleeps(files: Iterable[SourceFile]) -> list[str]:
    """Return tests that wait for a time instead of a condition.

    Where a real switch runs, time itself may be what is measured: there a comment on the line has to say so.
    """
    pattern = re.compile(r"\bsleep\(\s*([\d_.]+)\s*\)(.*)")
    return [
        f"{file.name}: {call[0]}"
        for file in files
        if file.is_python and file.name.startswith("tests/")
        for call in pattern.finditer(file.text)
        if float(call[1]) > LONGEST_TEST_SLEEP_S
        and not (file.name.startswith(("tests/asterisk/", "tests/faults/")) and "  # " in call[2])
    ]
