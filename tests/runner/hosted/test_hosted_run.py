"""Runs against a replacement of the hosted API: proven practices, detected flaws and refused requests."""

import datetime
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness.errors import HookError, UnsafeTarget
from fiskil_harness.gate import hosted_run
from fiskil_harness.gate.judgement import exit_code
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.hosted import eligibility
from tests.runner.hosted.stand_in import StandIn, verdicts

Play = Callable[..., dict[str, Outcome]]
TODAY = datetime.date(2026, 11, 25)
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE

DETECTED = [
    ("failed_calls_not_logged", "hosted_read", "logs_api_calls"),
    ("expired_token_retried", "hosted_token_refused", "renews_token_once"),
    ("deadline_per_read", "hosted_response_drips", "keeps_deadline"),
    ("errors_not_counted", "hosted_api_degradation_monitored", "notices_errors"),
    ("retries_without_backoff", "hosted_outage", "retries_in_bounds"),
    ("latency_not_measured", "hosted_api_degradation_monitored", "notices_latency"),
    ("logs_requests", "hosted_read", "keeps_secrets_out_of_logs"),
    ("timeout_too_long", "hosted_response_stalls", "keeps_deadline"),
    ("no_token_renewal", "hosted_token_refused", "renews_token_once"),
    ("constant_retry_delay", "hosted_outage", "backs_off"),
    ("whole_history_read", "hosted_read", "reads_limited_history"),
]


def recorded(stand_in: StandIn) -> Journal:
    """Record every request that reaches the hosted API from now on."""
    journal = Journal()
    stand_in.fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    return journal


def make_real(stand_in: StandIn) -> None:
    """Make a bank outside the sandbox accessible to the account."""
    institutions = stand_in.fiskil.sandbox.store.institutions
    real = next(institution for institution in institutions.values() if not institution.is_accessible)
    institutions[real.institution_id] = msgspec.structs.replace(real, is_accessible=True)


def test_a_client_that_reads_one_page_is_detected(play: Play) -> None:
    """An app that reads only the first page does not have every row that the hosted API returns."""
    outcomes = play("first_page_only", "hosted_small_pages")

    assert verdicts(outcomes["hosted_small_pages"])["holds_every_row"] is FAIL


def test_a_client_that_ignores_retry_after_is_detected(play: Play) -> None:
    """An app that ignores the Retry-After of the relay retries too early."""
    outcomes = play("retry_after_ignored", "hosted_retry_after")

    assert verdicts(outcomes["hosted_retry_after"])["respects_retry_after"] is FAIL


def test_production_is_refused_before_the_app_is_started(stand_in: StandIn) -> None:
    """A key pair that reaches an institution outside the sandbox is rejected, and the app sends no request."""
    make_real(stand_in)
    journal = recorded(stand_in)

    with pytest.raises(UnsafeTarget, match="outside the sandbox"):
        hosted_run.run_hosted(eligibility.select(["hosted_read"])[0], settings=stand_in.settings(), seed=0)

    assert [call.route for call in journal.all(Exchange)] == ["token", "institutions.list"]


def test_the_error_for_a_wrong_secret_does_not_contain_it(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error contains no part of the secret."""
    monkeypatch.setenv("FISKIL_CLIENT_SECRET", "fsk_wrong_secret_of_mine")

    with pytest.raises(HookError, match="returned no token") as caught:
        hosted_run.run_hosted(eligibility.select(["hosted_read"])[0], settings=stand_in.settings(), seed=0)

    assert "fsk_wrong_secret_of_mine" not in str(caught.value)


def test_an_untrusted_certificate_ends_the_run(stand_in: StandIn) -> None:
    """Without the file of the authority the hosted API is not trusted, and no key pair is sent."""
    journal = recorded(stand_in)

    with pytest.raises(HookError, match="returned no token"):
        hosted_run.run_hosted(eligibility.select(["hosted_read"])[0], settings=stand_in.settings(ca_file=None), seed=0)

    assert journal.all(Exchange) == []


def test_a_run_ends_at_its_request_limit(play: Play) -> None:
    """The remaining scenarios are INCONCLUSIVE with the reason, and none fails."""
    outcomes = play("reference_app", "hosted_idle", "hosted_small_pages", most_requests=6)

    reasons = {
        finding.observed for outcome in outcomes.values() for finding in outcome.findings if finding.verdict is INCONCLUSIVE
    }
    assert "the limit of this run was reached" in reasons
    assert {outcome.verdict for outcome in outcomes.values()} <= {PASS, INCONCLUSIVE}
    assert outcomes["hosted_small_pages"].verdict is INCONCLUSIVE


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_reference_app_proves_nine_practices(stand_in: StandIn) -> None:
    """No practice is violated, each unproven one has a reason, nothing is written, and two runs have equal judgements.

    One of the nine is stated in part.
    """
    settings = stand_in.settings()
    scenarios = list(eligibility.scenarios().values())
    journal = recorded(stand_in)

    judgements = [
        hosted_run.judge(
            hosted_run.run_hosted(scenarios, settings=settings, seed=0, checks_contract=True),
            settings=settings,
            seed=0,
            today=TODAY,
            is_gate=True,
        )
        for _ in range(2)
    ]

    judgement = judgements[0]
    assert [(scenario.scenario, scenario.verdict) for scenario in judgement.scenarios if scenario.verdict is not PASS] == []
    assert len(judgement.with_status(Status.PROVEN)) + len(judgement.with_status(Status.STATED)) >= 9
    assert judgement.with_status(Status.VIOLATED) == []
    assert exit_code(judgement) == 3
    unproven = judgement.with_status(Status.NOT_PROVEN)
    assert [status.practice for status in unproven if not status.reason.startswith("--api hosted: ")] == []
    assert {call.method for call in journal.all(Exchange) if call.route != "token"} == {"GET"}
    assert judgements[0] == judgements[1]


@pytest.mark.full
@pytest.mark.parametrize(("name", "scenario", "probe"), DETECTED, ids=[pair[0] for pair in DETECTED])
def test_more_flawed_clients_are_detected(play: Play, name: str, scenario: str, probe: str) -> None:
    """The probe for the flaw fails."""
    assert verdicts(play(name, scenario)[scenario])[probe] is FAIL
