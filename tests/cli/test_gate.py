"""The commands gate and merge: fast long_program, shards, baselines, and an app of which only the webhook is known."""

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from fiskil_harness.cli import main
from fiskil_harness.cli.main import program as whole_program
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import free_port
from fiskil_harness.core.randomness import Mint
from fiskil_harness.core.version import version
from fiskil_harness.gate.judgement import GateResult, Run, Shard, judge
from fiskil_harness.gate.report.json import render
from fiskil_harness.gate.report.sealing import sealed
from fiskil_harness.sandbox.sandbox import mint_credentials
from tests.report_schema import published_schema

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]
SHORT_CONFIG = '[app]\nurl = "{url}"\n[sandbox]\nwebhook_secret_env = "MY_SECRET"\n'
REFERENCE = catalog.folder("examples") / "reference_app" / "fiskil-harness.toml"


def read(path: Path) -> dict[str, Any]:
    """Return a JSON report, validated against the published schema."""
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, published_schema())
    return document


@pytest.fixture
def long_program(project: Path, environment: dict[str, str]) -> Program:
    """Return a function that runs ``fiskil-harness`` in the project's folder, with a timeout for whole long_program."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fiskil_harness", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=540, check=False
        )

    return run


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Start a correct receiver of the gallery; yield its URL and secret."""
    secret, port = mint_credentials(Mint(seed=1)).webhook_secret, free_port()
    variables = {"FISKIL_WEBHOOK_SECRET": secret, "DATABASE": str(tmp_path / "receiver.db"), "PORT": str(port)}
    command = [sys.executable, str(catalog.folder("gallery") / "correct" / "stdlib_receiver.py"), str(port)]
    process = subprocess.Popen(command, env=os.environ | variables)
    with HttpClient() as client:
        assert wait_until(lambda: client.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
    yield f"http://127.0.0.1:{port}", secret
    process.kill()
    process.wait()


@pytest.mark.long
def test_with_only_a_webhook_most_practices_are_not_proven(
    program: Program, project: Path, receiver: tuple[str, str]
) -> None:
    """A config with four lines gives exit code 3, the hooks that would prove more, and no violation."""
    url, secret = receiver
    (project / "fiskil-harness.toml").write_text(SHORT_CONFIG.format(url=url))

    completed = program("gate", "--fast", "-v", "--json", "report.json", MY_SECRET=secret)

    result = read(project / "report.json")["result"]
    statuses = {status["practice"]: status for status in result["statuses"]}
    assert completed.returncode == 3, completed.stdout + completed.stderr
    assert {status["status"] for status in statuses.values()} == {"proven", "not proven"}
    assert statuses["webhooks.idempotent"]["hooks"] == ["app.observe.effects"]
    assert statuses["webhooks.signature"]["status"] == "not proven"
    assert {"app.observe.effects", "app.drive.start_session", "app.command"} <= {
        unlock["hook"] for unlock in result["unlocks"]
    }
    assert "A fast gate: it tested each question once" in completed.stdout
    assert "which ones the app uses is unknown without app.facts.uses_events" in " ".join(completed.stdout.split())
    assert secret not in completed.stdout + completed.stderr + (project / "report.json").read_text()
    assert max(len(line) for line in completed.stdout.splitlines() if " = " not in line) <= 80


@pytest.mark.full
def test_with_only_a_webhook_a_second_gate_is_not_worse(program: Program, project: Path, receiver: tuple[str, str]) -> None:
    """With its own report as baseline, the exit code of a shut gate is 0."""
    url, secret = receiver
    (project / "fiskil-harness.toml").write_text(SHORT_CONFIG.format(url=url))
    program("gate", "--fast", "--json", "report.json", MY_SECRET=secret)

    again = program("gate", "--fast", "--baseline", "report.json", MY_SECRET=secret)

    assert again.returncode == 0
    assert "Nothing is worse than in report.json: 0 better, 49 the same." in again.stdout
    assert "The gate stays shut" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "4/3", "--json", "p.json"], "--shard must have the form 2/3, the second of three shards, got '4/3'."),
        (["--shard", "1/3"], "`merge` needs the JSON report of each shard. Add --json FILE."),
        (["--fast", "--all-interpretations"], "Remove one of them."),
        (["--shard", "1/3", "--json", "p.json", "--baseline", "b.json"], "Give --baseline to `merge`."),
        (["--baseline", "other.json"], "this version reads 'fiskil-harness/report/7': create the report again."),
        (
            ["--expect", "webhook_repeeted"],
            "No scenario or practice 'webhook_repeeted' in --expect. Did you mean 'webhook_repeated'?",
        ),
        (["--expect", " , "], "--expect needs names of scenarios or practices, got ' , '."),
        (["--shard", "1/3", "--json", "p.json", "--expect", "webhook_repeated"], "Give --expect to `merge`."),
        (["--baseline", "none.json"], "The report 'none.json' cannot be read: No such file or directory."),
        (["--baseline", "thrice.py"], "'thrice.py' is not a report. `fiskil-harness gate --json FILE` writes one."),
        (["--json", "nowhere/report.json"], "there is no folder"),
    ],
)
def test_an_invalid_option_is_refused_before_anything_runs(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """The exit code is 2, with one line on standard error."""
    monkeypatch.chdir(project)
    (project / "other.json").write_text('{"format": "fiskil-harness/report/5"}')

    with pytest.raises(SystemExit) as ending:
        main(["gate", *arguments])

    shown = capsys.readouterr()
    assert (ending.value.code, shown.out) == (2, "")
    assert words in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "is_shard"), [(["gate", "--baseline", "old.json"], False), (["merge", "old.json"], True)]
)
@pytest.mark.parametrize(
    ("harness", "words"),
    [
        (version(), "Use the original report, or create it again."),
        ("0.0.1", "It was written by fiskil-harness 0.0.1, and this is"),
    ],
)
def test_an_altered_report_is_refused_as_baseline_and_as_shard(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    is_shard: bool,
    harness: str,
    words: str,
) -> None:
    """Another result than that of the gate is no baseline and no shard."""
    monkeypatch.chdir(project)
    honest = saved_gate(harness=harness, is_shard=is_shard)
    forged = replace(honest, result=replace(honest.result, required_met=49))
    (project / "old.json").write_text(render(forged))

    with pytest.raises(SystemExit) as ending:
        main(command)

    shown = capsys.readouterr()
    assert (ending.value.code, shown.out) == (2, "")
    assert "'old.json' was altered: the result" in shown.err
    assert words in shown.err
    assert len(shown.err.splitlines()) == 1


def saved_gate(*, harness: str, is_shard: bool) -> GateResult:
    """Return the report of a gate, with its digest."""
    run = Run(
        command="gate",
        began_at="2026-06-01T00:00:00Z",
        took_s=1,
        workers=1,
        config="fiskil-harness.toml",
        harness=harness,
        python="3",
        platform="x",
        again="again",
        again_for_scenario="again {scenario}",
    )
    judged = judge([], settings=Settings(), seed=1, today=datetime.date(2026, 6, 1))
    shard = Shard(number=1, count=2) if is_shard else None
    return sealed(GateResult(result=judged, run=run, shard=shard))


def test_the_help_lists_the_exit_codes() -> None:
    """The help contains the meaning of each exit code."""
    shown = CliRunner().invoke(whole_program, ["gate", "--help"]).output

    assert "0 open, or with --baseline nothing is worse" in shown
    assert "130 interrupted" in shown


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_merged_shards_equal_a_whole_gate(long_program: Program, project: Path) -> None:
    """The results are equal; a missing shard keeps the gate shut, and a repeated one is refused."""
    arguments = ("--config", str(REFERENCE), "--fast", "--seed", "5")
    codes = [long_program("gate", *arguments, "--shard", f"{n}/2", "--json", f"shard{n}.json").returncode for n in (1, 2)]
    whole = long_program("gate", *arguments, "--json", "whole.json")

    merged = long_program("merge", "--config", str(REFERENCE), "shard2.json", "shard1.json", "--json", "merged.json")
    half = long_program("merge", "--config", str(REFERENCE), "shard1.json", "--json", "half.json")
    twice = long_program("merge", "--config", str(REFERENCE), "shard1.json", "shard1.json")

    assert (codes, whole.returncode, merged.returncode) == ([0, 0], 0, 0), whole.stdout
    assert read(project / "merged.json")["result"] == read(project / "whole.json")["result"]
    assert (half.returncode, read(project / "half.json")["result"]["decision"]) == (2, "shut")
    assert "Shard 2 of 2 is missing, so the gate is incomplete and stays shut." in half.stderr
    assert (twice.returncode, "are the same shard, 1 of 2" in twice.stderr) == (2, True)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_flaw_is_worse_than_the_reference_app(long_program: Program, project: Path) -> None:
    """The exit code is 1, and the regression is named; in the other direction only the config of the gallery is stricter."""
    long_program("gate", "--config", str(REFERENCE), "--fast", "--json", "good.json")

    completed = long_program("gate", "--gallery", "no_dedupe", "--fast", "--json", "bad.json", "--baseline", "good.json")
    back = long_program("gate", "--config", str(REFERENCE), "--fast", "--baseline", "bad.json")

    assert (completed.returncode, back.returncode) == (1, 3), completed.stdout
    comparison = read(project / "bad.json")["comparison"]
    assert "webhooks.idempotent" in {difference["subject"] for difference in comparison["worse"]}
    assert "The baseline has a different config." in comparison["caveats"]
    assert "worse  config: gate.defence_in_depth: true, now false" in back.stdout
    assert "better webhooks.idempotent" in back.stdout
