"""The browser application: sources in `dashboards/web`, built into `dashboards/static`."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from cti.setup.environment import Environment, sha256_of
from cti.setup.steps import Stopped, ask, call, need_writable, step

NOT_SOURCES = ("node_modules", "dist", "coverage")
NOT_SOURCE_FILE = re.compile(r"(^(components|auto-imports)\.d\.ts|\.tsbuildinfo|\.log)$")
"""Written by the tools themselves: a build must not make its own result look old."""


def tree_hash(folder: Path) -> str:
    """Return one digest over the names and contents of all source files below `folder`."""
    total = hashlib.sha256()
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(files):
            path = Path(here) / name
            if path.is_file() and not NOT_SOURCE_FILE.search(name):
                total.update(str(path.relative_to(folder)).encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def node_is_fit(version: str) -> bool:
    """Whether Vite runs on this `node --version`: 20.19 and later of line 20, or 22.12 and later."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if not found:
        return False
    line, minor = int(found.group(1)), int(found.group(2))
    return (line == 20 and minor >= 19) or (line == 22 and minor >= 12) or line > 22


def node_folder(environment: Environment) -> Path:
    """Return the folder of a fit `node` and `npm`; puts one into `.venv` when the machine has none."""
    node = shutil.which("node")
    if node and shutil.which("npm") and node_is_fit(ask(node, "--version")):
        return Path(node).parent
    environment.install("node")
    return environment.folder / "bin"


def reads(path: Path, value: str) -> bool:
    """Whether the note in file `path` is `value`."""
    try:
        return path.read_text("utf-8") == value
    except OSError:
        return False


class Web:
    """The browser application of one checkout."""

    def __init__(self, root: Path) -> None:
        self.source = root / "dashboards" / "web"
        self.built = root / "dashboards" / "static"
        self.built_from = self.built / ".built-from"
        self.installed_from = self.source / "node_modules" / ".installed-from"

    def is_built(self, digest: str) -> bool:
        """Whether `dashboards/static` came from exactly these sources."""
        return (self.built / "index.html").is_file() and reads(self.built_from, digest)

    def prepare(self, environment: Environment, need_modules: bool = False) -> dict[str, str] | None:
        """Build when the sources changed; `need_modules` brings `node_modules` even if nothing has to be built.

        Returns the process environment in which npm works; None when node was not needed.
        """
        digest = tree_hash(self.source)
        if self.is_built(digest) and not need_modules:
            return None
        env = dict(os.environ)
        env["PATH"] = f"{node_folder(environment)}{os.pathsep}{env.get('PATH', os.defpath)}"
        self._install(env)
        if not self.is_built(digest):
            self._build(digest, env)
        return env

    def _install(self, env: dict[str, str]) -> None:
        locked = sha256_of(self.source / "package-lock.json")
        if reads(self.installed_from, locked):
            return
        need_writable(self.source)
        with step("packages of the browser application"):
            call(["npm", "ci", "--no-audit", "--no-fund"], cwd=self.source, env=env)
            self.installed_from.write_text(locked, "utf-8")

    def _build(self, digest: str, env: dict[str, str]) -> None:
        need_writable(self.source.parent)
        with step("browser application"):
            self.built_from.unlink(missing_ok=True)
            # Only the bundle: types and size are for ./test to judge, not a reason to refuse a start.
            call(["npm", "run", "bundle"], cwd=self.source, env=env)
            if not (self.built / "index.html").is_file():
                raise Stopped(f"The build ended well but left no {self.built / 'index.html'}.")
            self.built_from.write_text(digest, "utf-8")
