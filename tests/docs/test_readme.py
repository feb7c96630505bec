"""The README agrees with the program: its examples run, its commands parse, and its lists are complete."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import httpx
import msgspec
import pytest

from fiskil_harness.app.effects import EffectsReport
from fiskil_harness.cli.main import COMMANDS, program
from fiskil_harness.cli.serve import link_snippet
from fiskil_harness.core import catalog
from fiskil_harness.core.config import parse
from fiskil_harness.core.config.placeholders import REQUEST_VALUES
from fiskil_harness.core.net.server import Server
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.selection import select
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    """Return the code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Return the arguments of each ``fiskil-harness`` command in a console block or in the text."""
    console_lines = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    lines = [line[2:].partition("#")[0] for line in console_lines]
    lines += re.findall(
        r"`(fiskil-harness [a-z][^`]*)`", re.sub(r"^```.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    )
    return [shlex.split(line)[1:] for line in lines if line.startswith("fiskil-harness")]


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
    [example] = [block for block in blocks("python") if "def test_" in block]
    (tmp_path / "test_reading.py").write_text(example)

    completed = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert completed.returncode == 0, completed.stdout
    assert "1 passed" in completed.stdout


@pytest.mark.slow
def test_the_example_test_fails_for_a_client_without_retries(tmp_path: Path) -> None:
    """The same example fails if its client does not retry."""
    [example] = [block for block in blocks("python") if "def test_" in block]
    assert "range(3)" in example
    (tmp_path / "test_reading.py").write_text(example.replace("range(3)", "range(1)"))

    completed = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert completed.returncode == 1, completed.stdout


def test_the_example_scenario_is_one_that_ships(tmp_path: Path) -> None:
    """The example of a scenario equals its file, character for character."""
    [example] = [block for block in blocks("python") if "SCENARIO" in block]
    (tmp_path / "reset_mid_body.py").write_text(example)

    assert example == (catalog.folder("scenarios") / "reset_mid_body.py").read_text(encoding="utf-8")
    assert [scenario.steps for scenario in select([str(tmp_path / "reset_mid_body.py")])] == [load("reset_mid_body").steps]


@pytest.mark.parametrize("config", blocks("toml"))
def test_every_config_is_valid(config: str, tmp_path: Path) -> None:
    """Each example of a config is read without an error."""
    settings = parse(tomllib.loads(config), folder=tmp_path)

    assert settings.app.observe.effects is not None


def test_the_sdk_snippet_is_what_serve_prints() -> None:
    """The README and ``serve`` show the same two lines."""
    [example] = blocks("js")

    assert example.splitlines() == list(link_snippet("http://127.0.0.1:4100"))


def test_the_example_of_an_effects_response_is_valid() -> None:
    """The example has each key of an effects response, and no other."""
    [example] = blocks("json")

    report = msgspec.json.decode(example, type=EffectsReport, strict=True)

    assert set(msgspec.json.decode(example)) == set(EffectsReport.__struct_fields__)
    assert report.applied == {"9061924608716421": 1}


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_every_command_parses(arguments: list[str]) -> None:
    """Each command that is shown exists and has the options shown."""
    name, *options = arguments
    command = program.get_command(click.Context(program), name)

    assert command is not None, f"no command {name}"
    context: Any = command.make_context(name, options, resilient_parsing=not options)
    assert context.command is command


def test_nearly_every_command_is_shown() -> None:
    """The README shows every command of the program except ``demo`` and ``completion``."""
    assert {arguments[0] for arguments in commands()} >= set(COMMANDS) - {"demo", "completion"}


def test_every_template_value_is_listed() -> None:
    """The README lists all values that templates may use, and no others."""
    paragraph = re.search(r"^Templates may use: (.*?)\n\n", README, re.DOTALL | re.MULTILINE)

    assert paragraph is not None
    assert set(re.findall(r"`(\w+)`", paragraph[1])) == REQUEST_VALUES


@pytest.mark.slow
def test_the_report_is_what_the_command_prints(tmp_path: Path) -> None:
    """The example of a report is the current output of its command."""
    [block] = [block for block in blocks("text") if block.startswith("FAIL")]

    completed = run(
        "-m", "fiskil_harness", "run", "webhook_repeated", "--seed", "42", "--gallery", "no_dedupe", folder=tmp_path
    )

    # What the app printed has times and ids of this run.
    report = re.sub(r" +last lines that the app printed\n.*?(?= +again )", "", completed.stdout, flags=re.DOTALL)
    assert completed.returncode == 1
    assert block in report


def control_requests() -> list[tuple[str, str, str]]:
    """Return method, path and body of each request to the control API that the README shows."""
    return re.findall(r"`(GET|POST) (/_sandbox/[^` ]+)`(?:(?: with)?\s`(\{[^`]*\})`)?", README)


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
    ).json()
    server = Server(fiskil.loop, control_application(fiskil))

    url = server.url + path.format(end_user_id=end_user.end_user_id, session_id=session["session_id"])
    response = httpx.request(method, url, content=body or ("{}" if method == "POST" else None), trust_env=False)
    server.close()

    assert response.status_code == 200, response.text


def token_of(fiskil: LocalFiskil) -> str:
    """Return an access token for the sandbox's own key pair."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    return str(httpx.post(f"{fiskil.api_url}/v1/token", json=pair, trust_env=False).json()["token"])


def test_every_step_shown_is_valid() -> None:
    """Each step that is step_texts exists and accepts the arguments step_texts."""
    step_texts = re.findall(r"`([A-Z][A-Za-z]+\([^`]*\))`", README)
    step_texts += re.findall(r"`steps\.([A-Z][A-Za-z]+\([^`]*\))`", README)

    assert len(step_texts) >= 10
    for text in step_texts:
        eval(text, vars(steps)).check()  # noqa: S307 - the README's own text


def test_linked_files_exist() -> None:
    """Each relative link of the README leads to a file of the project."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
