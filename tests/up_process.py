"""`python -m cti up` as a process of its own, with a stand-in for the service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cti.child import mark_of
from cti.up import ROOT
from tests.waiting import until

START = (
    "import sys; from cti.up import main; sys.exit(main(sys.argv[2:], command=[sys.executable, *sys.argv[1].split()]))"
)


class Up:
    """One supervisor in a process of its own, with everything it said."""

    def __init__(self, data: Path, manner: str, *options: str, **environ: str) -> None:
        self.data = data
        self.said = data.parent / f"said-{len(list(data.parent.glob('said-*')))}"
        service = f"{ROOT}/tests/standin_service.py {manner}"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, service, "--data", str(data), *options],
                env={**os.environ, **environ},
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )

    @property
    def text(self) -> str:
        return self.said.read_text()

    @property
    def starts(self) -> list[int]:
        path = self.data / "starts"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    @property
    def grandchild(self) -> int:
        return int((self.data / "grandchild").read_text())

    async def ready(self, limit_s: float = 10) -> None:
        await until(lambda: "Hotline is ready" in self.text or self.process.poll() is not None, limit_s, self.text)
        assert "Hotline is ready" in self.text, self.text

    async def ended(self, limit_s: float = 10) -> int:
        await until(lambda: self.process.poll() is not None, limit_s, "end of the supervisor")
        return self.process.returncode


@contextmanager
def several(data: Path, **environ: str) -> Iterator[Callable[..., Up]]:
    """Yield what starts supervisors on `data` (port 0 unless told otherwise); afterwards none of them is left."""
    begun: list[Up] = []

    def start(manner: str = "good", *options: str) -> Up:
        begun.append(Up(data, manner, *(options or ("--port", "0")), **environ))
        return begun[-1]

    try:
        yield start
    finally:
        for up in begun:
            up.process.kill()
            up.process.wait()
            for pid in up.starts:
                if mark_of(pid):
                    os.killpg(pid, signal.SIGKILL)
