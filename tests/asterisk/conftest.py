"""A real Asterisk for each test module, phones around it, and a second AMI account that only watches."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from cti.asterisk.binaries import SwitchSetupError
from cti.asterisk.embedded import EmbeddedAsterisk, SwitchOptions
from cti.asterisk.render import TEMPLATES
from cti.settings import read_settings
from tests.asterisk.ami import AmiSession, ami_session
from tests.asterisk.phones import Phones
from tests.asterisk.voices import Voice, make_voices
from tests.parts import lacks
from tests.waiting import until

WATCH_SECRET = "only-in-tests"
_WATCH = f"""
[watch]
secret = {WATCH_SECRET}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = all
write = all
"""
BRIEF = SwitchOptions(
    line_limit=3,
    queue_limit_s=4,
    fallback_limit_s=4,
    ring_s=2,
    transfer_ring_s=3,
    robot_talk_s=4,
    rtp_timeout_s=6,
)
"""Limits short enough to be waited for."""


def make_switch(home: Path, options: SwitchOptions = BRIEF, *, templates: Path = TEMPLATES) -> EmbeddedAsterisk:
    """Return an unstarted switch that also knows the account `watch`. Each of its prompts is a tone of one second."""
    (home / "etc" / "local").mkdir(parents=True)
    (home / "etc" / "local" / "manager.conf").write_text(_WATCH, encoding="utf-8")
    root = read_settings().asterisk_root_path
    return EmbeddedAsterisk(home, binaries_root=root, options=options, prompts=home / "no-prompts", templates=templates)


def plain_web_templates(folder: Path) -> Path:
    """Return templates whose browser telephones speak plain RTP, as SIPp does; all else is the product's."""
    shutil.copytree(TEMPLATES, folder)
    pjsip = folder / "pjsip.conf"
    text = pjsip.read_text(encoding="utf-8")
    plain = text.replace("webrtc = yes\n", "").replace("dtls_auto_generate_cert = yes\n", "")
    assert plain != text
    pjsip.write_text(plain, encoding="utf-8")
    return folder


async def start(switch: EmbeddedAsterisk) -> None:
    """Start, or say that this machine has no Asterisk to offer."""
    try:
        await switch.install()
    except SwitchSetupError as refused:
        lacks(f"Asterisk: {refused}")
    await switch.start()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switchboard(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedAsterisk]:
    """A running Asterisk with the options `BRIEF`."""
    switch = make_switch(tmp_path_factory.mktemp("ast"))
    await start(switch)
    yield switch
    await switch.stop()


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Voice]:
    """caller, agent, second."""
    return make_voices(tmp_path_factory.mktemp("voices"))


@pytest.fixture
async def phones(switchboard: EmbeddedAsterisk, voices: dict[str, Voice], tmp_path: Path) -> AsyncIterator[Phones]:
    """Phones around `switchboard`. Afterwards neither a phone nor a call is left."""
    around = Phones(switchboard, voices, tmp_path)
    yield around
    await around.close()
    await asyncio.to_thread(switchboard.console, "channel request hangup all")
    await until(lambda: "0 active channels" in switchboard.console("core show channels"), what="no channel left")


@pytest.fixture
async def watch(switchboard: EmbeddedAsterisk) -> AsyncIterator[AmiSession]:
    """Sees every event; is not the service."""
    async with ami_session(switchboard.ami, user="watch", secret=WATCH_SECRET) as session:
        yield session


@pytest.fixture
async def service(switchboard: EmbeddedAsterisk) -> AsyncIterator[AmiSession]:
    """Logged in as the service is, with the service's rights and filters; does nothing by itself."""
    async with ami_session(switchboard.ami) as session:
        yield session
