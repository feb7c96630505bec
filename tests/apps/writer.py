"""An app for the hosted API that cannot read without writing: it creates an end user at each refresh first."""

import http.server
import os
import sys

import httpx

API = httpx.Client(base_url=os.environ["FISKIL_BASE_URL"], timeout=20, trust_env=False)


class Handler(http.server.BaseHTTPRequestHandler):
    """Handles a refresh, and returns whether it succeeded."""

    def do_GET(self) -> None:
        self.answer(200)

    def do_POST(self) -> None:
        pair = {"client_id": os.environ["FISKIL_CLIENT_ID"], "client_secret": os.environ["FISKIL_CLIENT_SECRET"]}
        headers = {"authorization": "Bearer " + API.post("/v1/token", json=pair).json()["token"]}
        created = API.post("/v1/end-users", json={"email": "somebody@example.com"}, headers=headers)
        API.get("/v1/banking/transactions", params={"end_user_id": os.environ["END_USER_ID"]}, headers=headers)
        self.answer(200 if created.is_success else 502)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
