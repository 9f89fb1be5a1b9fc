"""The whole way of an event - bytes, frame, decode, floor, hub with 20 subscribers - beside bare panoramisk parsing.

    .venv/bin/python -m tests.bench.bench_floor [rounds]

Prints events a second of both and their ratio; the trace is 270 calls, 90 at a time, all read classes on.
The bar: ratio >= 1. Absolute numbers say nothing on a noisy machine; both sides run in one process, in turns.
"""

from __future__ import annotations

import gc
import gzip
import resource
import statistics
import sys
import time
from pathlib import Path

from panoramisk.ami_protocol import AMIProtocol

from cti.asterisk.actions import ActionTable
from cti.asterisk.frames import Quarantine
from cti.asterisk.intake import Intake
from cti.asterisk.menus import MenuTable
from cti.domain.events import Event
from cti.domain.floor import Floor
from cti.hub import Hub, Subscription

TRACE = Path(__file__).parent.parent / "traces" / "load.ami.gz"
BLOCK = 64 * 1024
SUBSCRIBERS = 20
TOPICS = ("calls", "agents", "queues")


def blocks() -> list[bytes]:
    """The trace as a socket would deliver it."""
    raw = gzip.decompress(TRACE.read_bytes())
    if not raw.startswith(b"Asterisk Call Manager"):
        raw = b"Asterisk Call Manager/11.0.0\r\n" + raw
    return [raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK)]


def run_ours(data: list[bytes]) -> tuple[float, int, int]:
    """Seconds, domain events, frames sent to browsers. Subscribers take what there is after each block."""
    floor, hub = Floor(), Hub()
    subscribers: list[Subscription] = [hub.subscribe(TOPICS) for _ in range(SUBSCRIBERS)]

    def deliver(event: Event) -> None:
        hub.offer(event, floor.apply(event))

    intake = Intake(
        deliver=deliver,
        doubt=lambda reason: None,
        actions=ActionTable(lambda data: None),
        menus=MenuTable(),
        quarantine=Quarantine(),
    )
    intake.learn_system_name("")
    sent = 0
    gc.collect()
    began = time.perf_counter()
    for block in data:
        intake.feed(block)
        for subscriber in subscribers:
            sent += len(subscriber.take())
    return time.perf_counter() - began, intake.event_count, sent


class _Dispatched:
    """panoramisk's manager as far as its protocol needs one: counts messages, calls nobody."""

    save_stream = None

    def __init__(self) -> None:
        self.count = 0

    def dispatch(self, message: object) -> None:
        self.count += 1


def run_panoramisk(data: list[bytes]) -> float:
    """Seconds for panoramisk to frame and parse the same bytes into its messages, with no callback at all."""
    protocol = AMIProtocol()
    protocol.connection_made(None)
    protocol.factory = _Dispatched()
    protocol.encoding = "utf8"
    gc.collect()
    began = time.perf_counter()
    for block in data:
        protocol.data_received(block)
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Print the ratio of each round and its median, and memory before and after."""
    data = blocks()
    frames = sum(block.count(b"Event: ") for block in data)
    ratios = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(rounds):
        theirs = run_panoramisk(data)
        ours, events, sent = run_ours(data)
        ratios.append(theirs / ours)
        print(
            f"round {number + 1}: panoramisk parses {frames / theirs:9,.0f} events/s; "
            f"the whole way {frames / ours:9,.0f} events/s "
            f"({events} decoded, {sent} frames to {SUBSCRIBERS} browsers); ratio {theirs / ours:.2f}"
        )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"median ratio {statistics.median(ratios):.2f} (bar: 1.00); peak memory grew by {grown / 1024:.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
