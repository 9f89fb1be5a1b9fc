"""From AgentCalled on the switch's socket to the screen pop in the agent's page: 12 agents, 90 calls in progress.

    .venv/bin/python -m tests.bench.bench_pop [offers]

Needs the pages built (`npm run bundle` in dashboards/web) and Chromium. Twice a service process with 400 customers in
its database, a scripted switch, 12 signed-in agents with the desk open in one Chromium, and a caller every 0.4 s who is
offered to the next agent and gives up after 2 s: once with nothing else, once with the recorded load (90 calls at once)
at its own pace. Measured by two clocks that know nothing of each other: the page notes when the pop stands in its
document, and the service counts to the page's own word (`pop_shown`), way back included.
Bars: p95 below 150 ms, p99 below 300 ms. On a noisy machine look at the ratio loaded / idle.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser

from cti.app import PAGES
from tests.ami_server import AmiClient, ami_server
from tests.bench.bench_live import load, quantile, replay
from tests.bench.desk_crew import AGENTS, Crew, chromium, number_of, seed, serving
from tests.bench.offers import Members, OfferedCall
from tests.browser.system import live_feed
from tests.waiting import until

OFFERS = 140
"""As many as fit into the minute in which the recorded load stays at its height."""
GAP_S, WAIT_S, RING_S = 0.4, 1.0, 2.0
CALLERS = 35
"""Each calls several times, so that later pops have earlier calls to show."""
BUSY_CALLS = 85
SHARES = {"median": 0.5, "p95": 0.95, "p99": 0.99}
BARS_MS = {"p95": 150, "p99": 300}


class Round(NamedTuple):
    """What one round showed. `page_ms`, `service_ms`: name of a share -> ms."""

    page_ms: dict[str, float]
    service_ms: dict[str, float]
    offered: int
    seen: int
    whole: int
    calls: tuple[int, int]
    machine_busy: float
    """Share of all cores that was busy, this bench and whatever else runs: near 1 the figures say little."""
    gauges: dict[str, float]
    loaded: dict[str, int]


async def main(offers: int) -> None:
    """Measure without and with load, print both and their ratio."""
    async with chromium() as browser:
        idle = await measure(browser, offers, is_loaded=False)
        busy = await measure(browser, offers, is_loaded=True)
    for name, one in (("idle", idle), ("loaded", busy)):
        print_round(name, one)
    for name in SHARES:
        page, service = (busy.page_ms[name], idle.page_ms[name]), (busy.service_ms[name], idle.service_ms[name])
        print(f"ratio loaded / idle, {name}: page {page[0] / page[1]:.2f}, service {service[0] / service[1]:.2f}")
    print_load(idle.loaded)


async def measure(browser: Browser, offers: int, *, is_loaded: bool) -> Round:
    """One round in a service of its own."""
    with tempfile.TemporaryDirectory(prefix="hl") as place:
        data = Path(place)
        await seed(data)
        async with ami_server() as server, serving(server, data) as address, Crew(address, browser) as crew:
            members = Members(server)
            await until(lambda: "QueueStatus" in server.names(), 15, "the floor was listed")
            switch = server.client
            admin = await crew.administrator((data / "first-sign-in-link").read_text("utf-8").strip())
            for number in AGENTS:
                await crew.hire(admin, number)
            await until(lambda: members.all_serve([f"PJSIP/{number}" for number in AGENTS]), 15, "all are members")
            async with live_feed(admin, "calls", "agents") as state, busy_hour(switch, state, is_loaded):
                before = core_ticks()
                written, calls = await offer_all(switch, members, state, offers)
                busy, total = (now - then for now, then in zip(core_ticks(), before, strict=True))
            seen = await crew.pops_seen()
            report = await admin.ask("GET", "/api/check")
            gauges = {gauge["code"]: gauge["value"] for gauge in report["gauges"]}
            loaded = await crew.first_load()
    assert gauges["link.connects"] == 1, "the machine was so busy that the service gave its switch up: measure again"
    waits = [seen[call][0] - at for call, at in written.items() if call in seen]
    return Round(
        page_ms={name: quantile(waits, share) for name, share in SHARES.items()},
        service_ms={"median": gauges["pop.p50"], "p95": gauges["pop.p95"], "p99": gauges["pop.p99"]},
        offered=len(written),
        seen=len(waits),
        whole=sum(seen[call][1] for call in written if call in seen),
        calls=calls,
        machine_busy=busy / total,
        gauges=gauges,
        loaded=loaded,
    )


@contextlib.asynccontextmanager
async def busy_hour(switch: AmiClient, state: dict[str, dict[str, Any]], is_loaded: bool) -> AsyncIterator[None]:
    """The recorded load, once it is at its height; nothing when not `is_loaded`."""
    if not is_loaded:
        yield
        return
    replaying = asyncio.create_task(replay(switch, load(), 1.0, 180.0))
    await until(lambda: in_progress(state) >= BUSY_CALLS, 60, "the load is at its height")
    yield
    replaying.cancel()
    await asyncio.wait([replaying])


def in_progress(state: dict[str, dict[str, Any]]) -> int:
    """Calls that are not over, as a supervisor sees them."""
    return sum(call["stage"] != "ended" for call in state["calls"].values())


async def offer_all(
    switch: AmiClient, members: Members, state: dict[str, dict[str, Any]], offers: int
) -> tuple[dict[str, float], tuple[int, int]]:
    """One caller after the other, agents in turn. Returns call -> instant of writing; calls at once: least, most."""
    written: dict[str, float] = {}
    calls: list[int] = []

    async def play(count: int) -> None:
        device = f"PJSIP/{AGENTS[count % len(AGENTS)]}"
        call = OfferedCall(count, number_of(count % CALLERS), device, members)
        switch.write(call.arrive())
        await asyncio.sleep(WAIT_S)
        calls.append(in_progress(state))
        frames = call.ring()
        written[call.call_id] = time.time()
        switch.write(frames)
        await asyncio.sleep(RING_S)
        switch.write(call.give_up())

    async with asyncio.TaskGroup() as group:
        for count in range(offers):
            group.create_task(play(count))
            await asyncio.sleep(GAP_S)
    return written, (min(calls), max(calls))


def core_ticks() -> tuple[int, int]:
    """Busy ones and all since the machine started."""
    ticks = [int(one) for one in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def print_round(name: str, one: Round) -> None:
    """Figures of a round beside the bars."""
    print(
        f"{name}: {one.calls[0]}-{one.calls[1]} calls in progress; {one.seen} of {one.offered} pops seen, "
        f"{one.whole} whole at once; event loop kept {one.gauges['loop.lag_worst'] * 1000:.0f} ms at most; "
        f"machine {one.machine_busy:.0%} busy"
    )
    for way, figures in (("in the page", one.page_ms), ("service to its word", one.service_ms)):
        shown = ", ".join(
            f"{share} {figures[share]:.0f} ms" + (f" (bar {BARS_MS[share]})" if share in BARS_MS else "")
            for share in SHARES
        )
        print(f"  {way}: {shown}")


def print_load(loaded: dict[str, int]) -> None:
    """What the desk loads before it can be used, as it came over the wire; the telephone in the page comes on top."""
    assets = {path: size for path, size in loaded.items() if "/assets/" in path}
    telephone = sum(path.stat().st_size for path in PAGES.glob("assets/JsSIP-*.js.gz"))
    print(
        f"first load of the desk: {sum(loaded.values()) / 1000:.0f} kB in {len(loaded)} answers, of which scripts and "
        f"styles {sum(assets.values()) / 1000:.0f} kB in {len(assets)}; JsSIP is {telephone / 1000:.0f} kB more"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else OFFERS))
