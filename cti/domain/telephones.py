"""An agent's two telephones: a desk phone `PJSIP/1001`, `PJSIP/web1001` in the browser. One is rung, both are his."""

from __future__ import annotations

import re

from cti.domain.ids import AgentId, Device

BROWSER, DESK = "browser", "desk"
_TECHNOLOGY = "PJSIP/"
_OUTSIDE = re.compile(r"o([0-9]{3,20})")
_ENDPOINT = re.compile(r"(?:web)?([0-9]{3,6})")


def devices_of(agent_id: AgentId, phone: str) -> tuple[Device, tuple[Device, ...]]:
    """Return the device that queues ring for an agent, and his others. `phone`: what he chose, `browser` or `desk`."""
    desk, browser = Device(f"{_TECHNOLOGY}{agent_id}"), Device(f"{_TECHNOLOGY}web{agent_id}")
    return (browser, (desk,)) if phone == BROWSER else (desk, (browser,))


def endpoint_of(device: Device) -> str:
    """Return a device's endpoint, which is also its extension in context `transfer`: `PJSIP/web1001` -> `web1001`."""
    return device.removeprefix(_TECHNOLOGY)


def agent_of_endpoint(endpoint: str) -> AgentId | None:
    """Return the agent whose telephone an endpoint would be, None when it looks like nobody's (`trunk`, `robot`)."""
    found = _ENDPOINT.fullmatch(endpoint)
    return AgentId(found[1]) if found else None


def named(exten: str) -> str:
    """Return what people call an extension: the agent's number for any of his telephones, the number outside.

    What is neither is returned as it is. Context `transfer-out` has a letter before the number (`o13800138000`), and an
    attended transfer one more before letters (`Aweb1002`; see `cti.asterisk.encode`).
    """
    exten = exten.removeprefix("A")
    outside = _OUTSIDE.fullmatch(exten)
    return outside[1] if outside else agent_of_endpoint(exten) or exten
