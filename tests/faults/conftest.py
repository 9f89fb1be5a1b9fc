"""The whole system for each fault, phones around it."""

from __future__ import annotations

from tests.browser.conftest import crew, phones, switch, system, voices

__all__ = ["crew", "phones", "switch", "system", "voices"]
