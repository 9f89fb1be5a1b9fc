"""What browsers see of the whole service: the structs of every part, and the document of all routes.

Features lie above `cti.web`, so it cannot list them itself.
"""

from __future__ import annotations

from types import ModuleType

import msgspec

import ivr.api
import ivr.kinds.shapes
import ivr.language.actions
import ivr.language.facts
import ivr.wire
import ivr.wire_left
import ivr.wire_prompts
import recordings.api
import recordings.wire
import tickets.api
import tickets.wire
from cti import VERSION
from cti.domain import changes, colleagues, entity, findings, hours, pop, roles, rulebook
from cti.web import server, wire
from cti.web.openapi import make_document
from cti.web.routes import routes_of
from cti.web.typescript import generate

STRUCTS: tuple[ModuleType, ...] = (
    wire, changes, colleagues, entity, pop, findings, roles, hours, rulebook, tickets.wire, recordings.wire,
    ivr.wire, ivr.wire_left, ivr.wire_prompts, ivr.language.actions, ivr.language.facts, ivr.kinds.shapes,
)  # fmt: skip
"""Modules whose structs travel."""

FEATURES: tuple[type, ...] = (*tickets.api.OWNERS, recordings.api.RecordingRoutes, *ivr.api.OWNERS)
"""Classes of the features whose marked methods are routes."""

OWNERS: tuple[type, ...] = (*server.OWNERS, *FEATURES)


def protocol_text() -> str:
    """The whole text of `protocol.ts`."""
    return generate(STRUCTS)


def openapi_text() -> bytes:
    """The OpenAPI document as JSON; needs no running service."""
    document = make_document(routes_of(*OWNERS), version=VERSION)
    return msgspec.json.format(msgspec.json.encode(document), indent=1)
