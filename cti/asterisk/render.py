"""Asterisk's configuration from the templates in `docker/asterisk/etc`: one set for the embedded switch and an image.

A template is the file itself with `@NAME@` where a place, a port or a secret belongs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from cti.asterisk.binaries import SwitchSetupError

TEMPLATES = Path(__file__).resolve().parents[2] / "docker" / "asterisk" / "etc"
_PLACE = re.compile(r"@([A-Z][A-Z0-9_]*)@")
_HARMLESS = re.compile(r"[^\x00-\x1f;]*")


def render(templates: Path, target: Path, values: Mapping[str, str | int | float]) -> set[str]:
    """Write each template into `target` (files 0600) and return the names of those that changed.

    Raises: SwitchSetupError when a place has no value, or a value would break out of its line.
    """
    names = sorted(path.name for path in templates.glob("*.conf"))
    if not names:
        raise SwitchSetupError(
            f"no Asterisk configuration in {templates}: is the checkout whole?", code="switch.templates"
        )
    filled = {name: fill((templates / name).read_text(encoding="utf-8"), values) for name in names}
    return {name for name, text in filled.items() if write_private(target / name, text)}


def fill(text: str, values: Mapping[str, str | int | float]) -> str:
    """Put values into their places. Raises: SwitchSetupError, as `render`."""

    def value_of(place: re.Match[str]) -> str:
        if place[1] not in values:
            raise SwitchSetupError(
                f"the configuration asks for {place[0]} and nothing gives it", code="switch.templates"
            )
        value = str(values[place[1]])
        if not _HARMLESS.fullmatch(value):
            raise SwitchSetupError(
                f"{place[1]} holds a character Asterisk's files cannot carry", code="switch.templates"
            )
        return value

    return _PLACE.sub(value_of, text)


def phones_conf(phones: Mapping[str, str]) -> str:
    """Return `pjsip_agents.conf`: a desk and a browser telephone for each. `phones`: number -> secret of the desk."""
    return "\n".join(
        f"[{number}](agent)\nauth = {number}\naors = {number}\ncallerid = {number} <{number}>\n"
        f"[{number}](agent-auth)\nusername = {number}\npassword = {secret}\n"
        f"[{number}](agent-aor)\n"
        f"[web{number}](web)\nauth = web{number}\naors = web{number}\ncallerid = {number} <{number}>\n"
        f"[web{number}](web-aor)\n"
        for number, secret in phones.items()
    )


def write_private(path: Path, text: str) -> bool:
    """Write at mode 0600 by renaming, so that a reader sees the old file or the new one. Tell whether it differs."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)
    return True
