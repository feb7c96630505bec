"""The examples of the pages run, and their lists are complete."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from fiskil_harness.app.effects import EffectsReport
from fiskil_harness.cli.serve import link_snippet
from fiskil_harness.core import catalog
from fiskil_harness.core.config.placeholders import REQUEST_VALUES
from fiskil_harness.core.net.server import Server
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import select
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.docs.blocks import blocks
from tests.docs.pages import page
from tests.paths import ROOT

CI, CONNECT, LOCAL, SCENARIOS = (page(name) for name in ("ci.md", "connect.md", "local-fiskil.md", "own-scenarios.md"))


def run(*command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command as a reader would, in 80 columns."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=False
    )


@pytest.mark.slow
def test_the_example_test_passes(tmp_path: Path) -> None:
    """The example of a team's own test passes."""
    [(_, _, example)] = blocks(CI, "python")
    (tmp_path / "test_reading.py").write_text(example)

    completed = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert completed.returncode == 0, completed.stdout
    assert "1 passed" in completed.stdout


@pytest.mark.slow
def test_the_example_test_fails_for_a_client_without_retries(tmp_path: Path) -> None:
    """The same example fails if its client does not retry."""
    [(_, _, example)] = blocks(CI, "python")
    assert "range(3)" in example
    (tmp_path / "test_reading.py").write_text(example.replace("range(3)", "range(1)"))

    completed = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert completed.returncode == 1, completed.stdout


def test_the_example_scenario_is_one_that_ships(tmp_path: Path) -> None:
    """The example of a scenario equals its file, character for character."""
    [(_, _, example)] = blocks(SCENARIOS, "python")
    (tmp_path / "reset_mid_body.py").write_text(example)

    assert example == (catalog.folder("scenarios") / "reset_mid_body.py").read_text(encoding="utf-8")
    assert [scenario.steps for scenario in select([str(tmp_path / "reset_mid_body.py")])] == [load("reset_mid_body").steps]


def test_the_sdk_snippet_is_what_serve_prints() -> None:
    """The page and ``serve`` show the same two lines."""
    [(_, _, example)] = blocks(LOCAL, "js")

    assert example.splitlines() == list(link_snippet("http://127.0.0.1:4100"))


def test_the_example_of_an_effects_response_is_valid() -> None:
    """The example has each key of an effects response, and no other."""
    [(_, _, example)] = blocks(CONNECT, "json")

    report = msgspec.json.decode(example, type=EffectsReport, strict=True)

    assert set(msgspec.json.decode(example)) == set(EffectsReport.__struct_fields__)
    assert report.applied == {"9061924608716421": 1}


def test_the_example_of_an_effects_route_works() -> None:
    """The example in Python returns a valid response from the tables of an app."""
    [(_, _, example)] = blocks(CONNECT, "python")
    app, database = FastAPI(), sqlite3.connect(":memory:", factory=Database)
    database.executescript(
        "create table applied (message_id text); insert into applied values ('m1'), ('m1'), ('m2');"
        "create table inbox (message_id text, done_at text); insert into inbox values ('m3', null);"
    )
    names: dict[str, Any] = {"app": app, "db": database}

    exec(example, names)  # noqa: S102 - the page's own text
    report = msgspec.convert(names["effects"]("eu_1"), EffectsReport, strict=True)
    database.close()

    assert app.url_path_for("effects") == "/_harness/effects"
    assert (report.applied, report.pending) == ({"m1": 2, "m2": 1}, 1)


class Database(sqlite3.Connection):
    """The database of an app, with the method that the example calls."""

    def active_transactions(self, end_user_id: str) -> list[str]:
        """Return no transaction."""
        return []


def test_every_template_value_is_listed() -> None:
    """The page lists all values that templates may use, and no others."""
    paragraph = re.search(r"^Templates may use: (.*?)$(?:\n\n|\Z)", CONNECT, re.DOTALL | re.MULTILINE)

    assert paragraph is not None
    assert set(re.findall(r"`(\w+)`", paragraph[1])) == REQUEST_VALUES


@pytest.mark.slow
def test_the_report_is_what_the_command_prints(tmp_path: Path) -> None:
    """The example of a report in docs/findings.md is the current output of its command."""
    [block] = [block.text for block in blocks(page("findings.md"), "text") if block.text.startswith("FAIL")]

    completed = run(
        "-m", "fiskil_harness", "run", "webhook_repeated", "--seed", "42", "--gallery", "no_dedupe", folder=tmp_path
    )

    # What the app printed has times and ids of this run.
    report = re.sub(r" +last lines that the app printed\n.*?(?= +again )", "", completed.stdout, flags=re.DOTALL)
    assert completed.returncode == 1
    assert block in report


def control_requests() -> list[tuple[str, str, str]]:
    """Return method, path and body of each request to the control API that the pages show."""
    return re.findall(
        r"`(GET|POST) (/_sandbox/[^` ]+)`(?:(?: with)?\s`(\{[^`]*\})`)?", LOCAL + page("disturb.md") + page("receivers.md")
    )


@pytest.mark.parametrize(("method", "path", "body"), control_requests())
def test_every_control_request_is_accepted(fiskil: LocalFiskil, method: str, path: str, body: str) -> None:
    """Each request succeeds for an end user who has consented to everything."""
    rosa = catalog.person("rosa")
    savings = msgspec.structs.replace(rosa.accounts[1], ownership="TWO_PARTY")
    person = fiskil.sandbox.add_person(msgspec.structs.replace(rosa, accounts=(rosa.accounts[0], savings)))
    end_user = fiskil.sandbox.create_end_user(person)
    fiskil.sandbox.authorise(end_user)
    session = httpx.post(
        f"{fiskil.api_url}/v1/auth/session",
        json={"end_user_id": end_user.end_user_id, "redirect_uri": "", "cancel_uri": ""},
        headers={"authorization": f"Bearer {token_of(fiskil)}"},
        trust_env=False,
        timeout=30,
    ).json()
    server = Server(fiskil.loop, control_application(fiskil))

    url = server.url + path.format(end_user_id=end_user.end_user_id, session_id=session["session_id"])
    response = httpx.request(method, url, content=body or ("{}" if method == "POST" else None), trust_env=False, timeout=30)
    server.close()

    assert response.status_code == 200, response.text


def token_of(fiskil: LocalFiskil) -> str:
    """Return an access token for the sandbox's own key pair."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    return str(httpx.post(f"{fiskil.api_url}/v1/token", json=pair, trust_env=False, timeout=30).json()["token"])


def test_every_step_shown_is_valid() -> None:
    """Each step that the page shows exists and accepts the arguments shown."""
    step_texts = re.findall(r"`([A-Z][A-Za-z]+\([^`]*\))`", LOCAL)
    step_texts += re.findall(r"`steps\.([A-Z][A-Za-z]+\([^`]*\))`", LOCAL)

    assert len(step_texts) >= 10
    for text in step_texts:
        eval(text, vars(steps)).check()  # noqa: S307 - the page's own text
