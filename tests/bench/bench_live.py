"""From the switch's socket to the browsers' sockets, at the trace's own pace: a service process, 20 browsers.

    .venv/bin/python -m tests.bench.bench_live [speed] [seconds]

A scripted AMI server writes the recorded load (90 calls at once) with its own pauses; 20 WebSocket clients note when
the frame with that event arrives. The figure holds the socket to the service, decoding, the floor, the hub, the frame
and the way back, so it is an upper bound of "socket read to frame leaving". Bars: p99 below 20 ms, loop below 50 ms.

"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import aiohttp

from tests.ami_server import SECRET, SYSTEM, USER, AmiClient, AmiServer
from tests.bench.bench_floor import TRACE
from tests.browser.system import ROOT, Person
from tests.waiting import until

BROWSERS = 20
_STAMP = re.compile(rb"Timestamp: ([\d.]+)")
_ID = re.compile(rb"((?:Uniqueid|Linkedid): )(?=\d)")


def load() -> list[tuple[float, bytes]]:
    """(instant, frame) of every event with a Timestamp, made to look like this switch's own."""
    found = []
    for part in gzip.decompress(TRACE.read_bytes()).split(b"\r\n\r\n"):
        stamp = _STAMP.search(part)
        if stamp and b"Event: " in part:
            body = part[part.index(b"Event: ") :]
            body = _ID.sub(rb"\g<1>" + SYSTEM.encode() + b"-", body)
            found.append((float(stamp[1]), body))
    return found


async def replay(
    client: AmiClient, events: list[tuple[float, bytes]], speed: float, limit_s: float
) -> dict[str, float]:
    """Write the events in their own time; return AMI instant (as the feed will name it) -> instant of writing."""
    written: dict[str, float] = {}
    began, first = time.time(), events[0][0]
    for at, body in events:
        due = began + (at - first) / speed
        if due - began > limit_s:
            break
        if due > time.time():
            await asyncio.sleep(due - time.time())
        stamp = f"{due:.6f}".encode()
        own = b"Timestamp: " + stamp + b"\r\nSystemName: " + SYSTEM.encode()
        written[f"{float(stamp):.6f}"] = time.time()
        client.write(_STAMP.sub(own, body, count=1) + b"\r\n\r\n")
    return written


async def browse(person: Person, seen: list[tuple[str, float]]) -> None:
    """One browser: notes the newest instant of each frame and when it came."""
    async with person.http.ws_connect(f"{person.address}/api/live", headers={"Origin": person.address}) as socket:
        await socket.send_json({"type": "subscribe", "topics": ["calls", "agents", "queues"]})
        async for message in socket:
            arrived = time.time()
            if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith('{"type":"changes"'):
                at = datetime.fromisoformat(json.loads(message.data)["at"])
                seen.append((f"{at.timestamp():.6f}", arrived))


def quantile(values: list[float], part: float) -> float:
    """In ms."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


async def main(speed: float, limit_s: float) -> None:
    """Run and print."""
    server = AmiServer()
    await server.start()
    with tempfile.TemporaryDirectory(prefix="hl") as data:
        environ = os.environ | {
            "HOTLINE_DATA_DIR": data,
            "HOTLINE_PORT": "18431",
            "HOTLINE_AMI_HOST": "127.0.0.1",
            "HOTLINE_AMI_PORT": str(server.port),
            "HOTLINE_AMI_USER": USER,
            "HOTLINE_AMI_SECRET": SECRET,
        }
        log = open(Path(data) / "log", "wb")  # noqa: SIM115, ASYNC230 - the service's output, once
        service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cti", "serve", cwd=ROOT, env=environ, stdout=log, stderr=log
        )
        try:
            await measure(server, Path(data), speed, limit_s)
        finally:
            service.terminate()
            await service.wait()
            log.close()
            await server.stop()


async def measure(server: AmiServer, data: Path, speed: float, limit_s: float) -> None:
    """The service runs: sign in, follow, replay, compare."""
    address = "http://127.0.0.1:18431"
    await until((data / "first-sign-in-link").exists, 30, "the service is up")
    http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
    person = Person(http, address, "admin", "a long bench passphrase")
    await asyncio.sleep(0.05)
    await person.sign_in_by_link((data / "first-sign-in-link").read_text("utf-8").strip())
    seen: list[tuple[str, float]] = []
    browsers = [asyncio.create_task(browse(person, seen)) for _ in range(BROWSERS)]
    await until(lambda: server.names().count("QueueStatus") >= 1, 15, "the floor was listed")
    written = await replay(server.client, load(), speed, limit_s)
    await asyncio.sleep(0.05)
    report = await person.ask("GET", "/api/check")
    for browser in browsers:
        browser.cancel()
    await http.close()
    waits = [arrived - written[at] for at, arrived in seen if at in written]
    figures = {gauge["code"]: gauge["value"] for gauge in report["gauges"]}
    print(f"{len(written)} events in {limit_s:g} s at speed {speed:g}; {len(waits)} frames seen by {BROWSERS} browsers")
    print(f"write to arrival: median {quantile(waits, 0.5):.2f} ms, p99 {quantile(waits, 0.99):.2f} ms (bar 20 ms)")
    print(
        f"event loop kept {figures['loop.lag_worst'] * 1000:.1f} ms at most (bar 50 ms); lost {figures['engine.lost']}"
    )


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]]
    asyncio.run(main(given[0] if given else 1.0, given[1] if len(given) > 1 else 118.0))
