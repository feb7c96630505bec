"""The sandbox under measurement: ``fiskil-harness serve`` with an end user whose consent page was walked to the end."""

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.processes import Process, ask, request
from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.net.http_client import HttpClient

NAME = "fiskil-harness"
BANK = "88888"
FIRST_QUESTION = request("GET", "/v1/institutions?client_id=benchmark")


class Subject:
    """The running sandbox and the two requests that load it."""

    def __init__(self, folder: Path) -> None:
        self._env_file = folder / "serve.env"
        self.process = start(folder, env_file=self._env_file)
        self._control_port = int(self.process.await_line("control").split(":")[2].split("/")[0])
        self.process.await_line("Ctrl-C")
        lines = self._env_file.read_text().splitlines()
        known = dict(line.split("=", 1) for line in lines if "=" in line)
        pair = {"client_id": known["FISKIL_CLIENT_ID"], "client_secret": known["FISKIL_CLIENT_SECRET"]}
        self.token_request = _post("/v1/token", pair)
        self.token_answer = self._answer(self.token_request)
        self._auth = {"authorization": f"Bearer {json.loads(self.token_answer)['token']}"}
        end_user_id = self._connect_somebody()
        self._control("POST", f"/_sandbox/end-users/{end_user_id}/sync")
        self.page_target = f"/v1/banking/accounts?end_user_id={end_user_id}"
        self.page_request = self.fresh_page_request()
        self.page_answer = self._answer(self.page_request)

    def fresh_page_request(self) -> bytes:
        """The request for the page with a token of its own: the control API's jumps and a long run let tokens die."""
        token = json.loads(self._answer(self.token_request))["token"]
        return request("GET", self.page_target, headers={"authorization": f"Bearer {token}"})

    def close(self) -> None:
        """End it."""
        self.process.close()

    def _connect_somebody(self) -> str:
        created = self._send("/v1/end-users", {"email": "rosa.keane@example.com", "name": "Rosa Keane"})
        end_user_id = str(created["end_user_id"])
        asked = {"end_user_id": end_user_id, "institution_id": BANK, "redirect_uri": "", "cancel_uri": ""}
        with HttpClient() as browser:
            visitor = FormBrowser(browser)
            visitor.open(str(self._send("/v1/auth/session", asked)["auth_url"]))
            visitor.submit("identify", email="rosa.keane@example.com")
            visitor.submit("enter_code", code=visitor.text_of("data-code"))
            visitor.submit("select", account=list(visitor.choices("account")))
            visitor.submit("confirm")
        return end_user_id

    def _send(self, target: str, content: dict[str, Any]) -> dict[str, Any]:
        sent: dict[str, Any] = json.loads(self._answer(_post(target, content, headers=self._auth)))
        return sent

    def _answer(self, asked: bytes) -> bytes:
        status, body = ask(self.process.port, asked)
        if status != 200:
            raise RuntimeError(f"The sandbox answered {status} {body!r} to {asked[:60]!r}.")
        return body

    def _control(self, method: str, target: str) -> None:
        status, body = ask(self._control_port, request(method, target))
        if status != 200:
            raise RuntimeError(f"The control API answered {status} {body!r} to {target}.")


def start(folder: Path, *, env_file: Path) -> Process:
    """Start ``fiskil-harness serve`` and wait for its first answer."""
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--api-port", "{port}", "--env-file", str(env_file)]
    return Process(command, probe=FIRST_QUESTION, folder=folder)


def _post(target: str, content: dict[str, Any], *, headers: dict[str, str] | None = None) -> bytes:
    fields = {"content-type": "application/json", **(headers or {})}
    return request("POST", target, headers=fields, body=json.dumps(content).encode())
