"""A feed with HTML forms: it redirects after each disconnect, whether the API revoked the consent or not."""

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

    After a failure it lets *pauses* requests pass without a call, as a circuit breaker does.
    """

    def __init__(self, *, is_careless: bool = False, pauses: int = 0) -> None:
        super().__init__()
        self.is_careless = is_careless
        self.pauses = pauses
        self.is_connected = True
        self.has_failed = False

    def settings(self) -> Settings:
        """Return a config with the request that disconnects, and the place of the connection in the state."""
        revoke = {"request": "POST /disconnect/{end_user_ref}"}
        connected = {"path": "$.state.is_connected", "values": [True]}
        hooks = {"drive": {"revoke": revoke}, "observe": {"connected": connected}}
        return parse({"app": {"object": "redirecting_feed:RedirectingFeed", **hooks}}, folder=Path(__file__).parent)

    def effects(self, _values: Values) -> dict[str, Any]:
        """Return whether the end user counts as connected."""
        return {"state": {"is_connected": self.is_connected}, "pending": 0}

    def disconnect(self, ref: str) -> None:
        """Revoke the consents of a connected end user."""
        if not self.is_connected:
            return
        if self.has_failed and self.pauses:
            self.pauses -= 1
            return
        self.is_connected = not self.is_careless
        self.has_failed = True
        with contextlib.suppress(httpx.HTTPError):
            for consent in self._call("GET", f"/v1/consent?end_user_id={self.end_users[ref]}")["consents"]:
                with contextlib.suppress(json.JSONDecodeError):  # a 204 has no body
                    self._call("DELETE", f"/v1/consent/{consent['arrangement_id']}")
            self.is_connected = False

    def _pages(feed) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (the handler's own self is the request)
        class Pages(super()._pages()):  # type: ignore[misc]
            def do_POST(self) -> None:
                if not self.path.startswith("/disconnect/"):
                    super().do_POST()
                    return
                feed.disconnect(self.path.rpartition("/")[2])
                self.send_response(303)
                self.send_header("Location", "/connections")
                self.send_header("Content-Length", "0")
                self.end_headers()

        return Pages
