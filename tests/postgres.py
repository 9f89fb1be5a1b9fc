"""A PostgreSQL server of the tests' own: unix socket only, no fsync, gone with its folder."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

USER = "cti"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=60")


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, newest version first; None when there is no server here."""
    found = shutil.which("initdb")
    if found and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True)
    return versions[0].parent if versions else None


class Postgres:
    """One cluster in one folder. `stop` and `start` play "the database is away"."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self.binaries = binaries
        self._server: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database over the unix socket."""
        return f"postgresql+asyncpg://{USER}@/{database}?host={self.folder}"

    def create(self) -> None:
        """Make the cluster. initdb refuses root, so a root run becomes the user postgres for it."""
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["-A", "trust", "-U", USER, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", "data", *options)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = [part for setting in _FAST for part in ("-c", setting)]
        command = [
            self.binaries / "postgres",
            "-D",
            "data",
            "-c",
            "listen_addresses=",
            "-k",
            str(self.folder),
            *settings,
        ]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        deadline = time.monotonic() + 20
        while subprocess.run([self.binaries / "pg_isready", "-q", "-h", self.folder], check=False).returncode != 0:
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop at once: open connections are cut, as in a crash of the machine it runs on."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(20)
            self._server = None

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run one statement."""
        self._run("psql", "-q", "-h", str(self.folder), "-U", USER, "-d", database, "-c", statement)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.binaries / program, *arguments], capture_output=True, text=True, check=False, **self._as_user()
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr[-1000:]}")

    def _as_user(self) -> dict:  # type: ignore[type-arg]
        chosen = {"cwd": self.folder, "env": {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}}
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            chosen |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return chosen


@contextlib.contextmanager
def cluster(binaries: Path) -> Iterator[Postgres]:
    """A running cluster, removed at the end. Its folder has a short name: a socket's path has 107 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="hl-pg-"))
    server = Postgres(folder, binaries)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
