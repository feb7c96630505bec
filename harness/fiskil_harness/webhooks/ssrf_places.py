"""Fields and headers of a message that get canary URLs: a request to such a URL proves that the receiver followed it.

Some receivers are known to request URLs in these fields and headers, although an attacker may have written them.
"""

import base64
from collections.abc import Callable
from typing import Any

import msgspec

MakeUrl = Callable[[str], str]
"""Makes a canary URL for the field or header with the given name, and remembers that name."""

FIELDS = ("callback_url", "url", "href", "jku", "x5u", "logo_uri", "webhook_url")
HEADERS = ("Link", "Location", "Referer", "X-Callback-Url", "X-Webhook-Url", "X-Original-Url")
KEY_PLACES = ("jku", "x5u")


def fields(lay: MakeUrl) -> dict[str, Any]:
    """Return additional fields of ``data``, each with a canary URL. Their names are common in APIs."""
    return {
        **{name: lay(f"data.{name}") for name in FIELDS},
        "links": {"self": lay("data.links.self"), "next": lay("data.links.next")},
    }


def headers(lay: MakeUrl) -> tuple[tuple[str, str], ...]:
    """Return additional headers, each with a canary URL."""
    return tuple((name, f'<{url}>; rel="next"' if name == "Link" else url) for name in HEADERS for url in (lay(name),))


def token(lay: MakeUrl) -> str:
    """Return a signature in JWS format, whose header contains canary URLs as the URLs of the verification key."""
    head = {"alg": "RS256", "kid": "1", **{name: lay(f"signature {name}") for name in KEY_PLACES}}
    return f"{_base64(msgspec.json.encode(head))}..{_base64(b'signature')}"


def _base64(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")
