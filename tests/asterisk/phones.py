"""SIPp phones for tests: customers who call, agents who register and answer. Real SIP, real RTP, real digits."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
from pathlib import Path

from cti.asterisk.embedded import EmbeddedAsterisk
from cti.asterisk.encode_hands import REALM
from cti.asterisk.hands import Hands
from cti.asterisk.ports import find_free
from cti.asterisk.states import Address
from cti.domain.commands import GiveSecret
from tests.asterisk.voices import Voice
from tests.parts import require
from tests.waiting import until

_SCENARIOS = Path(__file__).parent / "sipp"
_STEP = re.compile(r"^(\w+) .*?(\d{9,}\.\d+)", re.MULTILINE)
_FOR_EVER_S = 3600.0
_REGISTER_LIMIT_S = 10.0


class Phone:
    """One SIPp process and what it measured."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, sip_port: int) -> None:
        self.sip_port = sip_port
        self._process = process
        self._log = log

    @property
    def steps(self) -> list[tuple[str, float]]:
        """What SIPp did, in order: name and instant (seconds since 1970). Names: dialled, answered, pressed, hung_up,
        ended, refused_<status> of a caller; rang, from_<number>, answered, hung_up, cancelled, ended of an agent.
        """
        text = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return [(step[1], float(step[2])) for step in _STEP.finditer(text)]

    def instants(self, name: str) -> list[float]:
        """Every instant of one kind of step."""
        return [at for step, at in self.steps if step == name]

    def first(self, name: str) -> float:
        """The first instant of one kind of step. Raises: AssertionError when it never happened."""
        found = self.instants(name)
        assert found, f"{name} never happened; only {self.steps}"
        return found[0]

    async def reaches(self, name: str, limit_s: float = 10.0) -> float:
        """Wait until a step has happened and return its instant."""
        with contextlib.suppress(AssertionError):
            await until(lambda: self.instants(name), limit_s)
        return self.first(name)

    async def refusal(self, limit_s: float = 10.0) -> int:
        """Wait until the call is refused and return the SIP status."""
        with contextlib.suppress(AssertionError):
            await until(lambda: any(step.startswith("refused_") for step, _ in self.steps), limit_s)
        found = [int(step.removeprefix("refused_")) for step, _ in self.steps if step.startswith("refused_")]
        assert found, f"not refused; only {self.steps}"
        return found[0]

    @property
    def talked_s(self) -> float:
        """Seconds from its first answer to its first end."""
        return self.first("ended") - self.first("answered")

    async def wait(self, limit_s: float = 30.0) -> int:
        """Wait until SIPp is through and return its exit code; 0 when the call went as the scenario says."""
        return await asyncio.wait_for(self._process.wait(), limit_s)

    @property
    def is_over(self) -> bool:
        """SIPp has ended."""
        return self._process.returncode is not None

    async def kill(self) -> None:
        """Let the phone die: no BYE, no more RTP."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class Phones:
    """Phones around one switch. Every one is gone after `close`."""

    def __init__(self, switch: EmbeddedAsterisk, voices: dict[str, Voice], folder: Path) -> None:
        self._switch = switch
        self._voices = voices
        self._folder = folder
        self._all: list[Phone] = []

    async def caller(
        self,
        *,
        dial: str = "95001",
        number: str = "13800138000",
        key: str = "",
        key_after_s: float = 1.5,
        key_s: float = 0.16,
        stay_s: float = _FOR_EVER_S,
        from_header: str = "",
        voice: str = "caller",
    ) -> Phone:
        """Dial; `key_after_s` after the answer press `key`; hang up `stay_s` after that (or after the answer)."""
        key_part = self._key_part() if key else ""
        values = {
            "DIAL": dial,
            "FROM": from_header or f'"{number}" <sip:{number}@[local_ip]:[local_port]>',
            "STAY_MS": _ms(stay_s),
            "KEY_AFTER_MS": _ms(key_after_s),
            "DIGIT": key,
            "KEY_MS": _ms(key_s),
        }
        return await self._run("caller", values, voice, ["-m", "1"], key_part=key_part)

    async def agent_phone(
        self,
        number: str,
        *,
        ring_s: float = 0.3,
        talk_s: float = _FOR_EVER_S,
        voice: str = "agent",
        kind: str = "agent",
        target: str = "",
    ) -> Phone:
        """Register the phone of `number` and let it answer each call after `ring_s`, hang up after `talk_s`.

        A phone that never answers has a large `ring_s`; `kind="agent-busy"` rejects, `agent-forwards` says that it is
        at `target` now.
        """
        values = {"RING_MS": _ms(ring_s), "TALK_MS": _ms(talk_s), "TARGET": target}
        phone = await self._run(kind, values, voice, ["-aa"])
        await until(lambda: _is_bound(phone.sip_port) or phone.is_over, what="the phone's port")
        await self.register(number, phone.sip_port)
        await self._is_reachable(number)
        return phone

    async def dialling_agent(self, number: str, dial: str) -> Phone:
        """The phone of `number` dials by itself; the scenario expects to be refused."""
        user, secret = self._switch.telephone(number)
        return await self._run("agent-dials", {"USER": user, "SECRET": secret, "DIAL": dial}, "agent", ["-m", "1"])

    async def web_phone(self, number: str, *, ring_s: float = 0.3, talk_s: float = _FOR_EVER_S, voice: str) -> Phone:
        """As `agent_phone` for `web<number>`, with a secret given as a browser is given one.

        SIPp speaks no DTLS: the switch must have been made with `plain_web_templates`.
        """
        user = f"web{number}"
        phone = await self._run("agent", {"RING_MS": _ms(ring_s), "TALK_MS": _ms(talk_s)}, voice, ["-aa"])
        await until(lambda: _is_bound(phone.sip_port) or phone.is_over, what="the phone's port")
        secret = await self.give_secret(user)
        await self._register(user, phone.sip_port, secret)
        await self._is_reachable(user, "NonQual")
        return phone

    async def give_secret(self, user: str) -> str:
        """Let `user` register with the password that comes back."""
        ami, secret = self._switch.hands, secrets.token_hex(16)
        digest = hashlib.md5(f"{user}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()
        await Hands(Address(ami.host, ami.port, ami.user, ami.secret)).send(GiveSecret(endpoint=user, digest=digest))
        return secret

    async def carrier(
        self, port: int, *, ring_s: float = 0.3, talk_s: float = _FOR_EVER_S, voice: str = "second", kind: str = "agent"
    ) -> Phone:
        """Whom the switch reaches on the way out: answers, or rejects, whatever number is dialled."""
        phone = await self._run(kind, {"RING_MS": _ms(ring_s), "TALK_MS": _ms(talk_s)}, voice, ["-aa"], port=port)
        await until(lambda: _is_bound(port) or phone.is_over, what="the carrier's port")
        return phone

    async def silent_phone(self, number: str) -> Phone:
        """A phone that rings and is never answered."""
        return await self.agent_phone(number, ring_s=_FOR_EVER_S)

    async def register(self, number: str, contact_port: int, *, secret: str = "") -> None:
        """Register `number` at `contact_port`. Raises: AssertionError when Asterisk refuses."""
        user, own_secret = self._switch.telephone(number)
        await self._register(user, contact_port, secret or own_secret)

    async def _register(self, user: str, contact_port: int, secret: str) -> None:
        values = {"USER": user, "SECRET": secret, "CONTACT_PORT": str(contact_port)}
        phone = await self._run("register", values, "agent", ["-m", "1"])
        assert await phone.wait(_REGISTER_LIMIT_S) == 0, f"phone {user} could not register"

    async def close(self) -> None:
        """End every phone that still runs."""
        for phone in self._all:
            await phone.kill()

    async def _is_reachable(self, number: str, state: str = "Avail") -> None:
        """Wait until Asterisk has asked the phone and got an answer: before that no queue rings it."""
        deadline = asyncio.get_running_loop().time() + _REGISTER_LIMIT_S
        while f" {state} " not in await asyncio.to_thread(self._switch.console, f"pjsip show aor {number}"):
            assert asyncio.get_running_loop().time() < deadline, f"phone {number} never became reachable"

    def _key_part(self) -> str:
        """SIPp sends RTP digits through a raw socket, which only root may open; others press by SIP INFO."""
        return (_SCENARIOS / ("key-rtp.xml" if os.geteuid() == 0 else "key-info.xml")).read_text(encoding="utf-8")

    async def _run(
        self,
        scenario: str,
        values: dict[str, str],
        voice: str,
        options: list[str],
        *,
        key_part: str = "",
        port: int = 0,
    ) -> Phone:
        require("sipp")
        folder = self._folder / f"{len(self._all):03}-{scenario}"
        folder.mkdir(parents=True)
        text = (_SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8").replace("@KEY@", key_part)
        for name, value in {**values, "VOICE": "voice.alaw"}.items():
            text = text.replace(f"@{name}@", value)
        (folder / "scenario.xml").write_text(text, encoding="utf-8")
        shutil.copyfile(self._voices[voice].raw, folder / "voice.alaw")
        port, media = port or find_free(udp=True), _free_media_port()
        with (folder / "output.txt").open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *("sipp", f"127.0.0.1:{self._switch.sip_port}", "-sf", "scenario.xml", "-nostdin"),
                *("-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1", "-mp", str(media)),
                *("-trace_logs", "-log_file", "steps.log", "-trace_err", "-error_file", "errors.log"),
                *options,
                cwd=folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        phone = Phone(process, folder / "steps.log", port)
        self._all.append(phone)
        return phone


def _ms(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))


def _is_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _free_media_port() -> int:
    """An even port, as RTP wants it; SIPp takes the odd one above for RTCP."""
    while True:
        port = find_free(udp=True)
        if port % 2 == 0 and not _is_bound(port + 1) and not _is_bound(port + 2):
            return port
