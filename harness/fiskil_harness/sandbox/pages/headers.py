"""The headers of every response of the consent page: no caching, no referrer for other sites, no foreign scripts."""

import re
from urllib.parse import urlsplit

from fiskil_harness.core.model import AuthSession

LOOPBACK = tuple(
    f"{scheme}://{host}:*" for host in ("127.0.0.1", "localhost", "*.localhost") for scheme in ("http", "https")
)
"""Origins of an app under development; a sandbox is reachable from its own machine only."""

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?")


def headers_for(session: AuthSession | None) -> dict[str, str]:
    """Return the headers for a screen of *session*.

    Pages of this machine, and of the origins of the session's redirect and cancel URIs, may embed the screen. The Link SDK
    runs on the app's origin, so no other origin is needed.

    Source: page.embedding
    """
    ancestors = dict.fromkeys((*LOOPBACK, *_origins(session)))
    return {
        "cache-control": "no-store",
        # Forms of the page send their Origin, and no other site receives the session id.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        # Only the page's own script runs, even if foreign markup gets into a page.
        "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'; frame-ancestors {' '.join(ancestors)}",
    }


def _origins(session: AuthSession | None) -> list[str]:
    """Return the origins of the session's redirect and cancel URIs, if they are http or https with a plain host name."""
    if session is None:
        return []
    parts = [urlsplit(uri) for uri in (session.redirect_uri, session.cancel_uri) if uri]
    places = [(part.scheme, part.netloc.rpartition("@")[2]) for part in parts]
    return [f"{scheme}://{host}" for scheme, host in places if scheme in {"http", "https"} and _PLAIN_HOST.fullmatch(host)]
