"""A trap: URLs on loopback that nobody has a reason to call, so that whoever calls one took it from a message.

Each leads to a path of its own, and a call is written into the journal of the scenario that laid it.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.journal import CanaryPlanted, CanaryRequested, DeliveryKind, Journal


class CanaryServer:
    """Answers every call with an empty object and remembers whose bait it was."""

    def __init__(
        self, loop: Loop, *, crashes: list[Crash] | None = None, strayed: Callable[[str, bool], None] = lambda *_: None
    ) -> None:
        """Listen at once; *strayed* is told of a call that took no bait: its path, and whether a token came along."""
        self._strayed = strayed
        self._laid: dict[str, tuple[Journal, CanaryPlanted]] = {}
        self._numbers = count(1)
        self._server = Server(loop, self, crashes=crashes)

    @property
    def url(self) -> str:
        """The trap's origin."""
        return self._server.url

    def lay(self, place: str, *, kind: DeliveryKind, journal: Journal) -> str:
        """A URL that was never given before; what becomes of it goes into *journal*."""
        path = f"/bait/{next(self._numbers)}"
        bait = CanaryPlanted(**journal.stamp(), place=place, kind=kind)
        journal.write(bait)
        self._laid[path] = (journal, bait)
        return self._server.url + path

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        """Answer as an ASGI application, to any method."""
        if scope["path"] in self._laid:
            journal, bait = self._laid[scope["path"]]
            journal.write(CanaryRequested(**journal.stamp(), place=bait.place, kind=bait.kind))
        elif scope["type"] == "http":
            self._strayed(scope["path"], any(name == b"authorization" for name, _ in scope["headers"]))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})

    def close(self) -> None:
        """Stop listening."""
        self._server.close()
