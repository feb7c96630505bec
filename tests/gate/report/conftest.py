"""Gate results that contain everything a report shows."""

import datetime
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.core.config import Attestation, GateSettings, Settings
from fiskil_harness.gate.judgement import GateResult, Run, judge
from fiskil_harness.gate.report.sealing import completed
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import Excerpt, ExcerptLine, ShellCommand
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.probes.practices import all_practices
from tests.gate.report.failures import bug
from tests.gate.report.sample_story import picture, story

DATE = datetime.date(2026, 6, 1)


def failed() -> Finding:
    """Return the failed finding of the style guide."""
    return Finding(
        probe="applies_once",
        verdict=Verdict.FAIL,
        observed="message e1 was applied 2 times (attempts 1 and 2, answered 204 and 204)",
        expected="exactly one effect per message_id",
        source="webhooks.message-id",
        fix="claim message_id and apply its effect in one database transaction",
        evidence=("e1 attempt 1 genuine: 204", "e1 attempt 2 genuine: 204"),
        examined=1,
    )


@pytest.fixture
def result(outcome_of: Callable[..., Outcome]) -> GateResult:
    """Return a result with a failure, an INCONCLUSIVE finding, a missing hook, a PASS with advice, and an attestation."""
    untested = next(practice.id for practice in all_practices().values() if not practice.needed)
    advised = Finding(
        probe="loses_nothing",
        verdict=Verdict.PASS,
        observed="3 messages took effect",
        advice=("answered 500 to unsigned junk",),
        examined=3,
    )
    outcomes = [
        outcome_of("webhooks.idempotent", failed(), scenario="webhook_repeated"),
        outcome_of("edge.network-errors", ("every_fault_bit", Verdict.INCONCLUSIVE), scenario="reset_mid_body"),
        outcome_of(
            "errors.graceful",
            ("shows_no_server_error", Verdict.INCONCLUSIVE),
            scenario="cancelled",
            missing=("app.drive.start_session",),
        ),
        outcome_of("webhooks.retries", advised, scenario="webhook_lost_acknowledgement"),
    ]
    attestation = Attestation(practice=untested, statement="seen by Ada", owner="Ada", date=DATE, expires=DATE)
    settings = Settings(
        gate=GateSettings(required=("webhooks.idempotent", "edge.network-errors", untested)), attest=(attestation,)
    )
    run = Run(
        command="gate",
        began_at="2026-06-01T10:00:00Z",
        took_s=12.5,
        workers=1,
        config="fiskil-harness.toml",
        harness="0.1.0",
        python="3.11.7",
        platform="Linux",
        again="fiskil-harness gate --seed 42",
        again_for_scenario="fiskil-harness run {scenario} --seed 42",
    )
    return GateResult(
        result=judge(outcomes, settings=settings, seed=42, today=DATE),
        run=run,
        measured=(Measure(scenario="webhook_repeated", took_s=1.25, deliveries=2),),
    )


@pytest.fixture
def interrupted(result: GateResult) -> GateResult:
    """Return the same result, interrupted by Ctrl-C."""
    return msgspec.structs.replace(result, run=msgspec.structs.replace(result.run, was_interrupted=True))


@pytest.fixture
def with_bug(result: GateResult) -> GateResult:
    """Return the result of a receiver with one of three known bugs, and an excerpt of the failed finding."""
    excerpt = Excerpt(
        scenario="webhook_repeated",
        probe="applies_once",
        beats=(
            ExcerptLine(
                kind="delivery", text="e1 attempt 1", note="consent.received", response="204", outcome="ack", is_witness=True
            ),
            ExcerptLine(kind="mark", text="the app is killed"),
            ExcerptLine(kind="effect", text="e1 applied 2 times"),
        ),
        commands=tuple(ShellCommand(text=f"e1 attempt {number}", command=f"curl '<{number}>'") for number in range(1, 6)),
        old="before",
        new="after",
        changes=("@@ -1 +1 @@", '-  "e1": 1', '+  "e1": 2'),
        left_out=3,
    )
    bugs = (
        bug(1, Verdict.PASS),
        bug(26, Verdict.FAIL, fix="claim it once", scenario="webhook_repeated", probe="applies_once"),
        bug(45, Verdict.INCONCLUSIVE, hook="app.drive.fail"),
    )
    return msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, bugs=bugs), excerpts=(excerpt,))


@pytest.fixture
def complete(with_bug: GateResult) -> GateResult:
    """Return the same result with the stories of a failed and a passed scenario, with a picture, and sealed."""
    stories = (story("webhook_repeated"), story("webhook_lost_acknowledgement"))
    whole = msgspec.structs.replace(with_bug, stories=stories, pictures=(picture("webhook_repeated"),))
    return completed(whole)
