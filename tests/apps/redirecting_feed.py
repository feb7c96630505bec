"""A feed with HTML forms: it redirects after each refresh and disconnect, whether the API did it or not."""

import contextlib
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx

from fiskil_harness.core.config import Settings, parse
from tests.apps.feed import Feed, Values


class RedirectingFeed(Feed):
    """Ends a consent at Fiskil and then in its state; or, if *is_careless*, in its state at once.

    After its first request it lets *pauses* requests pass without a call, as a circuit breaker does.
    """

    refresh = None  # type: ignore[assignment]  # the request of the config is used

    def __init__(self, *, is_careless: bool = False, pauses: int = 0) -> None:
        super().__init__()
        self.is_careless = is_careless
        self.pauses = pauses
        self.is_connected = True
        self.has_acted = False

    def settings(self) -> Settings:
        """Return a config with the request that disconnects, and the place of the connection in the state."""
        drive = {
            "refresh": {"request": "POST /refresh/{end_user_ref}"},
            "revoke": {"request": "POST /disconnect/{end_user_ref}"},
        }
        connected = {"path": "$.state.is_connected", "values": [True]}
        hooks = {"drive": drive, "observe": {"connected": connected}}
        return parse({"app": {"object": "redirecting_feed:RedirectingFeed", **hooks}}, folder=Path(__file__).parent)

    def effects(self, _values: Values) -> dict[str, Any]:
        """Return whether the end user counts as connected."""
        return {"state": {"is_connected": self.is_connected}, "pending": 0}

    def act(self, path: str) -> None:
        """Perform the request unless the circuit is open."""
        if self.has_acted and self.pauses:
            self.pauses -= 1
            return
        self.has_acted = True
        action, _, ref = path.strip("/").partition("/")
        if action == "disconnect":
            self.disconnect(ref)
            return
        with contextlib.suppress(httpx.HTTPError):
            self._call("GET", f"/v1/banking/transactions?end_user_id={self.end_users[ref]}")

    def disconnect(self, ref: str) -> None:
        """Revoke the consents of a connected end user."""
        if not self.is_connected:
            return
        self.is_connected = not self.is_careless
        with contextlib.suppress(httpx.HTTPError):
            for consent in self._call("GET", f"/v1/consent?end_user_id={self.end_users[ref]}")["consents"]:
                with contextlib.suppress(json.JSONDecodeError):  # a 204 has no body
                    self._call("DELETE", f"/v1/consent/{consent['arrangement_id']}")
            self.is_connected = False

    def _pages(feed) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (the handler's own self is the request)
        class Pages(super()._pages()):  # type: ignore[misc]
            def do_POST(self) -> None:
                if not self.path.startswith(("/disconnect/", "/refresh/")):
                    super().do_POST()
                    return
                feed.act(self.path)
                self.send_response(303)
                self.send_header("Location", "/connections")
                self.send_header("Content-Length", "0")
                self.end_headers()

        return Pages
