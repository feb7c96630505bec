"""Plain requests to the API under the contract, each with its version; the answers are judged elsewhere."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import HookError

TIMEOUT_S = 30.0


class Api:
    """One API under *base_url*; ``token`` is asked for at the first use of a key pair."""

    def __init__(self, browser: HttpClient, base_url: str) -> None:
        self._browser = browser
        self.base_url = base_url.rstrip("/")
        self.token = ""

    def log_in(self, client_id: str, client_secret: str) -> HttpReply:
        """Exchange a key pair and keep the token, whatever it is called.

        Raises:
            HookError: There was no token.
        """
        reply = self.request("POST", "/v1/token", json={"client_id": client_id, "client_secret": client_secret}, token="")
        body = read(reply)
        token = (body.get("token") or body.get("access_token")) if isinstance(body, dict) else None
        if not isinstance(token, str):
            seen = reply.trouble or f"it answered {reply.status}"
            raise HookError(f"{self.base_url} gave no token: {seen}. Look at the key pair.")
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
        """Send one request; a *token* of "" sends none."""
        bearer = self.token if token is None else token
        headers = {"x-fiskil-version": version, "accept": "application/json"}
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        url = f"{self.base_url}{path}" + (f"?{urlencode(query)}" if query else "")
        return self._browser.request(method, url, json=json, headers=headers, timeout_s=TIMEOUT_S)

    def get(self, path: str, query: dict[str, str] | None = None, **more: Any) -> HttpReply:
        """Read."""
        return self.request("GET", path, query, **more)


def read(reply: HttpReply) -> Any:
    """The JSON of an answer; None where there is none."""
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def rows(reply: HttpReply, root: str) -> list[dict[str, Any]]:
    """The list under *root*, or the bare list; empty where there is neither."""
    body = read(reply)
    found = body.get(root, []) if isinstance(body, dict) else body
    return [value for value in found if isinstance(value, dict)] if isinstance(found, list) else []
