"""Redirects in front of the hosted API: one to the API leads to the relay, and one to another host is removed."""

import gzip

import pytest

from fiskil_harness.faults.proxy.reverse.upstream import plain
from fiskil_harness.faults.proxy.reverse.url_rewriting import Origin, Rewriting

RELAY = "http://127.0.0.1:4000"


@pytest.fixture
def rewriting() -> Rewriting:
    """Return the rewriting of a relay that keeps clients at home."""
    return Rewriting(Origin("http://127.0.0.1:5000"), RELAY, keeps_home=True)


@pytest.mark.parametrize("target", ["http://127.0.0.1:5000/v1/a", f"{RELAY}/v1/a"])
def test_a_redirect_to_the_api_leads_to_the_relay(rewriting: Rewriting, target: str) -> None:
    """It does not matter whether the API names itself or the relay."""
    assert rewriting.headers([(b"location", target.encode())]) == [(b"location", f"{RELAY}/v1/a".encode())]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\t/evil.example/", "\\\\evil.example", "ht\ntps://evil.example"]
)
def test_a_redirect_to_another_host_is_removed(rewriting: Rewriting, target: str) -> None:
    """Clients ignore tabs and line breaks in a URL, and read a backslash as a slash."""
    assert rewriting.headers([(b"location", target.encode())]) == []


def test_a_body_of_several_gzip_members_stays_compressed() -> None:
    """Only the first member would be unpacked, and the others would be lost."""
    headers, body = [(b"content-encoding", b"gzip")], gzip.compress(b'{"a":') + gzip.compress(b"1}")

    assert plain(headers, body) == (body, headers)
    assert plain(headers, gzip.compress(b"{}")) == (b"{}", [])
