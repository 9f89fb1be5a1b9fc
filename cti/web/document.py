"""/api/openapi.json: the contract, as a document."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from cti.web.routes import Ask, route


class DocumentRoutes:
    """Serves the document; `text` is made once, at the first request."""

    def __init__(self, *, text: Callable[[], bytes]) -> None:
        self._make = text
        self._text = b""

    @route("GET", "/api/openapi.json", is_open=True)
    async def show(self, ask: Ask) -> web.Response:
        """This document."""
        self._text = self._text or self._make()
        return web.Response(body=self._text, content_type="application/json", headers={"Cache-Control": "no-cache"})
