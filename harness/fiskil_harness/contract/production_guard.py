"""Rejects production key pairs: a key pair must reach the sandbox's institutions and no others.

A key pair whose institutions cannot be read completely is rejected too.
"""

from typing import Any
from urllib.parse import urlsplit

from fiskil_harness.contract.client import Api, read, rows
from fiskil_harness.contract.example_ids import HOLDERS
from fiskil_harness.errors import UnsafeTarget

MOST_PAGES = 100


def refuse_production(api: Api, client_id: str) -> None:
    """Raise UnsafeTarget unless the key pair reaches only the sandbox's institutions.

    Raises:
        UnsafeTarget: The key pair reaches other institutions or none, or the list of institutions is unreadable.
    """
    listed = _institutions(api, client_id)
    reached = {str(row.get("id")) for row in listed if row.get("is_accessible") is not False}
    sandbox = set(HOLDERS.values())
    if reached and reached <= sandbox:
        return
    others = ", ".join(sorted(reached - sandbox)[:5]) or "the list could not be read"
    raise UnsafeTarget(
        f"This key pair may reach institutions outside the sandbox ({others}). Use the key pair of a sandbox team."
    )


def _institutions(api: Api, client_id: str) -> list[dict[str, Any]]:
    """Return the institutions of all pages; [] if a page is unreadable, because it could contain a real institution."""
    institutions: list[dict[str, Any]] = []
    query: dict[str, str] | None = {"client_id": client_id}
    path, read_paths = "/v1/institutions", set[str]()
    while path not in read_paths and len(read_paths) < MOST_PAGES:
        read_paths.add(path)
        reply = api.get(path, query)
        body, listed = read(reply), rows(reply, "institutions")
        entries = body.get("institutions") if isinstance(body, dict) else body
        if reply.status != 200 or not isinstance(entries, list) or len(entries) != len(listed):
            return []
        institutions += listed
        links = body.get("links") if isinstance(body, dict) else None
        link = links.get("next") if isinstance(links, dict) else None
        if not link:
            return institutions
        path, query = path_of(str(link)), None
    return []


def path_of(link: str) -> str:
    """Return path and query of a paging link, without its origin, so that requests stay at the same host."""
    parts = urlsplit(link)
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
