"""An edition: every flow in force and the rules that lead to them, at one instant. A call keeps its first one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from cti.domain.hours import CalendarRules, HotlineRules, HoursRules, flow_for
from ivr.kinds.shapes import Flow


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """Never changed: a publish makes another one. `versions`: flow name -> version in force, the same names.

    The rules are the snapshot a call goes on with, so that a schedule that is changed leads nobody half way.
    """

    flows: Mapping[str, Flow] = {}
    versions: Mapping[str, int] = {}
    hours: HoursRules = HoursRules()
    calendar: CalendarRules = CalendarRules()
    hotlines: HotlineRules = HotlineRules()

    def flow_of(self, number: str, now: datetime) -> str | None:
        """Return the name of the flow that answers `number` now; `now` is aware, in the hotline's zone.

        The fallback flow stands in for one that is retired or missing; None when that is missing too: then nobody
        drives the call, and the dialplan leads it to the fallback queue.
        """
        name, _ = flow_for(self.hotlines, self.hours, self.calendar, number, now)
        return next((one for one in (name, self.hotlines.fallback) if one in self.flows), None)
