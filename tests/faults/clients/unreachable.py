"""Another origin, for faults that lead a client there; who comes is remembered, with the token that it shows."""

import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.server.local_fiskil import LocalFiskil


class Away:
    """Another origin, for faults that lead there; ``tokens`` has for each call that came the token that it brought."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.tokens: list[str] = []
        self._server = HTTPServer()
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._come)
        self._world = fiskil.link.world
        fiskil.link.world = self

    def foreign_url(self) -> str:
        """Its address."""
        return self._server.url_for("")

    def _come(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response("{}", content_type="application/json")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def __enter__(self) -> "Away":
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()
