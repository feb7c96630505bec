"""A client for the API under test. It sends plain requests and returns the responses; other modules evaluate them."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import HookError

TIMEOUT_S = 30.0


class Api:
    """The API at *base_url*; ``log_in`` requests the token that later requests send."""

    def __init__(self, browser: HttpClient, base_url: str) -> None:
        self._client = browser
        self.base_url = base_url.rstrip("/")
        self.token = ""

    def log_in(self, client_id: str, client_secret: str) -> HttpReply:
        """Exchange a key pair for a token, keep the token for later requests, and return the response.

        The response may contain the token in the field ``token`` or ``access_token``.

        Raises:
            HookError: The response contains no token.
        """
        reply = self.request("POST", "/v1/token", json={"client_id": client_id, "client_secret": client_secret}, token="")
        body = read(reply)
        token = (body.get("token") or body.get("access_token")) if isinstance(body, dict) else None
        if not isinstance(token, str):
            reason = reply.problem or f"the response was {reply.status}"
            raise HookError(f"{self.base_url} returned no token: {reason}. Check the key pair.")
        self.token = token
        return reply

    def request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        *,
        version: str = "v3",
        json: Any = None,
        token: str | None = None,
    ) -> HttpReply:
        """Send one request and return the response.

        Args:
            path: The path with its prefix, such as ``/v1/consent``.
            version: Value of the version header.
            json: The body as a JSON value; None sends no body.
            token: Bearer token (default: the token from ``log_in``); "" sends no token.
        """
        bearer = self.token if token is None else token
        headers = {"x-fiskil-version": version, "accept": "application/json"}
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        url = f"{self.base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return self._client.request(method, url, json=json, headers=headers, timeout_s=TIMEOUT_S)

    def get(self, path: str, query: dict[str, str] | None = None, **more: Any) -> HttpReply:
        """Send a GET request; the arguments are those of ``request``."""
        return self.request("GET", path, query, **more)


def read(reply: HttpReply) -> Any:
    """Return the decoded JSON of a response; None if its body is not JSON."""
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def rows(reply: HttpReply, root: str) -> list[dict[str, Any]]:
    """Return the objects in the list of a response: the field *root*, or the whole body. Without a list, return []."""
    body = read(reply)
    entries = body.get(root, []) if isinstance(body, dict) else body
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
