"""Whether a key pair is a production pair: told by the institutions that it reaches, and refused where nobody can tell."""

from typing import Any
from urllib.parse import urlsplit

from fiskil_harness.contract.client import Api, read, rows
from fiskil_harness.contract.example_ids import HOLDERS
from fiskil_harness.errors import UnsafeTarget

MOST_PAGES = 100


def refuse_production(api: Api, client_id: str) -> None:
    """Refuse a pair that reaches anything but the sandbox's institutions, or of which that cannot be told.

    Raises:
        UnsafeTarget: It reaches others, none at all, or the list does not say.
    """
    listed = _institutions(api, client_id)
    reached = {str(row.get("id")) for row in listed if row.get("is_accessible") is not False}
    sandbox = set(HOLDERS.values())
    if reached and reached <= sandbox:
        return
    named = ", ".join(sorted(reached - sandbox)[:5]) or "none could be listed"
    raise UnsafeTarget(f"This key pair reaches institutions that are no sandbox ({named}). Use a pair of a sandbox team.")


def _institutions(api: Api, client_id: str) -> list[dict[str, Any]]:
    """Every institution of every page; none where a page is missing or is no list: what is not seen may be real."""
    found: list[dict[str, Any]] = []
    query: dict[str, str] | None = {"client_id": client_id}
    path, seen = "/v1/institutions", set[str]()
    while path not in seen and len(seen) < MOST_PAGES:
        seen.add(path)
        reply = api.get(path, query)
        body, listed = read(reply), rows(reply, "institutions")
        entries = body.get("institutions") if isinstance(body, dict) else body
        if reply.status != 200 or not isinstance(entries, list) or len(entries) != len(listed):
            return []
        found += listed
        links = body.get("links") if isinstance(body, dict) else None
        link = links.get("next") if isinstance(links, dict) else None
        if not link:
            return found
        path, query = path_of(str(link)), None
    return []


def path_of(link: str) -> str:
    """Path and query of a link, so that whoever follows it stays where they are."""
    parts = urlsplit(link)
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")
