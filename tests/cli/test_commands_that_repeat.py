"""Commands in reports repeat one finding and nothing else."""

import shlex
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from fiskil_harness.cli.main import program as whole_program
from fiskil_harness.cli.runs import repeat_arguments
from fiskil_harness.core.config import FILE
from fiskil_harness.core.randomness import Mint
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report.text import again
from fiskil_harness.sandbox.sandbox import mint_credentials
from tests.gate.report.conftest import result as result  # noqa: PLC0414

CONFIG = """
[app]
url = "{origin}"
[app.webhook]
path = "/hook"
[sandbox]
webhook_secret_env = "MY_SECRET"
"""


class Credulous(BaseHTTPRequestHandler):
    """A receiver that accepts everything, also what is not signed."""

    def do_POST(self) -> None:
        """Return 200."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def origin() -> Iterator[str]:
    """Yield the origin of a receiver that accepts everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Credulous)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(arguments: list[str]) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(whole_program, arguments, standalone_mode=False, catch_exceptions=False)


def command_of(output: str) -> list[str]:
    """Return the words of the command after ``again`` of the only finding, without the name of the program."""
    pasted = output.replace(" \\\n", " ")
    (line,) = [line for line in pasted.splitlines() if line.startswith("      again ")]
    return shlex.split(line)[2:]


def test_paths_stay_as_they_were_typed() -> None:
    """The command of a report from CI works in every checkout; the config of the current folder needs no option."""
    assert repeat_arguments(3, Path("ci/shop.toml")) == " --seed 3 --config ci/shop.toml"
    assert repeat_arguments(3, None) == " --seed 3"


def test_a_gallery_app_needs_no_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The config in the current folder is about another app."""
    (tmp_path / FILE).write_text('[app]\ncommand = "x"')
    monkeypatch.chdir(tmp_path)

    assert repeat_arguments(3, None, "no_dedupe") == " --seed 3 --gallery no_dedupe"


def test_files_of_a_report_stay_as_they_were_typed(result: GateResult) -> None:
    """A report has the files of scenarios, and of plans that failed."""
    changes = {"paths": {"thrice": "our own/thrice.py"}, "plans": ("plans/generated_order-0.json",)}
    whole = msgspec.structs.replace(result, run=msgspec.structs.replace(result.run, **changes))

    assert again(whole, "thrice") == "fiskil-harness run 'our own/thrice.py' --seed 42"
    assert again(whole, "delivery_order_generated") == "fiskil-harness replay plans/generated_order-0.json"
    assert again(whole, "webhook_repeated") == "fiskil-harness run webhook_repeated --seed 42"


@pytest.mark.slow
@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize("has_config", [False, True])
def test_a_finding_about_a_receiver_is_repeated_alone(
    origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_config: bool
) -> None:
    """The command plays only its scenario, with the config whose hooks were used."""
    monkeypatch.setenv("MY_SECRET", mint_credentials(Mint(seed=1)).webhook_secret)
    if has_config:
        (tmp_path / FILE).write_text(CONFIG.format(origin=origin))
    monkeypatch.chdir(tmp_path)
    names = ["--scenario", "webhook_forged_sync_event", "--scenario", "webhook_delivered"]
    first = run(["webhooks", f"{origin}/hook", "--secret-env", "MY_SECRET", *names])

    command = command_of(first.output)
    second = run(command)

    assert command[-2:] == ["--scenario", "webhook_forged_sync_event"]
    assert (FILE in first.output) is has_config
    assert (first.return_value, second.return_value) == (1, 1)
    assert command_of(second.output) == command
    assert "1 scenario: 1 fail" in second.output


def test_an_unknown_scenario_about_a_receiver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenarios about the calls of an app are unknown too."""
    monkeypatch.setenv("MY_SECRET", "c2VjcmV0")
    arguments = ["webhooks", "http://127.0.0.1:1/hook", "--secret-env", "MY_SECRET", "--scenario", "webhook_forgd"]

    with pytest.raises(UnknownName, match=r"No scenario about a receiver 'webhook_forgd'\. Did you mean 'webhook_forged'\?"):
        run(arguments)
