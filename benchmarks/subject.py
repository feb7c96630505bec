"""The measured sandbox: ``fiskil-harness serve`` with an end user who has consented on the consent page."""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import Process, exchange, request
from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.net.http_client import HttpClient

NAME = "fiskil-harness"
BANK = "88888"
FIRST_REQUEST = request("GET", "/v1/institutions?client_id=benchmark")


class Subject:
    """The running sandbox and the two requests that load it."""

    def __init__(self, folder: Path) -> None:
        self._env_file = folder / "serve.env"
        self.process = start(folder, env_file=self._env_file)
        self._control_port = int(self.process.await_line("control").split(":")[2].split("/")[0])
        self.process.await_line("Ctrl-C")
        lines = self._env_file.read_text().splitlines()
        environment = dict(line.split("=", 1) for line in lines if "=" in line)
        pair = {"client_id": environment["FISKIL_CLIENT_ID"], "client_secret": environment["FISKIL_CLIENT_SECRET"]}
        self.token_request = _post("/v1/token", pair)
        self.token_response = self._body_of(self.token_request)
        self._auth = {"authorization": f"Bearer {json.loads(self.token_response)['token']}"}
        end_user_id = self._connect_end_user()
        self._control("POST", f"/_sandbox/end-users/{end_user_id}/sync")
        self.page_target = f"/v1/banking/accounts?end_user_id={end_user_id}"
        self.page_request = self.fresh_page_request()
        self.page_response = self._body_of(self.page_request)

    def fresh_page_request(self) -> bytes:
        """Return the request for the page with a new token, because tokens expire during a long run."""
        token = json.loads(self._body_of(self.token_request))["token"]
        return request("GET", self.page_target, headers={"authorization": f"Bearer {token}"})

    def close(self) -> None:
        """Stop the sandbox."""
        self.process.close()

    def _connect_end_user(self) -> str:
        created = self._send("/v1/end-users", {"email": "rosa.keane@example.com", "name": "Rosa Keane"})
        end_user_id = str(created["end_user_id"])
        session = {"end_user_id": end_user_id, "institution_id": BANK, "redirect_uri": "", "cancel_uri": ""}
        with HttpClient() as client:
            browser = FormBrowser(client)
            browser.open(str(self._send("/v1/auth/session", session)["auth_url"]))
            browser.submit("identify", email="rosa.keane@example.com")
            browser.submit("enter_code", code=browser.text_of("data-code"))
            browser.submit("select", account=list(browser.choices("account")))
            browser.submit("confirm")
        return end_user_id

    def _send(self, target: str, content: dict[str, Any]) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self._body_of(_post(target, content, headers=self._auth)))
        return decoded

    def _body_of(self, message: bytes) -> bytes:
        status, body = exchange(self.process.port, message)
        if status != 200:
            raise RuntimeError(f"The sandbox returned {status} {body!r} for {message[:60]!r}.")
        return body

    def _control(self, method: str, target: str) -> None:
        status, body = exchange(self._control_port, request(method, target))
        if status != 200:
            raise RuntimeError(f"The control API returned {status} {body!r} for {target}.")


def start(folder: Path, *, env_file: Path) -> Process:
    """Start ``fiskil-harness serve`` and wait for its first response."""
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--api-port", "{port}", "--env-file", str(env_file)]
    return Process(command, probe=FIRST_REQUEST, folder=folder)


def _post(target: str, content: dict[str, Any], *, headers: dict[str, str] | None = None) -> bytes:
    fields = {"content-type": "application/json", **(headers or {})}
    return request("POST", target, headers=fields, body=json.dumps(content).encode())
