"""The reports of a soak test: terminal, JSON and HTML."""

from pathlib import Path

import msgspec
import pytest

from fiskil_harness.cli.json_reports import write
from fiskil_harness.core.model.findings import Verdict
from fiskil_harness.soak.checks import judged, verdict_of
from fiskil_harness.soak.figures import delivery_latencies, over_time, request_latencies
from fiskil_harness.soak.observed import Observed, Sample
from fiskil_harness.soak.report import terminal
from fiskil_harness.soak.report.html import render
from fiskil_harness.soak.request import SoakRequest, SoakResult
from tests.soak.ledgers import attempt, effects, given, ledger


@pytest.fixture
def result() -> SoakResult:
    """Return the result of a run in which one message was applied twice; its name tries to be markup."""
    written = ledger(*(attempt(f"m{number}", number=number, at_s=number, how="<b>") for number in range(1, 9)))
    samples = tuple(
        Sample(
            at_s=number, pending=number, memory_bytes=50_000_000 + number, open_files=20 + number, api_requests=number * 5
        )
        for number in range(1, 9)
    )
    observed = Observed(samples=samples, idle_after_s=1.0, sandbox_limit=12_000)
    material = given(written, effects("ann", applied={"m1": 2}), observed=observed)
    findings = judged(material)
    return SoakResult(
        version="0",
        verdict=verdict_of(findings),
        findings=findings,
        request=SoakRequest(duration_s=10),
        phases=tuple(material.timetable.phases),
        rows=tuple(delivery_latencies(written)),
        requests=tuple(request_latencies(written)),
        points=tuple(over_time(written, duration_s=10)),
        observed=observed,
        examined=1,
        end_users=1,
        took_s=12.0,
        locust="2.47.0",
    )


def test_the_terminal_shows_the_verdict_last(result: SoakResult) -> None:
    """The failing check has its evidence and its fix."""
    lines = list(terminal.lines(result))

    assert lines[-1].startswith("FAIL  ")
    assert "FAIL          applies_once" in lines
    assert any("fix       claim message_id" in line for line in lines)


def test_every_verdict_has_its_exit_code() -> None:
    """The codes are those of every command."""
    assert terminal.EXIT_CODES == {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}


def test_json_contains_the_whole_result(result: SoakResult, tmp_path: Path) -> None:
    """The result can be read back."""
    write({"soak": result}, tmp_path / "report.json")

    report = msgspec.json.decode((tmp_path / "report.json").read_bytes())

    assert msgspec.convert(report["soak"], SoakResult, strict=False) == result


def test_the_page_needs_nothing_from_elsewhere(result: SoakResult) -> None:
    """It has plots, no script and no address, and shows texts of the app as texts."""
    page = render(result)

    assert page.count("<svg") == 6
    assert ("<script" in page, "http://" in page, "https://" in page, "<b>" in page) == (False, False, False, False)
    assert "&lt;b&gt;" in page
