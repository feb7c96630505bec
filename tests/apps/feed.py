"""A small integration as a Python object: it opens auth sessions, reads transactions on demand, and has two pages.

It retries nothing and stores everything in memory, so the effect of a step is easy to see.
"""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from fiskil_harness.core.config import Settings, parse

Values = Mapping[str, str]


def feed_settings(**limits: float) -> Settings:
    """Return the settings of a feed, with these values of ``app.limits``."""
    return parse({"app": {"object": "feed:Feed", "limits": limits}}, folder=Path(__file__).parent)


class Feed:
    """Implements the methods of ``fiskil_harness.App`` with the API of its values."""

    def __init__(self) -> None:
        self.end_users: dict[str, str] = {}
        self.rows: dict[str, list[Any]] = {}
        self.deliveries = 0
        self.front_end = ""
        self.visited: list[str] = []

    def start(self, values: Values) -> str:
        """Listen, and keep the values; the first call gets a token."""
        self.values = dict(values)
        self.api = httpx.Client(base_url=values["api_url"], timeout=20, trust_env=False)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._pages())
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self.url

    def stop(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
        self.api.close()

    def start_session(self, values: Values) -> str:
        """Open an auth session for the customer, whose end user is created once."""
        ref = values["end_user_ref"]
        if ref not in self.end_users:
            created = self._call("POST", "/v1/end-users", json={"email": values["end_user_email"]})
            self.end_users[ref] = created["end_user_id"]
        session = {
            "end_user_id": self.end_users[ref],
            "redirect_uri": f"{self.front_end or self.url}/thanks",
            "cancel_uri": f"{self.front_end or self.url}/sorry",
        }
        return str(self._call("POST", "/v1/auth/session", json=session)["auth_url"])

    def refresh(self, values: Values) -> dict[str, int]:
        """Read every page of transactions."""
        end_user_id = self.end_users[values["end_user_ref"]]
        rows: list[Any] = []
        path: str | None = f"/v1/banking/transactions?end_user_id={end_user_id}"
        while path:
            page = self._call("GET", path)
            rows += page["transactions"]
            path = page["links"].get("next")
        self.rows[end_user_id] = rows
        return {"rows": len(rows)}

    def effects(self, values: Values) -> dict[str, Any]:
        """Return the stored transactions."""
        return {"state": {"transactions": self.rows.get(values["end_user_id"], [])}, "pending": 0}

    def receive(self, _body: bytes) -> None:
        """Count a delivery."""
        self.deliveries += 1

    def _call(self, method: str, path: str, **more: Any) -> Any:
        pair = {"client_id": self.values["client_id"], "client_secret": self.values["client_secret"]}
        token = self.api.post("/v1/token", json=pair).raise_for_status().json()["token"]
        response = self.api.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)
        return response.raise_for_status().json()

    def _pages(feed) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (the handler's own self is the request)
        class Pages(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                """Do nothing."""

            def do_GET(self) -> None:
                feed.visited.append(self.path)
                self._answer(200, f"<h1>{self.path.partition('?')[0].strip('/')}</h1>".encode())

            def do_POST(self) -> None:
                feed.receive(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
                self._answer(204, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Pages
