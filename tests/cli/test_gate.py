"""The gate as a command: fast, in shards, against a baseline, and for an app of which only the webhook is known."""

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
from fiskil_harness.cli.version import version
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import free_port
from fiskil_harness.core.randomness import Mint
from fiskil_harness.gate.judgement import GateResult, Run, Shard, judge
from fiskil_harness.gate.report.json import published_schema, render
from fiskil_harness.gate.report.sealing import sealed
from fiskil_harness.sandbox.sandbox import mint_credentials

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]
THREE_LINES = '[app]\nurl = "{url}"\n[sandbox]\nwebhook_secret_env = "MY_SECRET"\n'
REFERENCE = catalog.folder("examples") / "reference_app" / "fiskil-harness.toml"


def read(path: Path) -> dict[str, Any]:
    """A JSON report that fits the published schema."""
    document: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(document, published_schema())
    return document


@pytest.fixture
def gates(project: Path, environment: dict[str, str]) -> Program:
    """Run ``fiskil-harness`` in the project's folder, with time for whole gates beside other tests."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fiskil_harness", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, timeout=540, check=False
        )

    return run


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A correct receiver of the gallery that runs already; its address and its secret."""
    secret, port = mint_credentials(Mint(seed=1)).webhook_secret, free_port()
    told = {"FISKIL_WEBHOOK_SECRET": secret, "DATABASE": str(tmp_path / "receiver.db"), "PORT": str(port)}
    command = [sys.executable, str(catalog.folder("gallery") / "correct" / "stdlib_receiver.py"), str(port)]
    process = subprocess.Popen(command, env=os.environ | told)
    with HttpClient() as browser:
        assert wait_until(lambda: browser.request("GET", f"http://127.0.0.1:{port}/healthz").status, cap_s=30)
    yield f"http://127.0.0.1:{port}", secret
    process.kill()
    process.wait()


@pytest.mark.long
def test_of_a_webhook_alone_the_gate_says_honestly_how_little_it_knows(
    program: Program, project: Path, receiver: tuple[str, str]
) -> None:
    """Three lines of config: exit 3, most rows not proven with the hook that would prove them, and nothing violated."""
    url, secret = receiver
    (project / "fiskil-harness.toml").write_text(THREE_LINES.format(url=url))

    answer = program("gate", "--fast", "--json", "report.json", MY_SECRET=secret)

    result = read(project / "report.json")["result"]
    standings = {value["practice"]: value for value in result["standings"]}
    assert answer.returncode == 3, answer.stdout + answer.stderr
    assert {standing["standing"] for standing in standings.values()} == {"proven", "not proven"}
    assert standings["webhooks.idempotent"]["hooks"] == ["app.observe.effects"]
    assert standings["webhooks.signature"]["standing"] == "not proven"
    assert {"app.observe.effects", "app.drive.start_session", "app.command"} <= {
        value["hook"] for value in result["unlocks"]
    }
    assert "A fast gate: it asked each question once" in answer.stdout
    assert "what the app uses is not known without app.facts.uses_events" in " ".join(answer.stdout.split())
    assert secret not in answer.stdout + answer.stderr + (project / "report.json").read_text()
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.mark.full
def test_of_a_webhook_alone_nothing_is_worse_the_second_time(
    program: Program, project: Path, receiver: tuple[str, str]
) -> None:
    """Against its own report a gate that is shut may pass."""
    url, secret = receiver
    (project / "fiskil-harness.toml").write_text(THREE_LINES.format(url=url))
    program("gate", "--fast", "--json", "report.json", MY_SECRET=secret)

    again = program("gate", "--fast", "--baseline", "report.json", MY_SECRET=secret)

    assert again.returncode == 0
    assert "Nothing is worse than in report.json: 0 better, 49 the same." in again.stdout
    assert "The gate stays shut" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "4/3", "--json", "p.json"], "--shard must read like 2/3, the second of three shares, got '4/3'."),
        (["--shard", "1/3"], "--shard makes a part, and `merge` reads it as JSON. Add --json FILE."),
        (["--fast", "--all-interpretations"], "Leave one out."),
        (["--shard", "1/3", "--json", "p.json", "--baseline", "b.json"], "Give --baseline to `merge`."),
        (["--baseline", "none.json"], "The report 'none.json' cannot be read: No such file or directory."),
        (["--baseline", "thrice.py"], "'thrice.py' is no report. `fiskil-harness gate --json FILE` writes one."),
        (["--json", "nowhere/report.json"], "there is no folder"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """One line, exit 2, nothing on standard output."""
    monkeypatch.chdir(project)

    with pytest.raises(SystemExit) as ending:
        main(["gate", *arguments])

    shown = capsys.readouterr()
    assert (ending.value.code, shown.out) == (2, "")
    assert words in shown.err
    assert len(shown.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "is_part"), [(["gate", "--baseline", "old.json"], False), (["merge", "old.json"], True)]
)
@pytest.mark.parametrize(
    ("harness", "words"),
    [
        (version(), "Take the report as it was written, or make it again."),
        ("0.0.1", "It is of fiskil-harness 0.0.1, and this is"),
    ],
)
def test_an_altered_report_is_no_baseline_and_no_part(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    is_part: bool,
    harness: str,
    words: str,
) -> None:
    """Whoever took the interruption out of a report makes no gate open with it."""
    monkeypatch.chdir(project)
    cut = written(harness=harness, is_part=is_part)
    forged = replace(cut, run=replace(cut.run, was_interrupted=False))
    (project / "old.json").write_text(render(forged))

    with pytest.raises(SystemExit) as ending:
        main(command)

    shown = capsys.readouterr()
    assert (ending.value.code, shown.out) == (2, "")
    assert "'old.json' was altered: the part that shows what happened changed" in shown.err
    assert words in shown.err
    assert len(shown.err.splitlines()) == 1


def written(*, harness: str, is_part: bool) -> GateResult:
    """A sealed report of a gate that was interrupted."""
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
        was_interrupted=True,
    )
    judged = judge([], settings=Settings(), seed=1, today=datetime.date(2026, 6, 1))
    share = Shard(number=1, count=2) if is_part else None
    return sealed(GateResult(result=judged, run=run, share=share), config="c" * 64)


def test_the_help_says_how_it_ends() -> None:
    """CI reads exit codes, and people read about them here."""
    shown = CliRunner().invoke(whole_program, ["gate", "--help"]).output

    assert "0 open, or with --baseline nothing is worse" in shown
    assert "130 interrupted" in shown


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_shards_of_the_reference_app_come_to_what_one_piece_comes_to(gates: Program, project: Path) -> None:
    """The results are equal; a part that is missing, or there twice, is refused or keeps the gate shut."""
    given = ("--config", str(REFERENCE), "--fast", "--seed", "5")
    codes = [gates("gate", *given, "--shard", f"{n}/2", "--json", f"part{n}.json").returncode for n in (1, 2)]
    whole = gates("gate", *given, "--json", "whole.json")

    merged = gates("merge", "--config", str(REFERENCE), "part2.json", "part1.json", "--json", "merged.json")
    half = gates("merge", "--config", str(REFERENCE), "part1.json", "--json", "half.json")
    twice = gates("merge", "--config", str(REFERENCE), "part1.json", "part1.json")

    assert (codes, whole.returncode, merged.returncode) == ([0, 0], 0, 0), whole.stdout
    assert read(project / "merged.json")["result"] == read(project / "whole.json")["result"]
    assert (half.returncode, read(project / "half.json")["result"]["decision"]) == (2, "shut")
    assert "Part 2 of 2 is missing, so this is not the whole, and the gate stays shut." in half.stderr
    assert (twice.returncode, "are the same share, 1 of 2" in twice.stderr) == (2, True)


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_a_flaw_is_worse_than_the_reference_app(gates: Program, project: Path) -> None:
    """Exit 1, and what got worse is named; the other way round it is better."""
    gates("gate", "--config", str(REFERENCE), "--fast", "--json", "good.json")

    answer = gates("gate", "--gallery", "no_dedupe", "--fast", "--json", "bad.json", "--baseline", "good.json")
    back = gates("gate", "--config", str(REFERENCE), "--fast", "--baseline", "bad.json")

    assert (answer.returncode, back.returncode) == (1, 0), answer.stdout
    compared = read(project / "bad.json")["compared"]
    assert "webhooks.idempotent" in {value["what"] for value in compared["worse"]}
    assert "The config is not the one of the baseline." in compared["caveats"]
    assert "better webhooks.idempotent" in back.stdout
