"""The measured sandbox in a separate process: behind the proxy, and the same sandbox without it.

    python -m benchmarks.links PORT BARE_PORT           a recording proxy whose journal keeps the newest 200 exchanges
    python -m benchmarks.links PORT BARE_PORT --late    a proxy that delays each page by 50 ms

It writes the request for a page to the file ``page-request`` in the current folder.
"""

import argparse
import tempfile
import threading
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import request
from fiskil_harness.core.net.server import Server
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest, HttpResponse
from fiskil_harness.faults import Latency
from fiskil_harness.faults.proxy import ProxyProtocol, Rule
from fiskil_harness.journal import Journal
from fiskil_harness.server.local_fiskil import LocalFiskil

ROUTE = "banking.accounts"

LATE_MS = 50


class Bare:
    """The sandbox's API without a proxy, with the same fast path for complete requests."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def respond_at_once(self, request: HttpRequest) -> HttpResponse:
        """Respond to a complete request."""
        response: HttpResponse = self._app.respond(request)
        return response

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Respond to any other request."""
        await self._app(scope, receive, send)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("bare_port", type=int)
    parser.add_argument("--late", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, LocalFiskil(workdir=Path(folder), api_port=arguments.port) as fiskil:
        rosa = fiskil.enrol("rosa")
        fiskil.authorise(rosa)
        Server(fiskil.loop, Bare(fiskil.sandbox.api), port=arguments.bare_port, protocol=ProxyProtocol)
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        token = httpx.post(f"{fiskil.api_url}/v1/token", json=pair, trust_env=False).json()["token"]
        target = f"/v1/banking/accounts?end_user_id={rosa.end_user_id}"
        Path("page-request").write_bytes(request("GET", target, headers={"authorization": f"Bearer {token}"}))
        fiskil.proxy.begin(Journal(newest=200), is_stray=lambda _end_user_id: False)
        if arguments.late:
            fiskil.proxy.rules.set(Rule(route=ROUTE, fault=Latency(latency_ms=LATE_MS), times=0))
        print("ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
