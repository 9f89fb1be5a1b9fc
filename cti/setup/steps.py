"""One step of the set-up: shown with its seconds, run quietly, and explained when it fails."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

TAIL_LINES = 25
"""Of a failed command, this many last lines are shown: enough for the reason, not for the whole story of a build."""

REMEDIES = (
    (r"No space left on device|ENOSPC", "The disk is full. Free some space (about 1 GB is needed) and start again."),
    (
        r"CERTIFICATE_VERIFY_FAILED|SELF_SIGNED_CERT|[Ss]elf.signed certificate|UNABLE_TO_GET_ISSUER_CERT|issuer cert",
        "The package server's certificate is not trusted here. Install your organisation's CA certificate\n"
        "  (apt-get install ca-certificates), and point PIP_CERT and NODE_EXTRA_CA_CERTS at its bundle.",
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY",
        "A downloaded package is not the one this project was tested with. Do not use it;\n"
        "  check the mirror you download from.",
    ),
    (
        r"name resolution|Name or service not known|Could not resolve|Network is unreachable|Connection (refused|reset)"
        r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|NewConnectionError|timed out|ProxyError|Failed to fetch",
        "The package server cannot be reached. The first start needs the network (behind a proxy: set HTTPS_PROXY);\n"
        "  later ones do not.",
    ),
    (
        r"Could not get lock|is another process using it",
        "Another package manager is at work; start again when it is done.",
    ),
    (
        r"Permission denied|EACCES|EPERM|Read-only file system|EROFS",
        "A folder cannot be written; see who owns it: ls -ld .",
    ),
    (
        r"No matching distribution|from versions: none",
        "No package fits this Python or processor. Python 3.11 to 3.13 on x86-64 are known to work.",
    ),
)


class Stopped(Exception):
    """The set-up cannot go on; the text says what happened and what to do."""


def remedy(output: str) -> str:
    """Return what to do about a failed step, judged by what it printed."""
    for pattern, advice in REMEDIES:
        if re.search(pattern, output):
            return advice
    return "Start again; if it fails the same way, the lines above say why."


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Show `title`, the seconds passing (on a terminal) and, when it is done, the seconds it took."""
    began, done, live = time.monotonic(), threading.Event(), sys.stdout.isatty()

    def show(ending: str) -> None:
        start = "\r" if live else ""
        print(f"{start}  {title:<56} {time.monotonic() - began:6.1f} s", end=ending, flush=True)

    def tick() -> None:
        while not done.wait(0.2):
            show("")

    if live:
        threading.Thread(target=tick, daemon=True).start()
    else:
        print(f"  {title} ...", flush=True)
    try:
        yield
    except BaseException:
        done.set()
        print(flush=True)
        raise
    done.set()
    show("\n")


def call(command: Sequence[object], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run `command` quietly. Raises: Stopped with its last lines and a remedy when it fails."""
    words = [str(part) for part in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except FileNotFoundError as missing:
        raise Stopped(f"The command {missing.filename} is not there.") from None
    if done.returncode:
        output = done.stdout.decode("utf-8", "replace")
        tail = "\n".join("    | " + line for line in output.splitlines()[-TAIL_LINES:])
        raise Stopped(f"{tail}\n  {' '.join(words[:5])} ... ended with code {done.returncode}.\n  {remedy(output)}")


def ask(*command: object) -> str:
    """Return the first line a command prints; empty when it fails or is not there."""
    try:
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return ""
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return lines[0].strip() if lines and done.returncode == 0 else ""


def apt_install(packages: Sequence[str], why: str) -> None:
    """Install Debian packages as root. Raises: Stopped with the one line to type when we may not, or when it fails."""
    line = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        raise Stopped(f"{why} Install with this system's package manager what Debian calls: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise Stopped(f"{why} Type this one line, then start again:\n    sudo {' '.join(line)}")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    patient = ["apt-get", "-o", "DPkg::Lock::Timeout=120"]
    call([*patient, "update"], env=env)
    call([*patient, *line[1:]], env=env)


def need_writable(folder: Path) -> None:
    """Raises: Stopped when `folder` cannot be written."""
    if not os.access(folder, os.W_OK):
        raise Stopped(f"{folder} cannot be written by this user. See who owns it: ls -ld {folder}")
