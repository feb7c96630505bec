"""A receiver that keeps every request unchanged, so that tests can read what a step sends byte for byte.

``status`` is the status of its responses; it returns 400 for every body that contains ``refused``. It keeps no message by
which the harness tests which addresses are accepted.
"""

import json
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.config import Settings, parse


class Mailbox:
    """The requests, in the order of arrival."""

    def __init__(self, server: HTTPServer) -> None:
        server.clear()
        server.expect_request("/webhooks/fiskil").respond_with_handler(self._take)
        self.requests: list[Request] = []
        self.bodies: list[bytes] = []
        self.status = 204
        self.refused = b""
        self._url = server.url_for("").rstrip("/")

    def settings(self, **app: Any) -> Settings:
        """Return a config for this receiver, which runs already."""
        return parse({"app": {"url": self._url, "limits": {"ack_s": 5}, **app}}, folder=Path())

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every body, decoded."""
        return [json.loads(body) for body in self.bodies]

    @property
    def kinds(self) -> list[str]:
        """The kind of event in every body."""
        return [str(message["data"]["event"]) for message in self.messages]

    @property
    def signatures(self) -> list[str]:
        """The signature header of every request; empty if it has none."""
        return [request.headers.get("X-Fiskil-Signature", "") for request in self.requests]

    def _take(self, request: Request) -> Response:
        if b"harness.address.tested" in request.get_data():
            return Response(status=self.status)
        self.requests.append(request)
        self.bodies.append(request.get_data())
        is_refused = bool(self.refused) and self.refused in request.get_data()
        return Response(status=400 if is_refused else self.status)
