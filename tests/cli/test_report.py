"""``report``: a JSON report is checked, and written in other forms, when the run is long over."""

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

Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run ``report`` and return its exit code and what it said."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["report", *map(str, arguments)])
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A report in a file: one scenario, which failed."""
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="e0 was applied 2 times", fix="claim it once")
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
        ),
    )
    path = tmp_path / "report.json"
    path.write_text(json_report.render(completed(whole, config=digest_of(settings))))
    return path


def change(report: Path, alter: Callable[[dict[str, Any]], None]) -> None:
    """Change the report in its file."""
    document = json.loads(report.read_text())
    alter(document)
    report.write_text(json.dumps(document))


def test_a_report_that_nobody_touched_is_what_it_was(report: Path, ask: Ask) -> None:
    """Exit code 0, with the digests; blanks in the file do not matter."""
    change(report, lambda document: document.update())

    code, said, _ = ask("verify", report)

    assert code == 0
    assert "is what it was: seed 7, fiskil-harness 0.1.0." in said


def test_a_report_that_was_altered_is_refused(report: Path, ask: Ask) -> None:
    """Exit code 1, and what was altered."""
    change(report, lambda document: document["result"]["scenarios"][0]["findings"][0].update(verdict="PASS"))

    code, said, _ = ask("verify", report)

    assert code == 1
    assert "was altered, or is not what was expected:\n  the result changed: its digest is " in said


def test_another_seal_than_the_one_kept_is_refused(report: Path, ask: Ask) -> None:
    """Who reckons the digests anew does not know the seal that was kept."""
    code, said, _ = ask("verify", report, "--seal", "0" * 64)

    assert code == 1
    assert "was expected" in said


def test_a_report_of_another_config_is_refused(report: Path, ask: Ask, tmp_path: Path) -> None:
    """The config at hand is compared by its digest."""
    config = tmp_path / "fiskil-harness.toml"
    config.write_text('[app]\nurl = "http://127.0.0.1:8000"\n')

    code, said, _ = ask("verify", report, "--config", config)

    assert code == 1
    assert "it was made with another config" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no report"),
        ("[]", "is no report"),
        ('{"format": "fiskil-harness/report/1"}', "has the format 'fiskil-harness/report/1'"),
        ('{"format": "fiskil-harness/report/3", "surprise": 1}', "is no whole report"),
    ],
)
def test_what_is_no_report_is_told_in_one_line(report: Path, ask: Ask, text: str, words: str) -> None:
    """Exit code 2, no traceback."""
    report.write_text(text)

    code, said, told = ask("verify", report)

    assert (code, said, told.count("\n")) == (2, "", 1)
    assert words in told


def test_the_other_forms_are_made_from_the_file(report: Path, ask: Ask, tmp_path: Path) -> None:
    """All at once; each says what the run said."""
    page, comment, dashboard = (tmp_path / name for name in ("report.html", "report.md", "report.xml"))

    code, *_ = ask("render", report, "--html", page, "--markdown", comment, "--junit", dashboard)

    assert code == 0
    assert "e0 was applied 2 times" in page.read_text()
    assert "| violated | `webhooks.idempotent` |" in comment.read_text()
    assert ET.parse(dashboard).find(".//failure") is not None  # noqa: S314 - our own words


def test_a_form_can_go_to_standard_output(report: Path, ask: Ask) -> None:
    """Nothing else is there then."""
    code, said, _ = ask("render", report, "--markdown", "-")

    assert code == 0
    assert said.startswith("# fiskil-harness\n")


def test_who_asks_for_no_form_is_told_which_there_are(report: Path, ask: Ask) -> None:
    """Exit code 2."""
    code, _, told = ask("render", report)

    assert code == 2
    assert told == "Nothing to write was asked for. Give --html, --markdown or --junit, each with a file.\n"
