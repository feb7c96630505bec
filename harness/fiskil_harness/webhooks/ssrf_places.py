"""Lures: places of a message in which receivers have found a URL and called it, though anybody may have written it there."""

import base64
from collections.abc import Callable
from typing import Any

import msgspec

Lay = Callable[[str], str]
"""Makes a URL for a place, and remembers that it was made."""

FIELDS = ("callback_url", "url", "href", "jku", "x5u", "logo_uri", "webhook_url")
HEADERS = ("Link", "Location", "Referer", "X-Callback-Url", "X-Webhook-Url", "X-Original-Url")
KEY_PLACES = ("jku", "x5u")


def fields(lay: Lay) -> dict[str, Any]:
    """Further fields of ``data`` with a URL each, as APIs of many kinds name them."""
    return {
        **{name: lay(f"data.{name}") for name in FIELDS},
        "links": {"self": lay("data.links.self"), "next": lay("data.links.next")},
    }


def headers(lay: Lay) -> tuple[tuple[str, str], ...]:
    """Further headers with a URL each."""
    return tuple((name, f'<{url}>; rel="next"' if name == "Link" else url) for name in HEADERS for url in (lay(name),))


def token(lay: Lay) -> str:
    """A signature in the form of a JWS that says where the key to check it with is to be found."""
    head = {"alg": "RS256", "kid": "1", **{name: lay(f"signature {name}") for name in KEY_PLACES}}
    return f"{_base64(msgspec.json.encode(head))}..{_base64(b'signature')}"


def _base64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
