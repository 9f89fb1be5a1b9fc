"""A stand-in for `python -m cti serve`: listens, answers /readyz, and ends as its first argument says.

`good` runs until SIGTERM; `crash` dies at once; `refuse` says why it cannot start; `stubborn` ignores SIGTERM.
Each start adds a line with its pid to `<data>/starts`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(manner: str) -> int:
    """Behave in the given manner; return the exit code."""
    data = Path(os.environ["HOTLINE_DATA_DIR"])
    with (data / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    if manner == "crash":
        sys.stderr.write("the database is of stone\n")
        return 7
    if manner == "refuse":
        sys.stderr.write("hotline: HOTLINE_PORT='x': expected a number\n")
        return 2
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    grandchild = subprocess.Popen(["sleep", "600"])
    (data / "grandchild").write_text(str(grandchild.pid))
    server = HTTPServer(("127.0.0.1", int(os.environ["HOTLINE_PORT"])), _Ready)
    (data / "first-sign-in-link").write_text(f"http://127.0.0.1:{server.server_port}/first/once-only")
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
