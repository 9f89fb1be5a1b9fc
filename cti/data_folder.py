"""The folder of everything that is kept: made private, checked for room, and owned by one running system at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from cti.domain.errors import Conflict, Invalid

LEAST_ROOM_BYTES = 200 * 2**20
"""Below this a day of recordings may not fit; a database on a full disk helps nobody."""


def make_data_folder(folder: Path) -> None:
    """Make `folder` (mode 0700) and prove that it can be written and has room.

    Raises: Invalid, saying what to do.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.write_bytes(bytes(4096))
    except OSError as refused:
        raise Invalid(_why_not(folder, refused), code="data.folder") from refused
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    room = shutil.disk_usage(folder).free
    if room < LEAST_ROOM_BYTES:
        raise Invalid(
            f"The disk of {folder} has {room // 2**20} MB left, {LEAST_ROOM_BYTES // 2**20} MB are needed: make room, "
            "or choose another folder with --data",
            code="data.full",
        )


def _why_not(folder: Path, refused: OSError) -> str:
    if refused.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: make room, or choose another folder with --data"
    if isinstance(refused, FileExistsError | NotADirectoryError):
        return f"{refused.filename} is a file, not a folder: move it away, or choose another folder with --data"
    return (
        f"{folder} cannot be written ({refused.strerror}): see who owns it with `ls -ld {folder}`, "
        "or choose another folder with --data"
    )


@contextlib.contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Own `folder` for as long as the context lives; the claim ends with the process, however it ends.

    Raises: Conflict when another system owns it, naming its process.
    """
    path = folder / "up.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise Conflict(
                f"Another ./run (process {owner}) works on {folder}. Use that one, stop it (Ctrl-C there, or "
                f"`kill {owner}`), or start a second system with its own folder: ./run --data OTHER --port 0",
                code="data.claimed",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
