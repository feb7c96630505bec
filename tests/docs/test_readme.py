"""The README speaks the truth: its examples run, its commands parse, and what it lists is what there is."""

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
    """The code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands() -> list[list[str]]:
    """Every ``fiskil-harness`` command that a console block or a line of text shows."""
    shown = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    lines = [line[2:].partition("#")[0] for line in shown]
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
def test_the_test_module_passes(tmp_path: Path) -> None:
    """The example for a team's own tests is a test that passes."""
    [example] = [block for block in blocks("python") if "def test_" in block]
    (tmp_path / "test_reading.py").write_text(example)

    done = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.slow
def test_the_test_module_can_fail(tmp_path: Path) -> None:
    """A client that does not ask again fails the same example."""
    [example] = [block for block in blocks("python") if "def test_" in block]
    assert "range(3)" in example
    (tmp_path / "test_reading.py").write_text(example.replace("range(3)", "range(1)"))

    done = run("-m", "pytest", "-q", "--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin", folder=tmp_path)

    assert done.returncode == 1, done.stdout


def test_the_scenario_is_the_one_that_ships(tmp_path: Path) -> None:
    """The example of a scenario is a scenario file, word for word."""
    [example] = [block for block in blocks("python") if "SCENARIO" in block]
    (tmp_path / "reset_mid_body.py").write_text(example)

    assert example == (catalog.folder("scenarios") / "reset_mid_body.py").read_text(encoding="utf-8")
    assert [scenario.steps for scenario in select([str(tmp_path / "reset_mid_body.py")])] == [load("reset_mid_body").steps]


@pytest.mark.parametrize("config", blocks("toml"))
def test_every_config_is_one(config: str, tmp_path: Path) -> None:
    """The examples of a config are read without complaint."""
    settings = parse(tomllib.loads(config), folder=tmp_path)

    assert settings.app.observe.effects is not None


def test_the_snippet_for_the_sdk_is_what_serve_prints() -> None:
    """Whoever copies it from here or from the terminal has the same two lines."""
    [example] = blocks("js")

    assert example.splitlines() == list(link_snippet("http://127.0.0.1:4100"))


def test_the_effects_are_an_answer() -> None:
    """The example of an effects hook's answer fits, key by key."""
    [example] = blocks("json")

    told = msgspec.json.decode(example, type=EffectsReport, strict=True)

    assert set(msgspec.json.decode(example)) == set(EffectsReport.__struct_fields__)
    assert told.applied == {"9061924608716421": 1}


@pytest.mark.parametrize("arguments", commands(), ids=" ".join)
def test_every_command_parses(arguments: list[str]) -> None:
    """Every command that is shown exists, with those options."""
    name, *rest = arguments
    command = program.get_command(click.Context(program), name)

    assert command is not None, f"no command {name}"
    made: Any = command.make_context(name, rest, resilient_parsing=not rest)
    assert made.command is command


def test_there_are_commands_to_check() -> None:
    """The check above looks at most of what the program can do."""
    assert {arguments[0] for arguments in commands()} >= set(COMMANDS) - {"demo", "completion"}


def test_every_template_value_is_listed() -> None:
    """The values of templates are all there, and no others."""
    paragraph = re.search(r"^Templates may use: (.*?)\n\n", README, re.DOTALL | re.MULTILINE)

    assert paragraph is not None
    assert set(re.findall(r"`(\w+)`", paragraph[1])) == REQUEST_VALUES


@pytest.mark.slow
def test_the_report_is_what_the_command_prints(tmp_path: Path) -> None:
    """The example of a report is what its command says today."""
    [block] = [block for block in blocks("text") if block.startswith("FAIL")]

    done = run("-m", "fiskil_harness", "run", "webhook_repeated", "--seed", "42", "--gallery", "no_dedupe", folder=tmp_path)

    assert done.returncode == 1
    assert block in done.stdout


def orders() -> list[tuple[str, str, str]]:
    """Method, path and body of every order to the control port, and of the requests that stand alone."""
    return re.findall(r"`(GET|POST) (/_sandbox/[^` ]+)`(?:(?: with)?\s`(\{[^`]*\})`)?", README)


@pytest.mark.parametrize(("method", "path", "body"), orders())
def test_every_order_is_taken(fiskil: LocalFiskil, method: str, path: str, body: str) -> None:
    """Orders that are shown are ones, about an end user who has consented to everything."""
    rosa = catalog.person("rosa")
    savings = msgspec.structs.replace(rosa.accounts[1], ownership="TWO_PARTY")
    person = fiskil.sandbox.admit(msgspec.structs.replace(rosa, accounts=(rosa.accounts[0], savings)))
    end_user = fiskil.sandbox.create_end_user(person)
    fiskil.sandbox.authorise(end_user, person)
    session = httpx.post(
        f"{fiskil.api_url}/v1/auth/session",
        json={"end_user_id": end_user.end_user_id, "redirect_uri": "", "cancel_uri": ""},
        headers={"authorization": f"Bearer {token_of(fiskil)}"},
        trust_env=False,
    ).json()
    server = Server(fiskil.loop, control_application(fiskil))

    url = server.url + path.format(end_user_id=end_user.end_user_id, session_id=session["session_id"])
    answer = httpx.request(method, url, content=body or ("{}" if method == "POST" else None), trust_env=False)
    server.close()

    assert answer.status_code == 200, answer.text


def token_of(fiskil: LocalFiskil) -> str:
    """A token for the sandbox's own key pair."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    return str(httpx.post(f"{fiskil.api_url}/v1/token", json=pair, trust_env=False).json()["token"])


def test_every_step_of_the_table_is_one() -> None:
    """Steps that are shown are ones, with those arguments."""
    shown = re.findall(r"`([A-Z][A-Za-z]+\([^`]*\))`", README)
    shown += re.findall(r"`steps\.([A-Z][A-Za-z]+\([^`]*\))`", README)

    assert len(shown) >= 10
    for value in shown:
        eval(value, vars(steps)).check()  # noqa: S307 - the README's own text


def test_files_that_are_linked_exist() -> None:
    """A link to a file of the project leads somewhere."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
