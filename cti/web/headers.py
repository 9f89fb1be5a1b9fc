"""Headers of every answer: what a browser may do with our pages."""

from __future__ import annotations

from aiohttp import web

CONTENT_SECURITY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Without `unsafe-inline`: a caller's name that is a script stays text (security: 6.6)."""

SAFETY = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}
"""Only with https: on plain http browsers ignore it, and a real certificate must stay."""


def put_headers(response: web.StreamResponse, *, is_https: bool) -> None:
    """Add them to a response that has not begun."""
    response.headers.update(SAFETY)
    if is_https:
        response.headers.update(TRANSPORT)
