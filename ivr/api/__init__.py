"""Routes of the hotline's menus, and of what callers leave in them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo

from cti.store.rulebook import Rules
from cti.store.work import Database
from ivr.api.blocked import BlockedRoutes
from ivr.api.callbacks import CallbackRoutes
from ivr.api.flows import FlowRoutes
from ivr.api.hours import HoursRoutes
from ivr.api.messages import MessageRoutes
from ivr.api.prompts import PromptRoutes
from ivr.api.report import ReportRoutes
from ivr.library import Library
from ivr.prompt_book import PromptBook
from ivr.proof import Proof
from ivr.service.flow_desk import FlowDesk
from ivr.service.flow_pages import FlowPages
from ivr.service.simulator import Simulator

OWNERS: tuple[type, ...] = (
    FlowRoutes,
    HoursRoutes,
    BlockedRoutes,
    CallbackRoutes,
    MessageRoutes,
    PromptRoutes,
    ReportRoutes,
)
"""Classes whose marked methods are the routes."""


def make_flow_owners(
    *,
    database: Database,
    rules: Rules,
    library: Library,
    proof: Proof,
    prompts: Callable[[], PromptBook],
    clock: Callable[[], datetime],
    zone: tzinfo,
) -> list[object]:
    """Build the objects that answer for flows and for the rules that lead to them."""
    turn = asyncio.Lock()
    pages = FlowPages(database=database, library=library, proof=proof)
    simulator = Simulator(library=library, proof=proof, prompts=prompts, zone=zone)
    desk = FlowDesk(database=database, library=library, proof=proof, turn=turn, clock=clock)
    return [
        FlowRoutes(database=database, pages=pages, desk=desk, proof=proof, simulator=simulator, clock=clock, zone=zone),
        HoursRoutes(database=database, rules=rules, library=library, turn=turn, clock=clock, zone=zone),
    ]
