"""A file that comes as the body of a request: read piece by piece onto the disk, with limits on size and time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from cti.domain.errors import Invalid
from cti.web.problem import BadRequest

CONTENT_TYPE = "application/octet-stream"


async def save_body(request: web.Request, path: Path, *, most_bytes: int, limit_s: float) -> int:
    """Write the body to `path` and return its length.

    Raises: BadRequest (another content type, broken, too slow), Invalid `request.file_too_large`.
    """
    # A form of another site cannot send this type without the browser asking us first.
    if request.content_type != CONTENT_TYPE:
        raise BadRequest(f"The request must be {CONTENT_TYPE}.", code="request.no_file")
    _check(request.content_length or 0, most_bytes)
    length = 0
    try:
        with path.open("wb") as file:
            async with asyncio.timeout(limit_s):
                async for piece in request.content.iter_chunked(64 * 1024):
                    length += len(piece)
                    _check(length, most_bytes)
                    file.write(piece)
    except TimeoutError as error:
        raise BadRequest("The file did not arrive whole.", code="request.slow") from error
    except web.RequestPayloadError as error:
        raise BadRequest("The file did not arrive whole.", code="request.slow") from error
    return length


def _check(length: int, most_bytes: int) -> None:
    if length > most_bytes:
        limit = most_bytes // 1024**2
        raise Invalid(f"The file is larger than {limit} MB.", code="request.file_too_large", limit=limit)
