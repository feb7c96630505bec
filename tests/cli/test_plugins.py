"""A package outside the repository, with one of each kind, is known to every command and every process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.cli.main import main
from fiskil_harness.core import plugins
from tests.paths import SOURCE

Completed = subprocess.CompletedProcess[str]
Command = Callable[..., Completed]

PLUGIN = '''"""Checks of the team of Acme."""

from pathlib import Path

import httpx

from fiskil_harness import Fault, Finding, Journal, Probe, Registry, Stage, Step, errors, signature, steps
from fiskil_harness.faults import MatchedExchange, Reply
from fiskil_harness.journal import Delivery


class AcknowledgesWith204(Probe, frozen=True, kw_only=True, tag="acknowledges_with_204"):
    """Every genuine message is acknowledged with the status 204."""

    practices = ("webhooks.prompt-2xx",)
    judges_responses = True

    def examine(self, journal: Journal) -> Finding:
        acknowledged = [delivery for delivery in journal.all(Delivery) if delivery.is_acknowledged]
        others = [delivery.event for delivery in acknowledged if delivery.status != 204]
        if others:
            return self.fails("another status", evidence=tuple(others))
        return self.passes("204 each time", examined=len(acknowledged))


class ReadThenDeliver(Step, frozen=True, kw_only=True, tag="read_then_deliver"):
    """The harness reads the institutions and delivers every due message."""

    server: str

    def perform(self, stage: Stage) -> None:
        response = httpx.get(f"{stage.fiskil.api_url}/v1/institutions")
        if response.headers.get("server") != self.server:
            raise errors.StepError("The fault did not act.")
        steps.Deliver().perform(stage)


class ServerHeader(Fault, frozen=True, kw_only=True, tag="server_header"):
    """The response names another server."""

    server: str = "gateway"

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        return reply.with_header(b"server", self.server.encode())


ACME = signature.Dialect(scheme=signature.Scheme(header="X-Acme-Signature", key="text", digest="hex", prefix="acme="))


def register(registry: Registry) -> None:
    registry.probe(AcknowledgesWith204)
    registry.step(ReadThenDeliver)
    registry.fault(ServerHeader)
    registry.scheme("acme", ACME)
    registry.people(Path(__file__).parent / "people")
    registry.scenarios(Path(__file__).parent / "scenarios")
'''
PERSON = """like = "rosa"
why = "a customer of Acme"
given_name = "Anna"
family_name = "Acme"
email = "anna@acme.example"
phone = "+61491570156"
"""
SCENARIO = '''"""The API is behind a cache, and a message arrives; Acme's rule is a response with 204."""

from acme_checks.plugin import AcknowledgesWith204, ReadThenDeliver, ServerHeader
from fiskil_harness import Scenario, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    end_user="acme_anna",
    steps=(
        steps.Authorise(),
        steps.InjectFault("institutions.list", ServerHeader(server="cache")),
        ReadThenDeliver(server="cache"),
    ),
    probes=(AcknowledgesWith204(),),
)
'''
RECEIVER = '''"""Accepts what Acme's key has signed, and responds 200."""

import hmac
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        expected = "acme=" + hmac.new(os.environ["SECRET"].encode(), body, "sha256").hexdigest()
        self.send_response(200 if self.headers.get("X-Acme-Signature") == expected else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
'''
CONFIG = """
plugins = ["acme_checks.plugin"]
[app]
command = "{python} receiver.py {port}"
env = { SECRET = "{webhook_secret}", DATA = "{workdir}" }
webhook = { scheme = "acme" }
facts = { uses_events = ["*"] }
[gate]
required = ["webhooks.prompt-2xx"]
"""
FINDING = ("acknowledges_with_204", "FAIL", ["webhooks.prompt-2xx"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a project that is not in the repository, with its app, its config and its plugin."""
    folder = tmp_path / "shop"
    for name, text in {
        "acme_checks/__init__.py": "",
        "acme_checks/plugin.py": PLUGIN,
        "acme_checks/people/acme_anna.toml": PERSON,
        "acme_checks/scenarios/acme_cached.py": SCENARIO,
        "fiskil-harness.toml": CONFIG,
        "receiver.py": RECEIVER,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def _no_plugins() -> Iterator[None]:
    """Leave nothing of the plugin in this process."""
    yield
    plugins.unload()
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_checks"]:
        del sys.modules[name]


@pytest.fixture
def command(shop: Path, measured: dict[str, str]) -> Command:
    """Return a function that runs a module of Python in the project's folder."""
    environment = os.environ | measured | {"PYTHONPATH": str(SOURCE), "COLUMNS": "80"}

    def run(module: str, *arguments: str, cwd: Path = shop) -> Completed:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def findings(report: Path) -> list[tuple[str, str, list[str]]]:
    """Return the findings of the plugin's scenario in a JSON report: the probe, the verdict and the practices of each."""
    outcomes = json.loads(report.read_text())["result"]["scenarios"]
    [outcome] = [outcome for outcome in outcomes if outcome["scenario"] == "acme_cached"]
    return [(finding["probe"], finding["verdict"], finding["practices"]) for finding in outcome["findings"]]


@pytest.mark.long
@pytest.mark.slow
def test_every_command_uses_the_plugin(shop: Path, command: Command, tmp_path: Path) -> None:
    """Scheme, person, fault, step and probe act together: in a run, a gate of two processes, a replay and a judgement."""
    run = command("fiskil_harness", "run", "acme_cached", "--journal", "run.journal", "--json", "run.json")
    config, report = str(shop / "fiskil-harness.toml"), str(shop / "gate.json")
    options = ("--only-required", "--fast", "--workers", "2", "--config", config, "--json", report)
    gate = command("fiskil_harness", "gate", *options, cwd=tmp_path)
    saved = command("fiskil_harness", "run", "acme_cached", "--save", "plan.json")
    replay = command("fiskil_harness", "replay", "plan.json", "--json", "replay.json")
    judge = command("fiskil_harness", "judge", "run.journal", "--json", "judge.json")
    tests = command("pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--fiskil-scenarios=acme_cached,webhook_delivered")

    codes = [completed.returncode for completed in (run, gate, saved, replay, judge, tests)]
    assert codes == [1, 1, 0, 1, 1, 1], run.stdout + run.stderr + gate.stderr + tests.stdout
    assert [findings(shop / f"{name}.json") for name in ("run", "gate", "replay", "judge")] == [[FINDING]] * 4
    assert "acknowledges_with_204: another status" in tests.stdout

    elsewhere = command("fiskil_harness", "judge", str(shop / "run.journal"), cwd=tmp_path)

    assert elsewhere.returncode == 2
    assert "The run had the plugin 'acme_checks.plugin'" in " ".join(elsewhere.stderr.split())


@pytest.mark.long
@pytest.mark.slow
def test_a_broken_plugin_ends_each_command(shop: Path, command: Command) -> None:
    """The exit code is that of a user's mistake, and the sentence names the plugin."""
    (shop / "acme_checks" / "plugin.py").write_text("raise RuntimeError('no database')\n")

    ended = [
        command("fiskil_harness", *arguments)
        for arguments in (["list", "probes"], ["explain", "token.lifetime"], ["run", "happy_path"], ["doctor"], ["gate"])
    ]
    tests = command("pytest", "-q", "-p", "no:cacheprovider", "--fiskil")

    assert {completed.returncode for completed in ended} == {2}
    assert {" ".join(completed.stderr.split()) for completed in ended} == {
        "fiskil-harness.toml: the plugin 'acme_checks.plugin' cannot be imported: RuntimeError: no database."
    }
    assert tests.returncode == 4
    assert "the plugin 'acme_checks.plugin' cannot be imported: RuntimeError: no database" in tests.stderr


@pytest.mark.usefixtures("_no_plugins")
@pytest.mark.parametrize("command_line", [["serve"], ["relay", "https://api.fiskil.com"]], ids=["serve", "relay"])
def test_a_server_knows_the_faults_of_plugins(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command_line: list[str]
) -> None:
    """The expression is read: the message is about its route, not about the name of the fault."""
    monkeypatch.chdir(shop)

    with pytest.raises(SystemExit):
        main([*command_line, "--fault", "no.route: server_header"])
    about_route = capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*command_line, "--fault", "token: server_heade"])
    about_fault = capsys.readouterr().err

    assert "No route 'no.route'" in about_route
    assert "Did you mean 'server_header'?" in about_fault
