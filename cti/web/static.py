"""The browser application: files of one folder, and its first page for every address of its own."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from aiohttp import web

_RESCAN_S = 2.0
_HASHED = "assets/"
"""Files below it carry a hash of their content in the name: they never change."""
_NOT_BUILT = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>Hotline</title>
<h1>页面尚未构建 · The pages are not built yet</h1>
<p>服务已在运行。请用 <code>./run</code> 启动，它会构建页面；然后刷新本页。</p>
<p>The service is running. Start it with <code>./run</code>, which builds the pages; then load this page again.</p>
</html>
"""


class StaticFiles:
    """Answers GET for everything that is not `/api/`.

    Only names found by listing the folder are ever opened, so no path of a request reaches the file system.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}
        self._scanned_at = -_RESCAN_S
        self._scan_turn = asyncio.Lock()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send a file, or the application's first page for an address without a file ending."""
        name = request.match_info.get("name", "")
        found = await self._find(name)
        if found is None:
            if name.split("/")[0] in {"api", "metrics"} or "." in name.rsplit("/", 1)[-1]:
                raise web.HTTPNotFound
            name, found = "index.html", await self._find("index.html")
        if found is None:
            return web.Response(text=_NOT_BUILT, content_type="text/html", status=503, headers={"Retry-After": "10"})
        response = web.FileResponse(found)
        keep = "public, max-age=31536000, immutable" if name.startswith(_HASHED) else "no-cache"
        response.headers["Cache-Control"] = keep
        return response

    async def _find(self, name: str) -> Path | None:
        found = self._files.get(name)
        if found is None and time.monotonic() - self._scanned_at >= _RESCAN_S:
            async with self._scan_turn:
                self._files = await asyncio.to_thread(_list_files, self._folder)
                self._scanned_at = time.monotonic()
            found = self._files.get(name)
        return found


def _list_files(folder: Path) -> dict[str, Path]:
    """name -> file, without links (they could lead out of the folder) and hidden files."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in name.split("/")):
            found[name] = path
    return found
