"""Another origin, for faults that lead a client there; it records each request and its token."""

import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.server.local_fiskil import LocalFiskil


class ForeignOrigin:
    """A server that replaces the canary server; ``tokens`` has the token of each request, or an empty text."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.tokens: list[str] = []
        self._server = HTTPServer()
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._record)
        self._world = fiskil.proxy.world
        fiskil.proxy.world = self

    def foreign_url(self) -> str:
        """Return the URL of this origin."""
        return self._server.url_for("")

    def _record(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response("{}", content_type="application/json")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def __enter__(self) -> "ForeignOrigin":
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()
