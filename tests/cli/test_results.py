"""The end of a command: what is shown and written contains no secret, not even one that the config repeats."""

import datetime

import pytest

from fiskil_harness.cli.results import RunRequest, conclude
from fiskil_harness.core.config import Settings, Waiver
from fiskil_harness.core.config.schema import SandboxSettings
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.gate.judgement import judge
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.session import SessionResult

SECRET = "c2VjcmV0LW9mLWEtd2FpdmVyLTAwMDAwMDAwMDE="
TODAY = datetime.date(2026, 6, 1)
DAY = datetime.timedelta(days=1)


def test_a_secret_in_the_reason_of_a_waiver_is_redacted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A waiver is shown with its reason; a secret of the environment in it is replaced by its kind."""
    monkeypatch.setenv("OUR_WEBHOOK_SECRET", SECRET)
    waiver = Waiver(
        practice="webhooks.idempotent", reason=f"see {SECRET} until June", owner="Bo", date=TODAY - DAY, expires=TODAY + DAY
    )
    settings = Settings(sandbox=SandboxSettings(webhook_secret_env="OUR_WEBHOOK_SECRET"), waive=(waiver,))
    finding = Finding(
        probe="applies_once", verdict=Verdict.FAIL, observed="applied twice", practices=("webhooks.idempotent",)
    )
    outcome = Outcome(
        scenario="webhook_repeated", title="Repeats.", practices=("webhooks.idempotent",), seed=0, findings=(finding,)
    )
    judgement = judge([outcome], settings=settings, seed=0, today=TODAY)
    request = RunRequest(command="gate", again="again", again_for_scenario="again {scenario}", workers=1, is_verbose=True)

    conclude(judgement, SessionResult(outcomes=(outcome,)), settings=settings, request=request, took_s=1)

    shown = " ".join(capsys.readouterr().out.split())
    assert "see <webhook_secret> until June" in shown
    assert SECRET not in shown
