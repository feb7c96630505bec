"""An integration that keeps its circuit breaker in a file: after a refused key pair it calls no API, even after a restart.

Run as ``python guarded_feed.py PORT WORKDIR REFUSALS STATUS``: the next REFUSALS refreshes get STATUS without an API call.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


class Guarded(BaseHTTPRequestHandler):
    """Opens auth sessions, and reads transactions on demand."""

    api = httpx.Client(base_url=os.environ["API_URL"], timeout=20, trust_env=False)
    store = Path(sys.argv[2], "guarded.json")

    def log_message(self, *args: object) -> None:
        """Do nothing."""

    def do_GET(self) -> None:
        """Return the stored rows; any page is the same."""
        self._respond(200, {"state": {"rows": self._stored()["rows"]}, "pending": 0})

    def do_POST(self) -> None:
        """Perform a hook, or acknowledge a message."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        url = urlsplit(self.path)
        stored, values = self._stored(), dict(parse_qsl(url.query))
        status, body = 200, {}
        try:
            if url.path == "/connect":
                created = self._call("POST", "/v1/end-users", json={"email": values["email"]})
                stored["end_user"] = created["end_user_id"]
                pages = {"redirect_uri": f"{values['url']}/thanks", "cancel_uri": f"{values['url']}/sorry"}
                body = self._call("POST", "/v1/auth/session", json={"end_user_id": created["end_user_id"], **pages})
            elif url.path == "/refresh" and stored["refusals"]:
                stored["refusals"] -= 1
                status = int(sys.argv[4])
            elif url.path == "/refresh":
                page = self._call("GET", f"/v1/banking/transactions?end_user_id={stored['end_user']}")
                stored["rows"] = len(page["transactions"])
        except httpx.HTTPStatusError as error:
            status = 502
            is_refused = error.response.status_code in {401, 403}
            stored["refusals"] = int(sys.argv[3]) if is_refused else 0
        self.store.write_text(json.dumps(stored))
        self._respond(status, body)

    def _stored(self) -> dict[str, Any]:
        return json.loads(self.store.read_text()) if self.store.exists() else {"refusals": 0, "rows": 0, "end_user": ""}

    def _call(self, method: str, path: str, **more: Any) -> Any:
        pair = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
        token = self.api.post("/v1/token", json=pair).raise_for_status().json()["token"]
        response = self.api.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)
        return response.raise_for_status().json()

    def _respond(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Guarded).serve_forever()
