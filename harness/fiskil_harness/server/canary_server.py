"""A local server whose URLs are planted in webhook payloads; a request for such a URL proves that the app is open to SSRF.

Each URL has a different path. A request for it is recorded in the journal of the scenario that planted the URL.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.journal import CanaryPlanted, CanaryRequested, DeliveryKind, Journal


class CanaryServer:
    """Responds to every request with an empty JSON object, and records which canary URL was requested."""

    def __init__(
        self,
        loop: Loop,
        *,
        crashes: list[Crash] | None = None,
        on_foreign_request: Callable[[str, bool], None] = lambda *_: None,
    ) -> None:
        """Start to listen.

        Args:
            on_foreign_request: Called for a request with a path that was not planted. Receives the path, and True if the
                request has an Authorization header.
        """
        self._on_foreign_request = on_foreign_request
        self._planted: dict[str, tuple[Journal, CanaryPlanted]] = {}
        self._numbers = count(1)
        self._server = Server(loop, self, crashes=crashes)

    @property
    def url(self) -> str:
        """The origin of the server."""
        return self._server.url

    def plant(self, place: str, *, kind: DeliveryKind, journal: Journal) -> str:
        """Return a new canary URL; *journal* records the URL and each request for it.

        Args:
            place: The field or header of the webhook that contains the URL.
            kind: The kind of the delivery that contains the URL.
        """
        path = f"/canary/{next(self._numbers)}"
        canary = CanaryPlanted(**journal.stamp(), place=place, kind=kind)
        journal.write(canary)
        self._planted[path] = (journal, canary)
        return self._server.url + path

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Respond to a request with any method, as an ASGI application."""
        if scope["path"] in self._planted:
            journal, canary = self._planted[scope["path"]]
            journal.write(CanaryRequested(**journal.stamp(), place=canary.place, kind=canary.kind))
        elif scope["type"] == "http":
            self._on_foreign_request(scope["path"], any(name == b"authorization" for name, _ in scope["headers"]))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
