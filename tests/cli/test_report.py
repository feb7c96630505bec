"""The command ``report``: verifies a JSON report, and writes it in other formats."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from fiskil_harness.cli.main import main
from fiskil_harness.core.config import Settings
from fiskil_harness.gate.digests import digest_of
from fiskil_harness.gate.judgement import GateResult, Run, report_only
from fiskil_harness.gate.report import json as json_report
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

RunReport = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run_report(capsys: pytest.CaptureFixture[str]) -> RunReport:
    """Return a function that runs ``report`` and returns exit code, standard output and standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["report", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(str(ended.value.code)), captured.out, captured.err

    return run


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """Return the file of a report with one failed scenario."""
    finding = Finding(
        probe="applies_once",
        verdict=Verdict.FAIL,
        observed="e0 was applied 2 times",
        fix="claim it once",
        practices=("webhooks.idempotent",),
    )
    outcome = Outcome(
        scenario="webhook_repeated", title="Again.", practices=("webhooks.idempotent",), seed=7, findings=(finding,)
    )
    settings = Settings()
    whole = GateResult(
        result=report_only([outcome], settings=settings, seed=7, today=datetime.date(2026, 6, 1)),
        run=Run(
            command="run",
            began_at="2026-06-01T10:00:00Z",
            took_s=1.0,
            workers=1,
            config="",
            harness="0.1.0",
            python="3.11.7",
            platform="Linux",
            again="fiskil-harness run webhook_repeated --seed 7",
            again_for_scenario="fiskil-harness run {scenario} --seed 7",
            digest=digest_of(settings),
        ),
    )
    path = tmp_path / "report.json"
    path.write_text(json_report.render(completed(whole)))
    return path


def change(report: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """Change the report in its file with *alter*."""
    document = json.loads(report.read_text())
    alter(document)
    report.write_text(json.dumps(document))


def test_an_unchanged_report_is_verified(report: Path, run_report: RunReport) -> None:
    """The exit code is 0; whitespace in the file does not matter."""
    change(report, lambda document: document.update())

    code, out, _ = run_report("verify", report)

    assert code == 0
    assert "is unchanged: seed 7, fiskil-harness 0.1.0." in out
    assert f"sha256  {json.loads(report.read_text())['sha256']}" in out
    assert "The digest identifies no author" in out


def test_an_altered_report_is_detected(report: Path, run_report: RunReport) -> None:
    """The exit code is 1, and the output names the altered part."""
    change(report, lambda document: document["result"]["scenarios"][0]["findings"][0].update(verdict="PASS"))

    code, out, _ = run_report("verify", report)

    assert code == 1
    assert "was altered, or is not the expected report:\n  the result changed: its SHA-256 is " in out


def test_another_digest_than_the_stored_one_is_detected(report: Path, run_report: RunReport) -> None:
    """A stored digest reveals a report whose digest was computed again."""
    code, out, _ = run_report("verify", report, "--sha256", "0" * 64)

    assert code == 1
    assert "was expected" in out


def test_a_report_of_another_config_is_detected(report: Path, run_report: RunReport, tmp_path: Path) -> None:
    """The digest of the given config is compared."""
    config = tmp_path / "fiskil-harness.toml"
    config.write_text('[app]\nurl = "http://127.0.0.1:8000"\n')

    code, out, _ = run_report("verify", report, "--config", config)

    assert code == 1
    assert "it belongs to another config" in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not a report"),
        ("[]", "is not a report"),
        ('{"format": "fiskil-harness/report/1"}', "has the format 'fiskil-harness/report/1'"),
        ('{"format": "fiskil-harness/report/7", "surprise": 1}', "is not a complete report"),
    ],
)
def test_a_file_that_is_not_a_report_is_refused(report: Path, run_report: RunReport, text: str, words: str) -> None:
    """The exit code is 2, with one line and without a traceback."""
    report.write_text(text)

    code, out, err = run_report("verify", report)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_other_formats_are_written_from_the_file(report: Path, run_report: RunReport, tmp_path: Path) -> None:
    """One command can write all formats."""
    page, comment, dashboard = (tmp_path / name for name in ("report.html", "report.md", "report.xml"))

    code, *_ = run_report("render", report, "--html", page, "--markdown", comment, "--junit", dashboard)

    assert code == 0
    assert "e0 was applied 2 times" in page.read_text()
    assert "| violated | `webhooks.idempotent` |" in comment.read_text()
    assert ET.parse(dashboard).find(".//failure") is not None  # noqa: S314 - trusted input


def test_a_format_can_be_written_to_standard_output(report: Path, run_report: RunReport) -> None:
    """Standard output contains nothing else."""
    code, out, _ = run_report("render", report, "--markdown", "-")

    assert code == 0
    assert out.startswith("# fiskil-harness\n")


def test_without_an_output_the_formats_are_named(report: Path, run_report: RunReport) -> None:
    """The exit code is 2."""
    code, _, err = run_report("render", report)

    assert code == 2
    assert err == "No output was given. Add --html, --markdown or --junit, each with a file.\n"


def test_the_tasks_are_printed_as_json(report: Path, run_report: RunReport) -> None:
    """The exit code is 0, because the report was read."""
    code, out, _ = run_report("tasks", report)

    (task,) = json.loads(out)
    assert (code, task["scenario"]) == (0, "webhook_repeated")
    assert task["again"] == "fiskil-harness run webhook_repeated --seed 7"


def test_tasks_need_a_report(report: Path, run_report: RunReport) -> None:
    """The exit code is 2, with one line and without a traceback."""
    report.write_text("{}")

    code, out, err = run_report("tasks", report)

    assert (code, out, err.count("\n")) == (2, "", 1)
