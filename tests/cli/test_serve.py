"""The command ``serve``: credentials are in a file for its owner only, and Ctrl-C leaves nothing behind."""

import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from fiskil_harness.cli.serve import port_of, refused_frame_line, serve_command
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.report import files
from fiskil_harness.sandbox.consents.console import DEFAULT_VERSION, VERSIONS
from fiskil_harness.server.serving import ENV_HEADER
from fiskil_harness.server.state_file import StateFile
from tests.plain_http import plain_client

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]


def test_each_version_of_the_api_can_be_chosen() -> None:
    """The option ``--api-version`` offers the versions of the sandbox."""
    option = next(option for option in serve_command.params if option.name == "version")

    assert isinstance(option.type, click.Choice)
    assert (tuple(option.type.choices), option.default) == (VERSIONS, DEFAULT_VERSION)


def pair_of(values: dict[str, str]) -> dict[str, str]:
    """Return the key pair of an env file, as a request body for the token endpoint."""
    return {"client_id": values["FISKIL_CLIENT_ID"], "client_secret": values["FISKIL_CLIENT_SECRET"]}


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_a_signal_and_leaves_nothing(
    project: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    """API and control API respond; the env file has mode 0600, and is removed at the end; the ports are closed."""
    env_file = project / "fiskil.env"
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--port", "0", "--env-file", str(env_file)]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(7)]
        urls = dict(line.split(maxsplit=1) for line in shown[:4])
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])

        statuses = [
            httpx.post(f"{urls['api_url'].strip()}/v1/token", json=pair_of(values), timeout=30, trust_env=False).status_code,
            httpx.get(urls["control"].strip(), timeout=30, trust_env=False).status_code,
        ]
        mode = stat.S_IMODE(env_file.stat().st_mode)
        process.send_signal(number)
        rest, trouble = process.communicate(timeout=300)

    assert (statuses, mode, process.returncode) == ([200, 200], 0o600, 0)
    assert not [value for name, value in values.items() if "SECRET" in name and value in "".join(shown) + rest + trouble]
    assert shown[5].endswith(f'link(sessionId, {{ authServer: "{urls["auth_url"].strip()}" }});\n')
    assert not env_file.exists()
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls["control"].strip(), timeout=30, trust_env=False)


@pytest.mark.usefixtures("unmeasured")
def test_each_bite_of_a_fault_is_printed(project: Path, environment: dict[str, str]) -> None:
    """The line has route, request, byte and fault; a fault that never acted is printed at the end."""
    faults = [
        "institutions.list: reset_peer after 20 bytes",
        "institutions.list: status 503 retry after 2 s",
        "token: stall",
    ]
    options = [word for text in faults for word in ("--fault", text)]
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(10)]
        api_url = shown[0].split()[1]
        with pytest.raises(httpx.ReadError), plain_client() as client:
            client.get(f"{api_url}/v1/institutions")
        bites = process.stdout.readline()
        status = httpx.get(f"{api_url}/v1/institutions", timeout=30, trust_env=False).status_code
        bites += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=300)

    assert [line.removeprefix("fault        ").strip() for line in shown if line.startswith("fault ")] == faults
    assert " s  institutions.list, request 1, byte 20: reset_peer after 20 bytes\n" in bites
    assert re.search(r" s  institutions.list, request 2, head: status 503 retry after 2 s\n", bites)
    assert status == 503
    assert "never bit    token: stall: nothing matched it\n" in rest
    assert "institutions.list" not in rest.partition("never bit")[2]


def test_an_invalid_fault_is_refused(program: Program) -> None:
    """The exit code is 2, the message suggests the nearest match, and nothing listens."""
    completed = program("serve", "--fault", "banking.transactions: reset_peer after 20")

    assert (completed.returncode, completed.stdout) == (2, "")
    assert "Did you mean 'after 20 bytes'?" in " ".join(completed.stderr.split())


def test_an_env_file_of_another_program_is_not_overwritten(program: Program, project: Path) -> None:
    """A mistyped --env-file destroys no other file."""
    (project / ".env").write_text("MINE=1")

    completed = program("serve", "--env-file", ".env")

    assert completed.returncode == 2
    assert (project / ".env").read_text() == "MINE=1"
    assert "was not written by serve" in completed.stderr


def test_the_env_file_of_a_running_serve_is_not_overwritten(program: Program, project: Path) -> None:
    """Its owner still needs it; the file of a serve that has ended is replaced."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        text = f"{ENV_HEADER}FISKIL_BASE_URL=http://127.0.0.1:{listener.getsockname()[1]}\n"
        (project / "fiskil.env").write_text(text)

        completed = program("serve", "--env-file", "fiskil.env")

    assert completed.returncode == 2
    assert (project / "fiskil.env").read_text() == text
    assert "belongs to a serve that is still running" in completed.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--webhook-url", "http://192.0.2.1/hook"], "is not loopback"),
        (["--env-file", "missing/fiskil.env"], "there is no folder"),
        (["--secret-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is not set"),
        (["--api-port", "70000"], "Invalid value for '--api-port'"),
    ],
)
def test_an_invalid_option_is_refused(program: Program, arguments: list[str], words: str) -> None:
    """The exit code is 2, with a reason, and nothing listens."""
    completed = program("serve", *arguments)

    assert (completed.returncode, completed.stdout) == (2, "")
    assert words in completed.stderr


def test_an_unusable_origin_is_refused() -> None:
    """The message names the forms that --embed-from allows, and nothing listens."""
    result = CliRunner().invoke(serve_command, ["--port", "0", "--embed-from", "app.test"])

    assert isinstance(result.exception, UsageError)
    assert "'app.test' is not an origin. Write scheme, host and port" in str(result.exception)
    assert result.output == ""


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (
            "http://app.test:8000",
            "frame        refused for http://app.test:8000: allow it with --embed-from http://app.test:8000",
        ),
        ("", "frame        refused for a page that sent no origin: allow it with --embed-from file:"),
    ],
)
def test_a_refused_frame_is_one_line_with_its_remedy(origin: str, line: str) -> None:
    """A page from a file sends no origin."""
    assert refused_frame_line(origin) == line


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [((None, 8700, 0), 8700), ((None, 8700, 2), 8702), ((None, 0, 2), 0), ((9000, 8700, 1), 9000), ((0, 8700, 1), 0)],
)
def test_ports_are_known_in_advance(arguments: tuple[int | None, int, int], ports: int) -> None:
    """A config can name them; 0 chooses free ones."""
    assert port_of(*arguments) == ports


@pytest.mark.usefixtures("unmeasured")
def test_a_killed_serve_loses_nothing_that_it_confirmed(project: Path, environment: dict[str, str]) -> None:
    """After SIGKILL the file is complete and not in use, and has the end user that was created last."""
    path, env_file = project / "fiskil.state", project / "fiskil.env"
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--port", "0", "--env-file", str(env_file)]
    with subprocess.Popen([*command, "--state", str(path)], cwd=project, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline().decode() for _ in range(5)]
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])
        with httpx.Client(base_url=values["FISKIL_BASE_URL"], trust_env=False, timeout=30) as app:
            app.headers["authorization"] = f"Bearer {app.post('/v1/token', json=pair_of(values)).json()['token']}"
            created = app.post("/v1/end-users", json={"email": "rosa.keane@example.com"}).json()
        process.send_signal(signal.SIGKILL)

    state_file = StateFile(path, seed=0, write=partial(files.write, mode=0o600))
    state_file.close()

    assert f"state        {path} (new)\n" in shown
    assert state_file.content is not None
    assert [end_user.end_user_id for end_user in state_file.content.sandbox.end_users] == [created["end_user_id"]]
