"""Routes of the hotline's menus, and of what callers leave in them."""

from __future__ import annotations

from ivr.api.blocked import BlockedRoutes
from ivr.api.callbacks import CallbackRoutes
from ivr.api.messages import MessageRoutes
from ivr.api.prompts import PromptRoutes
from ivr.api.report import ReportRoutes

OWNERS: tuple[type, ...] = (BlockedRoutes, CallbackRoutes, MessageRoutes, PromptRoutes, ReportRoutes)
"""Classes whose marked methods are the routes."""
