"""An app that registers one end user for each e-mail address, stores their ids, and opens auth sessions for them.

If ``FIXED_EMAIL`` is set, every customer has that address, so that the app knows only one end user.
"""

import json
import os
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

API, STORE, FIXED_EMAIL = os.environ["API"], Path(os.environ["STORE"]), os.environ.get("FIXED_EMAIL", "")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(path: str, body: dict[str, str], token: str = "") -> Any:
    """Return the API's response to a POST."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(  # noqa: S310 - the address of the sandbox
        f"{API}{path}", data=json.dumps(body).encode(), headers=headers
    )
    with OPENER.open(request, timeout=20) as response:
        return json.load(response)


def link(email: str) -> str:
    """Return the URL of the consent page of a new auth session."""
    pair = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
    token = call("/v1/token", pair)["token"]
    known = json.loads(STORE.read_text()) if STORE.exists() else {}
    if email not in known:
        known[email] = call("/v1/end-users", {"email": email}, token)["end_user_id"]
        STORE.write_text(json.dumps(known))
    session = {"end_user_id": known[email], "redirect_uri": "", "cancel_uri": ""}
    return str(call("/v1/auth/session", session, token)["auth_url"])


class Handler(BaseHTTPRequestHandler):
    """Links a customer at ``POST /link``, and acknowledges every other POST."""

    def do_POST(self) -> None:
        """Respond with the consent page's URL, or with 502 if the API refused."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status, reply = 200, {}
        if self.path == "/link":
            try:
                reply = {"auth_url": link(FIXED_EMAIL or body["email"])}
            except urllib.error.HTTPError:
                status = 502
        content = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Do nothing."""


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
