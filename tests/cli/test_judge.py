"""The command ``judge``: exit codes, reports, and what it says about a file that it does not judge."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.cli.main import main
from fiskil_harness.cli.results import RunRequest, conclude
from fiskil_harness.cli.runs import play
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import UsageError
from fiskil_harness.gate.judgement import report_only
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.recording import recording_of_outcome
from fiskil_harness.runner.session import SessionResult

TODAY = real_now().date()
Judge = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judge(capsys: pytest.CaptureFixture[str]) -> Judge:
    """Return a function that runs ``judge`` and returns exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["judge", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(str(ended.value.code)), captured.out, captured.err

    return run


def outcome(verdict: Verdict) -> Outcome:
    """Return the outcome of a scenario with one finding."""
    finding = Finding(
        probe="applies_once", verdict=verdict, observed="e0 was applied 2 times", practices=("webhooks.idempotent",)
    )
    return Outcome(
        scenario="webhook_repeated", title="Again.", practices=("webhooks.idempotent",), seed=7, findings=(finding,)
    )


@pytest.fixture
def recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Verdict], Path]:
    """Return a function that writes the journal of a run with a verdict."""

    def write(verdict: Verdict) -> Path:
        path = tmp_path / "run.journal"
        session = SessionResult(outcomes=(outcome(verdict),), recordings=(recording_of_outcome(outcome(verdict)),))
        judged = report_only(session.outcomes, settings=Settings(), seed=7, today=TODAY)
        request = RunRequest(
            command="run",
            again="fiskil-harness run webhook_repeated",
            again_for_scenario="fiskil-harness run {scenario}",
            journal_path=path,
            json_path=tmp_path / "live.json",
        )
        conclude(judged, session, settings=Settings(), request=request, took_s=1)
        capsys.readouterr()
        return path

    return write


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.PASS, 0), (Verdict.FAIL, 1), (Verdict.INCONCLUSIVE, 3)])
def test_the_exit_code_and_the_report_are_those_of_the_run(
    recorded: Callable[[Verdict], Path], judge: Judge, tmp_path: Path, verdict: Verdict, code: int
) -> None:
    """The command that repeats the run is still shown."""
    ended, output, errors = judge(recorded(verdict), "--json", tmp_path / "again.json")

    live, again = (json.loads((tmp_path / name).read_text()) for name in ("live.json", "again.json"))
    assert (ended, errors) == (code, "")
    assert output.splitlines()[-1] == "Again: fiskil-harness run webhook_repeated"
    assert again["result"] == live["result"]
    assert again["sha256"] == live["sha256"]
    assert again["run"]["digest"] == live["run"]["digest"]


@pytest.mark.parametrize("damage", ["missing", "short", "edited", "version", "other", "large"])
def test_a_file_that_is_not_judged_is_one_sentence_and_exit_2(
    recorded: Callable[[Verdict], Path], judge: Judge, damage: str
) -> None:
    """Nothing is on standard output, and there is no traceback."""
    path = recorded(Verdict.FAIL)
    content = path.read_bytes()
    text = gzip.decompress(content)
    damaged = {
        "missing": b"",
        "short": content[:-20],
        "edited": gzip.compress(text.replace(b'"FAIL"', b'"PASS"')),
        "version": gzip.compress(text.replace(b"journal/4", b"journal/1")),
        "other": b"not a journal",
        "large": gzip.compress(b" " * 5_000_000),
    }
    path.write_bytes(damaged[damage])
    if damage == "missing":
        path.unlink()

    code, output, errors = judge(path)

    assert (code, output) == (2, "")
    assert errors.count(". ") + errors.count(".\n") == 1
    assert errors.endswith(".\n")


def test_a_journal_cannot_be_written_to_standard_output() -> None:
    """It is compressed; nothing runs."""
    request = RunRequest(command="run", again="", again_for_scenario="", journal_path=Path("-"))

    with pytest.raises(UsageError, match=r"--journal writes a compressed file, not to standard output\. Give a file\."):
        play([], Settings(), 0, request)
