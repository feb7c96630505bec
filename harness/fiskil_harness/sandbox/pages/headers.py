"""The headers of every response of the consent page: no caching, no referrer for other sites, no foreign scripts."""

from collections.abc import Iterable

from fiskil_harness.core.model import AuthSession
from fiskil_harness.sandbox.pages.embedding import frame_policy


def headers_for(session: AuthSession | None, embed_from: Iterable[str] = ()) -> dict[str, str]:
    """Return the headers for a screen of *session*, which pages of *embed_from* may embed too."""
    return {
        "cache-control": "no-store",
        # Forms of the page send their Origin, and no other site receives the session id.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        # Only the page's own script runs, even if foreign markup gets into a page.
        "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
        "style-src 'unsafe-inline'; img-src data:; "
        f"base-uri 'none'{frame_policy(session, embed_from)}",
    }
