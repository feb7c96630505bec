"""The headers of every answer of the consent page: nothing is kept, nothing is referred, nothing foreign runs."""

import re
from urllib.parse import urlsplit

from fiskil_harness.core.model import AuthSession

LOOPBACK = tuple(
    f"{scheme}://{host}:*" for host in ("127.0.0.1", "localhost", "*.localhost") for scheme in ("http", "https")
)
"""Where an app under development is served; a sandbox is reached from its own machine only."""

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?")


def headers_for(session: AuthSession | None) -> dict[str, str]:
    """What goes with a screen of *session*.

    Who may embed it: pages of this machine, and those of the origins that the session's own addresses name. The Link SDK
    needs no more, because it runs where the app does.

    Source: page.embedding
    """
    ancestors = dict.fromkeys((*LOOPBACK, *_origins(session)))
    return {
        "cache-control": "no-store",
        # A form keeps its Origin, and no other site sees the session's id.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        # One script of the page's own runs, whatever finds its way into a page.
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'; frame-ancestors {' '.join(ancestors)}",
    }


def _origins(session: AuthSession | None) -> list[str]:
    """Of the addresses that the app gave; one that would not stand in the header as a plain host is left out."""
    if session is None:
        return []
    parts = [urlsplit(uri) for uri in (session.redirect_uri, session.cancel_uri) if uri]
    places = [(split_result.scheme, split_result.netloc.rpartition("@")[2]) for split_result in parts]
    return [f"{scheme}://{host}" for scheme, host in places if scheme in {"http", "https"} and _PLAIN_HOST.fullmatch(host)]
