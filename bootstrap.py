"""Set up what `./run` and `./test` need, then start them.

What did not change since the last start is not touched again: the second start needs a moment and no network.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cti.setup.environment import OLDEST_PYTHON, Environment
from cti.setup.steps import Stopped, remedy
from cti.setup.web import Web

ROOT = Path(__file__).resolve().parent

HELP = """\
usage: ./run [--host ADDRESS] [--port NUMBER] [--data FOLDER]
       Sets up what is missing, then runs the whole system until Ctrl-C.
         --host ADDRESS   listen there instead of 127.0.0.1
         --port NUMBER    web port, 8900 unless told otherwise; 0 takes a free one
         --data FOLDER    where everything is kept; `var` in this folder unless told otherwise

       ./test             everything: lint, types, import rules, web checks, all tests
       ./test quick       the part without Asterisk and browser
       ./test ARGUMENTS   pytest with these arguments, e.g. ./test tests/unit -k phone
"""


def require_python() -> None:
    """Go on under a Python that is new enough. Raises: Stopped when the machine has none."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in (13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    raise Stopped(
        f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; Hotline needs 3.11 or newer.\n"
        "Debian 12 and Ubuntu 24.04 have it. On Ubuntu 22.04 type:\n"
        "    sudo apt-get install python3.11 python3.11-venv"
    )


@contextlib.contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Let one set-up work in this checkout at a time. The lock is on the folder itself and ends with the process."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as busy:
            if busy.errno in (errno.EAGAIN, errno.EACCES):
                print("  another ./run or ./test is setting up this folder; waiting for it", flush=True)
                fcntl.flock(folder, fcntl.LOCK_EX)
            # else: a file system without locks; unguarded is better than not at all
        yield
    finally:
        os.close(folder)


def needs_web(arguments: Sequence[str]) -> bool:
    """Whether a `./test` with these arguments looks at the built browser application."""
    if list(arguments[:1]) == ["quick"]:
        return False
    paths = [argument for argument in arguments if argument.startswith("tests")]
    return not paths or any(not re.match(r"tests/(unit|traces|db|test_)", path) for path in paths)


def prepare(command: str, arguments: Sequence[str]) -> tuple[Environment, dict[str, str]]:
    """Set up everything `command` needs; return the environment and the variables to start it with."""
    environment, variables = Environment(ROOT), None
    with one_at_a_time(ROOT):
        environment.make()
        environment.install(command)
        if command == "run" or needs_web(arguments):
            variables = Web(ROOT).prepare(environment, need_modules=command == "test" and not arguments)
    return environment, variables or dict(os.environ)


def main(arguments: Sequence[str]) -> int:
    """Set up, then become `python -m cti up` or `python -m tests`. Returns an exit code only when that fails."""
    command, rest = (arguments[0] if arguments else ""), list(arguments[1:])
    if command not in ("run", "test") or rest[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0 if command in ("run", "test") else 2
    try:
        require_python()
        os.chdir(ROOT)
        environment, variables = prepare(command, rest)
    except Stopped as stopped:
        print(f"\n{stopped}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where it was.", file=sys.stderr)
        return 130
    except OSError as failed:
        print(f"\n{failed.filename}: {failed.strerror}\n{remedy(str(failed))}\n", file=sys.stderr)
        return 1
    sys.stdout.flush()
    module = ["cti", "up"] if command == "run" else ["tests"]
    python = str(environment.python)
    os.execve(python, [python, "-m", *module, *rest], variables)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
