"""Where an Asterisk lies on this machine and how it is run."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cached_property
from pathlib import Path

import msgspec

from cti.domain.errors import SwitchError

OLDEST_MAJOR = 20
"""Older ones lack what the dialplan and the AMI account rely on."""


class SwitchSetupError(SwitchError):
    """Asterisk could not be installed, configured or started. The message says what to do."""

    code = "switch.setup"


class Binaries(msgspec.Struct, frozen=True, dict=True):
    """One Asterisk: `root` is `/` for the distribution's own, else the folder the packages were unpacked into."""

    root: Path
    version: str

    @classmethod
    def find(cls, root: Path) -> Binaries | None:
        """Return the Asterisk in `root` when it runs, else None."""
        version = _version(_command(root)) if (root / "usr/sbin/asterisk").exists() else ""
        found = cls(root, version)
        return found if version and found.modules is not None else None

    @classmethod
    def of_distribution(cls) -> Binaries | None:
        """Return the installed `asterisk` package's when it is new enough, else None."""
        if shutil.which("asterisk", path="/usr/sbin:/usr/bin") is None:
            return None
        found = cls.find(Path("/"))
        return found if found is not None and found.major >= OLDEST_MAJOR else None

    @property
    def major(self) -> int:
        """22 of `22.10.1~dfsg+~cs6.15.60671435-1`."""
        return int(self.version.split(".")[0])

    @property
    def command(self) -> list[str]:
        """The words that start the program; arguments follow."""
        return _command(self.root)

    @cached_property
    def modules(self) -> Path | None:
        """Folder of the loadable modules."""
        places = ("usr/lib/*-linux-gnu*/asterisk/modules", "usr/lib/asterisk/modules", "usr/lib64/asterisk/modules")
        return next((path for place in places for path in self.root.glob(place)), None)

    @property
    def documentation(self) -> Path:
        """Folder of `core-en_US.xml`, without which Asterisk refuses its own configuration."""
        return self.root / "usr/share/asterisk/documentation"

    @property
    def sounds(self) -> Path:
        """Folder of the English sounds that features play; may be absent."""
        shipped = self.root / "usr/share/asterisk/sounds"
        return next((path for name in ("en_US_f_Allison", "en") if (path := shipped / name).is_dir()), shipped / "en")


def _command(root: Path) -> list[str]:
    """Return how to run `root`'s Asterisk.

    An unpacked one needs the C library it was unpacked with. Asterisk: its loader with `--library-path`, never
    LD_LIBRARY_PATH, which the programs it starts would inherit and break on.
    """
    program = str(root / "usr/sbin/asterisk")
    if root == Path("/"):
        return [program]
    libraries = [root / "usr/lib", root / "lib", root / "usr/lib64", root / "lib64"]
    folders = [
        path for library in libraries for path in (*sorted(library.glob("*-linux-gnu*")), library) if path.is_dir()
    ]
    loader = next((path for folder in folders for path in sorted(folder.glob("ld-linux*.so.*"))), None)
    if loader is None:
        return [program]
    return [str(loader), "--library-path", ":".join(map(str, folders)), program]


def _version(command: list[str]) -> str:
    """Return `22.10.1...`, or nothing when the program does not run."""
    try:
        done = subprocess.run([*command, "-V"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = re.match(r"Asterisk (\d+\.\S+)", done.stdout)
    return said[1] if said else ""
