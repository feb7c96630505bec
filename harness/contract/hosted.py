"""An API elsewhere under the contract: read only, with keys that reach nothing but sandbox holders."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from harness.contract.asking import Api, read, rows
from harness.contract.exercise import Target
from harness.contract.known import HOLDERS, known_to
from harness.contract.looks import Place
from harness.errors import ConfigError, UnsafeTarget

HOSTED = "https://api.fiskil.com"
CLIENT_ID, CLIENT_SECRET = "FISKIL_CONTRACT_CLIENT_ID", "FISKIL_CONTRACT_CLIENT_SECRET"
END_USER_ID = "FISKIL_CONTRACT_END_USER_ID"
MOST_PAGES = 100


def place_of(api: Api, environment: Callable[[str], str | None]) -> tuple[Place, Target]:
    """Log in with the pair that the environment holds, and say what is known there.

    Raises:
        ConfigError: The environment holds no pair.
        HookError: The pair is not accepted.
        UnsafeTarget: The pair reaches real institutions, which is what a production pair does.
    """
    client_id, client_secret = environment(CLIENT_ID), environment(CLIENT_SECRET)
    if not client_id or not client_secret:
        raise ConfigError(f"{CLIENT_ID} and {CLIENT_SECRET} are not both set. Put a key pair of a sandbox team there.")
    first = api.log_in(client_id, client_secret)
    refuse_production(api, client_id)
    known = {**known_to(api, environment(END_USER_ID) or _first_end_user(api)), "client_id": client_id}
    place = Place(api=api, first=first, client_id=client_id, known=known)
    return place, Target(base_url=api.base_url, token=api.token, known=known, is_read_only=True)


def refuse_production(api: Api, client_id: str) -> None:
    """Refuse a pair that reaches anything but the sandbox's institutions, or of which that cannot be told.

    Raises:
        UnsafeTarget: It reaches others, none at all, or the list does not say.
    """
    listed = _institutions(api, client_id)
    reached = {str(one.get("id")) for one in listed if one.get("is_accessible") is not False}
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


def _first_end_user(api: Api) -> str:
    """An end user with an active consent; empty where there is none."""
    for one in rows(api.get("/v1/end-users"), "end_users")[:20]:
        end_user_id = str(one.get("id", ""))
        if rows(api.get("/v1/consent", {"end_user_id": end_user_id, "active": "true"}), "consents"):
            return end_user_id
    return ""
