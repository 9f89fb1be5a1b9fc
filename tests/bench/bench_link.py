"""Socket bytes -> frames -> domain events, beside what panoramisk 1.4 alone needs to parse the same bytes.

    .venv/bin/python -m tests.bench.bench_link [rounds]

Prints events a second of both and their ratio for several block sizes; both run in one process, in turns. What comes
after decoding (floor, hub, subscribers) is in bench_floor.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections.abc import Callable
from pathlib import Path

from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.actions import ActionTable
from cti.asterisk.frames import Quarantine
from cti.asterisk.intake import Intake
from cti.asterisk.menus import MenuTable

TRACE = Path(__file__).parent.parent / "traces" / "load.ami.gz"
BLOCKS_BYTES = (1_460, 16 * 1024, 64 * 1024, 256 * 1024)
"""One segment of a network, and what asyncio reads at most in one go."""


class _Silent:
    """As much of panoramisk's manager and transport as its protocol needs, doing nothing."""

    save_stream = None

    def dispatch(self, message: object) -> None:
        pass


def parse_with_panoramisk(blocks: list[bytes]) -> None:
    """Feed one protocol of panoramisk."""
    protocol = AMIProtocol()
    protocol.connection_made(_Silent())
    protocol.factory = _Silent()
    protocol.encoding = "utf8"
    for block in blocks:
        protocol.data_received(block)


def take_with_ours(blocks: list[bytes]) -> Intake:
    """Feed one intake; events go nowhere."""
    intake = Intake(
        deliver=lambda event: None,
        doubt=lambda reason: None,
        actions=ActionTable(lambda data: None),
        menus=MenuTable(),
        quarantine=Quarantine(),
    )
    intake.learn_system_name("")
    for block in blocks:
        intake.feed(block)
    return intake


def seconds(run: Callable[[list[bytes]], object], blocks: list[bytes]) -> float:
    """CPU seconds of one run: what others do on this machine does not count."""
    began = time.process_time()
    run(blocks)
    return time.process_time() - began


def main(rounds: int = 5) -> None:
    """Print one line for each block size."""
    raw = gzip.decompress(TRACE.read_bytes())
    count = raw.count(b"Event: ")
    print(f"{count} events, {len(raw) / 1e6:.1f} MB, {rounds} rounds, best of each")
    for size in BLOCKS_BYTES:
        blocks = [raw[at : at + size] for at in range(0, len(raw), size)]
        theirs_s, ours_s = [], []
        for _ in range(rounds):
            theirs_s.append(seconds(parse_with_panoramisk, blocks))
            ours_s.append(seconds(take_with_ours, blocks))
        theirs, ours = count / min(theirs_s), count / min(ours_s)
        print(f"blocks of {size:>7}: panoramisk {theirs:>9,.0f}/s  ours {ours:>9,.0f}/s  ratio {ours / theirs:.1f}")
    intake = take_with_ours(blocks)
    print(f"{intake.frame_count} frames, {intake.event_count} domain events, {intake.ignored_count} skipped undecoded")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
