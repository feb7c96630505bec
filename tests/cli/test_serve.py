"""The command that serves: credentials go into a file of its owner's, and Ctrl-C leaves nothing."""

import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from fiskil_harness.server.serving import ENV_HEADER

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]


def pair_of(values: dict[str, str]) -> dict[str, str]:
    """The key pair of an env file, as the token endpoint wants it."""
    return {"client_id": values["FISKIL_CLIENT_ID"], "client_secret": values["FISKIL_CLIENT_SECRET"]}


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_serves_until_ctrl_c_and_leaves_nothing(
    project: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    """API, page and control answer; the env file is mode 0600, and gone at the end with the ports."""
    env_file = project / "fiskil.env"
    command = [sys.executable, "-m", "fiskil_harness", "serve", "--env-file", str(env_file)]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(7)]
        places = dict(line.split(maxsplit=1) for line in shown[:4])
        values = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])

        statuses = [
            httpx.post(
                f"{places['api_url'].strip()}/v1/token", json=pair_of(values), timeout=30, trust_env=False
            ).status_code,
            httpx.get(places["control"].strip(), timeout=30, trust_env=False).status_code,
        ]
        mode = stat.S_IMODE(env_file.stat().st_mode)
        process.send_signal(number)
        rest, trouble = process.communicate(timeout=300)

    assert (statuses, mode, process.returncode) == ([200, 200], 0o600, 0)
    assert not [value for name, value in values.items() if "SECRET" in name and value in "".join(shown) + rest + trouble]
    assert shown[5].endswith(f'link(sessionId, {{ authServer: "{places["auth_url"].strip()}" }});\n')
    assert not env_file.exists()
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(places["control"].strip(), timeout=30, trust_env=False)


@pytest.mark.usefixtures("unmeasured")
def test_faults_bite_are_told_and_the_idle_ones_named_at_the_end(project: Path, environment: dict[str, str]) -> None:
    """Each bite in a line with its route, request, byte and fault; one that nothing met is said when serve ends."""
    faults = [
        "institutions.list: reset_peer after 20 bytes",
        "institutions.list: status 503 retry after 2 s",
        "token: stall",
    ]
    options = [word for text in faults for word in ("--fault", text)]
    command = [sys.executable, "-m", "fiskil_harness", "serve", *options]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(10)]
        api_url = shown[0].split()[1]
        with pytest.raises(httpx.ReadError), httpx.Client(timeout=30, trust_env=False) as client:
            client.get(f"{api_url}/v1/institutions")
        told = process.stdout.readline()
        status = httpx.get(f"{api_url}/v1/institutions", timeout=30, trust_env=False).status_code
        told += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=300)

    assert [line.removeprefix("fault        ").strip() for line in shown if line.startswith("fault ")] == faults
    assert " s  institutions.list, request 1, byte 20: reset_peer after 20 bytes\n" in told
    assert re.search(r" s  institutions.list, request 2, head: status 503 retry after 2 s\n", told)
    assert status == 503
    assert "never bit    token: stall: nothing matched it\n" in rest
    assert "institutions.list" not in rest.partition("never bit")[2]


def test_a_fault_that_cannot_be_is_refused_before_anything_listens(program: Program) -> None:
    """Exit 2 with the nearest match."""
    answer = program("serve", "--fault", "banking.transactions: reset_peer after 20")

    assert (answer.returncode, answer.stdout) == (2, "")
    assert "Did you mean 'after 20 bytes'?" in " ".join(answer.stderr.split())


def test_a_file_of_somebody_else_is_left_alone(program: Program, project: Path) -> None:
    """A mistyped --env-file does not cost anybody a file."""
    (project / ".env").write_text("MINE=1")

    answer = program("serve", "--env-file", ".env")

    assert answer.returncode == 2
    assert (project / ".env").read_text() == "MINE=1"
    assert "was not written by serve" in answer.stderr


def test_the_file_of_a_serve_that_runs_is_left_alone(program: Program, project: Path) -> None:
    """Whoever started it still needs it; the file of one that is gone is replaced at will."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        text = f"{ENV_HEADER}FISKIL_BASE_URL=http://127.0.0.1:{listener.getsockname()[1]}\n"
        (project / "fiskil.env").write_text(text)

        answer = program("serve", "--env-file", "fiskil.env")

    assert answer.returncode == 2
    assert (project / "fiskil.env").read_text() == text
    assert "belongs to a serve that still runs" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--webhook-url", "http://192.0.2.1/hook"], "is not loopback"),
        (["--env-file", "missing/fiskil.env"], "there is no folder"),
        (["--secret-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE is not set"),
        (["--api-port", "70000"], "Invalid value for '--api-port'"),
    ],
)
def test_what_cannot_be_served_is_refused(program: Program, arguments: list[str], words: str) -> None:
    """Exit 2 with the reason, before anything listens."""
    answer = program("serve", *arguments)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert words in answer.stderr
