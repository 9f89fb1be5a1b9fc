"""Routes of tickets, customers and pops, and how they are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from cti.domain.changes import Change
from cti.domain.rulebook import DepartmentRules
from cti.store.work import Database
from tickets.api.customers import CustomerRoutes, PopRoutes
from tickets.api.tickets import TicketRoutes
from tickets.popping import Popping
from tickets.procedure import Procedures
from tickets.service.files import CustomerFiles
from tickets.service.finding import TicketLists
from tickets.service.news import News
from tickets.service.pop_desk import PopDesk
from tickets.service.ticketing import Ticketing
from tickets.service.who import Dialler, Numbers

OWNERS: tuple[type, ...] = (TicketRoutes, CustomerRoutes, PopRoutes)
"""Classes whose marked methods are the routes."""


def make_owners(
    *,
    database: Database,
    procedures: Procedures,
    pops: Popping,
    desk: Dialler,
    departments: Callable[[], DepartmentRules],
    publish: Callable[[Sequence[Change]], None],
    clock: Callable[[], datetime],
    zone: tzinfo,
) -> list[object]:
    """Build the objects that answer; see `Ticketing` for the arguments. `publish`: to the live feed."""
    numbers, news = Numbers(pops), News(publish, clock)
    ticketing = Ticketing(
        database=database,
        procedures=procedures,
        pops=pops,
        numbers=numbers,
        news=news,
        desk=desk,
        departments=departments,
        clock=clock,
        zone=zone,
    )
    lists = TicketLists(database=database, numbers=numbers, clock=clock)
    files = CustomerFiles(database=database, pops=pops, numbers=numbers, news=news, desk=desk, clock=clock)
    return [
        TicketRoutes(ticketing=ticketing, lists=lists, departments=departments, zone=zone),
        CustomerRoutes(files=files),
        PopRoutes(desk=PopDesk(database=database, pops=pops, clock=clock)),
    ]
