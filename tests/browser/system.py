"""A freshly started system, exactly as `./run` starts it, and the people who use it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.ports import find_free
from cti.settings import read_settings
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
START_LIMIT_S = 120.0
CARRIER_PORT = find_free(udp=True)
"""Where a test may put the carrier that takes calls outwards."""
_READY = re.compile(r"Hotline is ready: (http://\S+)")
_LINK = re.compile(r"(http://\S+#\S+)")


class Person:
    """Somebody signed in over HTTP, with the cookie and the token a browser would have."""

    def __init__(self, http: aiohttp.ClientSession, address: str, login: str, password: str) -> None:
        self.http = http
        self.address = address
        self.login = login
        self.password = password
        self.csrf = ""

    async def ask(self, method: str, path: str, body: object = None, status: int | None = None) -> Any:
        """Send one request as the page does. Raises: AssertionError when the status is not the one expected."""
        headers = {"Origin": self.address, "X-CSRF-Token": self.csrf}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(8)
        async with self.http.request(method, f"{self.address}{path}", json=body, headers=headers) as answer:
            text = await answer.text()
            wanted = (status,) if status else (200, 201, 202, 204)
            assert answer.status in wanted, f"{method} {path}: {answer.status} {text[:500]}"
            return await answer.json(content_type=None) if text else None

    async def sign_in(self) -> None:
        """By password."""
        session = await self.ask("POST", "/api/session", {"login": self.login, "password": self.password})
        self.csrf = session["csrf"]

    async def sign_in_by_link(self, url: str) -> None:
        """By a one-time link; sets the password."""
        session = await self.ask("POST", "/api/session/link", {"token": re.split(r"[#/]", url)[-1]})
        self.csrf = session["csrf"]
        session = await self.ask("POST", "/api/session/password", {"password": self.password})
        self.csrf = session["csrf"]


class Crew(NamedTuple):
    """Who works in the tests. Agents 1001 and 1002 serve consult and complaints."""

    admin: Person
    supervisor: Person
    first: Person
    second: Person


class RunningSystem:
    """`python -m cti up` in a folder of its own."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.address = ""
        self.first_link = ""
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._output = data / "up.txt"
        self._people: list[aiohttp.ClientSession] = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for http in self._people:
            await http.close()
        await self.stop()

    @property
    def output(self) -> str:
        """What it printed so far."""
        return self._output.read_text("utf-8", "replace") if self._output.exists() else ""

    @property
    def service_log(self) -> str:
        """The service's log."""
        path = self.data / "log" / "service.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    async def start(self) -> None:
        """Start and wait for the ready line."""
        self.data.mkdir(parents=True, exist_ok=True)
        environ = dict(os.environ)
        environ |= {"HOTLINE_ASTERISK_ROOT": str(read_settings().asterisk_root_path), "PYTHONPATH": str(ROOT)}
        environ |= {"HOTLINE_FLOWS_DIR": str(ROOT / "tests" / "flows")}
        environ |= {f"HOTLINE_{name.upper()}": value for name, value in self._settings.items()}
        with self._output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cti", "up", "--port", "0", "--data", str(self.data)),
                cwd=ROOT,
                env=environ,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        await self._ready()

    async def _ready(self) -> None:
        assert self._process is not None
        process = self._process
        await until(lambda: _READY.search(self.output) or process.returncode is not None, START_LIMIT_S, "ready line")
        found = _READY.search(self.output)
        assert found, f"the system did not start:\n{self.output}\n{self.service_log[-4000:]}"
        self.address = found[1]
        link = _LINK.search(self.output)
        self.first_link = link[1] if link else ""

    async def stop(self) -> None:
        """Ctrl-C, and wait until everything is gone."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        await asyncio.wait_for(self._process.wait(), 60)

    @property
    def service_pid(self) -> int:
        """Process id of the service, for faults."""
        found = re.search(r'"pid":\s*(\d+)', (self.data / "service.pid").read_text("ascii"))
        assert found
        return int(found[1])

    @contextlib.contextmanager
    def no_restart(self) -> Iterator[None]:
        """Keep the supervisor from doing anything for a while."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def switch(self) -> EmbeddedAsterisk:
        """The system's own Asterisk, adopted, for phones and faults."""
        settings = read_settings({"HOTLINE_DATA_DIR": str(self.data)})
        adopted = EmbeddedAsterisk(
            self.data / "asterisk",
            binaries_root=read_settings().asterisk_root_path,
            recordings=settings.recordings_path,
            own_prompts=settings.own_prompts_path,
            messages=settings.messages_path,
            # Adopting fills the dialplan in anew: it must say what it said before.
            options=SwitchOptions(trunk_uri=self._settings.get("trunk_uri", "")),
        )
        await adopted.start()
        assert adopted.was_adopted
        return adopted

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self, login: str, password: str = "") -> Person:
        """Somebody with a browser of his own."""
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._people.append(http)
        return Person(http, self.address, login, password or secrets.token_urlsafe(12))

    async def administrator(self) -> Person:
        """The first administrator, by the one-time link `./run` printed."""
        person = self.person("admin")
        await person.sign_in_by_link(self.first_link)
        return person

    async def hire(self, admin: Person, login: str, role: str, **fields: Any) -> Person:
        """Let the administrator add somebody, who then signs in by his link."""
        body = {"login": login, "name": fields.pop("name", login), "role": role, **fields}
        answer = await admin.ask("POST", "/api/people", body)
        person = self.person(login)
        await person.sign_in_by_link(answer["url"])
        return person


@contextlib.asynccontextmanager
async def live_feed(person: Person, *topics: str) -> AsyncIterator[dict[str, dict[str, Any]]]:
    """Follow the live feed as a browser does, again after a restart of the service.

    The yielded dict is kept up to date: topic -> key -> entity.
    """
    state: dict[str, dict[str, Any]] = {topic: {} for topic in topics}

    async def follow() -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                await _follow(person, topics, state)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(follow())
    try:
        yield state
    finally:
        task.cancel()


async def _follow(person: Person, topics: tuple[str, ...], state: dict[str, dict[str, Any]]) -> None:
    headers = {"Origin": person.address}
    async with person.http.ws_connect(f"{person.address}/api/live", headers=headers) as socket:
        await socket.send_json({"type": "subscribe", "topics": list(topics)})
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            _merge(state, message.json())


def _merge(state: dict[str, dict[str, Any]], frame: dict[str, Any]) -> None:
    if frame["type"] == "snapshot":
        state[frame["topic"]] = frame["items"]
    elif frame["type"] == "changes":
        for item in frame["items"]:
            if item["value"] is None:
                state[item["topic"]].pop(item["key"], None)
            else:
                state[item["topic"]][item["key"]] = item["value"]
