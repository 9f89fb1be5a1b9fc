"""Whose page sent it."""

from __future__ import annotations

import pytest

from cti.web.origin import Origins


@pytest.mark.parametrize(
    ("origin", "host", "is_ours"),
    [
        ("http://127.0.0.1:8900", "127.0.0.1:8900", True),
        ("http://LOCALHOST:8900", "localhost:8900", True),
        ("http://[::1]:8900", "[::1]:8900", True),
        ("http://192.168.1.5:8900", "192.168.1.5:8900", True),
        ("http://127.0.0.1:8901", "127.0.0.1:8900", False),
        ("http://127.0.0.1", "127.0.0.1:8900", False),
        ("https://127.0.0.1:8900", "127.0.0.1:8900", False),
        ("http://localhost.evil.example:8900", "localhost.evil.example:8900", False),
        ("http://evil.example:8900", "evil.example:8900", False),
        ("http://127.0.0.1:8900@evil.example", "127.0.0.1:8900", False),
        ("http://evil.example#127.0.0.1:8900", "127.0.0.1:8900", False),
        ("null", "127.0.0.1:8900", False),
        ("", "", False),
        ("http://[bad", "[bad", False),
        ("file://", "", False),
    ],
)
def test_a_page_is_ours_when_its_host_cannot_be_pointed_at_us(origin: str, host: str, is_ours: bool) -> None:
    assert Origins().is_ours(origin, host) is is_ours


def test_behind_a_proxy_the_public_address_is_ours() -> None:
    origins = Origins(public_url="https://Hotline.example/", host="0.0.0.0")
    assert origins.is_https
    assert origins.is_ours("https://hotline.example", "10.0.0.1:8900")
    for origin in ("http://hotline.example", "https://hotline.example:444", "https://hotline.example.evil.example"):
        assert not origins.is_ours(origin, "hotline.example")


def test_the_name_we_listen_on_is_ours() -> None:
    origins = Origins(host="hotline.lan")
    assert origins.is_ours("http://hotline.lan:8900", "hotline.lan:8900")
    assert not origins.is_ours("http://other.lan:8900", "other.lan:8900")
