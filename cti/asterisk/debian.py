"""Asterisk from the machine's own package archive, unpacked into a folder: no root, nothing outside it is touched.

Debian's stable releases carry no Asterisk; testing and unstable do, on the same mirror. Elsewhere (Ubuntu) the
machine's own sources are asked. Packages are only downloaded and unpacked: no maintainer script runs. Signatures
are always checked.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cti.asterisk.binaries import OLDEST_MAJOR, Binaries, SwitchSetupError

Progress = Callable[[str], None]

PACKAGES = ("asterisk", "asterisk-core-sounds-en-wav")
SUITES = ("forky", "sid")
"""Tried in this order: testing moves less than unstable."""
_DOWNLOAD_LIMIT_S = 900
_UNPACKED_BYTES = 600 * 2**20
"""About 290 MB unpacked beside 95 MB of packages, with room for the next release."""
_OUTDATED = re.compile(r"is expired|not valid anymore|Valid-Until", re.IGNORECASE)

_APT_CONF = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::State::lists "{state}/lists";
Dir::Cache "{state}";
Dir::Cache::archives "{state}/archives";
Dir::Etc::preferences "{state}/none";
Dir::Etc::preferencesparts "{state}/none";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Install-Recommends "false";
APT::Sandbox::User "{user}";
Debug::NoLocking "true";
"""
_APT_SOURCES = 'Dir::Etc::sourcelist "{state}/sources.list";\nDir::Etc::sourceparts "{state}/none";\n'


def install(root: Path, progress: Progress) -> Binaries:
    """Make `root` hold a working Asterisk and return it; at once when it already does. Safe to call from two processes.

    Raises: SwitchSetupError, saying what is missing and what to do.
    """
    if (found := Binaries.find(root)) is not None:
        return found
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        return _install(root, progress)
    except OSError as refused:
        raise SwitchSetupError(
            f"cannot write {refused.filename or root}: {refused.strerror}. Make room, give this user the folder, or"
            " choose another one (HOTLINE_ASTERISK_ROOT)",
            code="switch.disk",
        ) from refused


def _install(root: Path, progress: Progress) -> Binaries:
    with _alone(root, progress):
        if (found := Binaries.find(root)) is not None:
            return found
        _check_tools()
        _check_room(root.parent)
        with tempfile.TemporaryDirectory(prefix=f".{root.name}-", dir=root.parent) as folder:
            unpacked = Path(folder) / "root"
            _fetch(Path(folder), unpacked, progress)
            _check_version(Binaries.find(unpacked))
            _put_in_place(unpacked, root)
    if (found := Binaries.find(root)) is None:
        raise SwitchSetupError(f"{root} vanished while it was being installed: start again", code="switch.packages")
    progress(f"Asterisk {found.version} is in {root}")
    return found


def _check_version(found: Binaries | None) -> None:
    if found is None:
        raise SwitchSetupError("the downloaded packages bring no Asterisk that runs here", code="switch.packages")
    if found.major < OLDEST_MAJOR:
        raise SwitchSetupError(
            f"this machine's archive has Asterisk {found.version}; {OLDEST_MAJOR} or newer is needed: install one, or"
            " give the address of a running one (HOTLINE_AMI_HOST)",
            code="switch.old",
        )


@contextmanager
def _alone(root: Path, progress: Progress) -> Iterator[None]:
    """Hold the lock of `root`: a second start waits for the first one's download instead of doing its own."""
    with (root.parent / f".{root.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another start is installing Asterisk: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_tools() -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise SwitchSetupError(
                f"{tool} is not on this machine, so Asterisk cannot be unpacked: install Asterisk 20 or newer yourself,"
                " or give the address of a running one (HOTLINE_AMI_HOST)",
                code="switch.no_apt",
            )


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _UNPACKED_BYTES:
        raise SwitchSetupError(
            f"{folder} has {free // 2**20} MB free and Asterisk needs {_UNPACKED_BYTES // 2**20} MB:"
            " make room, or choose another folder (HOTLINE_ASTERISK_ROOT)",
            code="switch.disk",
        )


def _put_in_place(unpacked: Path, root: Path) -> None:
    """Rename, so that `root` is either whole or absent. What lay there and did not work is moved aside first."""
    if root.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{root.name}-broken-", dir=root.parent))
        root.rename(aside / root.name)
        shutil.rmtree(aside, ignore_errors=True)
    unpacked.rename(root)


def _fetch(folder: Path, unpacked: Path, progress: Progress) -> None:
    """Download from the first suite that has the packages, then unpack them."""
    failures: list[str] = []
    for source in _sources():
        state = folder / f"apt-{len(failures)}"
        try:
            _download(state, source, progress)
            archives = sorted((state / "archives").glob("*.deb"))
            progress(f"unpacking {len(archives)} packages")
            for archive in archives:
                _run(["dpkg-deb", "-x", str(archive), str(unpacked)])
            return
        except _CommandFailed as failed:
            failures.append(f"{source or 'own sources'}: {failed}")
    raise SwitchSetupError(
        "Asterisk's packages could not be fetched; is the package mirror reachable (apt-get update)?\n"
        + "\n".join(failures),
        code="switch.packages",
    )


def _sources() -> list[str]:
    """Return source lines to try; an empty one stands for the machine's own sources."""
    system = _os_release()
    if system.get("ID") != "debian":
        return [""]
    mirror = _mirror_of(system.get("VERSION_CODENAME", ""))
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    signed = f" [signed-by={keyring}]" if Path(keyring).exists() else ""
    return [f"deb{signed} {mirror} {suite} main" for suite in SUITES]


def _os_release() -> dict[str, str]:
    path = Path("/etc/os-release")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


def _mirror_of(codename: str) -> str:
    """Return the archive this machine already uses for its own release."""
    rows = _run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    ).splitlines()
    for row in rows:
        fields = row.split()
        if len(fields) == 3 and fields[1:] == [codename, "main"]:
            return fields[0]
    raise SwitchSetupError(
        f"this machine's apt sources name no archive of Debian {codename}: add one, then start again",
        code="switch.packages",
    )


def _download(state: Path, source: str, progress: Progress) -> None:
    for name in ("lists/partial", "archives/partial", "none"):
        (state / name).mkdir(parents=True)
    (state / "status").touch()
    conf = _APT_CONF.format(state=state, user=pwd.getpwuid(os.getuid()).pw_name)
    if source:
        (state / "sources.list").write_text(source + "\n", encoding="utf-8")
        conf += _APT_SOURCES.format(state=state)
    (state / "apt.conf").write_text(conf, encoding="utf-8")
    apt = ["apt-get", "-c", str(state / "apt.conf"), "-qq", "-y"]
    progress(f"looking for Asterisk in {_suite_of(source)}")
    try:
        _run([*apt, "update", "--error-on=any"])
    except _CommandFailed as failed:
        if not _OUTDATED.search(str(failed)):
            raise
        # The signature still holds, so nothing is forged; what an old index costs is freshness, and the
        # start-up check names an Asterisk with known holes.
        progress("the mirror's index is past its date: going on with it")
        apt += ["-o", "Acquire::Check-Valid-Until=false"]
        _run([*apt, "update", "--error-on=any"])
    progress("downloading Asterisk (about 100 MB)")
    _run([*apt, "--download-only", "install", *PACKAGES])


def _suite_of(source: str) -> str:
    return f"Debian {source.split()[-2]}" if source else "this machine's package sources"


class _CommandFailed(Exception):
    """A command of the package system failed; the text is its last lines."""


def _run(command: list[str]) -> str:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_DOWNLOAD_LIMIT_S
        )
    except subprocess.TimeoutExpired as late:
        raise _CommandFailed(f"{command[0]} took longer than {_DOWNLOAD_LIMIT_S} s") from late
    if done.returncode:
        raise _CommandFailed(
            "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:]) or f"{command[0]} failed"
        )
    return done.stdout
