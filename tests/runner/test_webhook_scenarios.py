"""The webhook scenarios on a small receiver: correct variants pass, and each flaw is detected by its probe."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.config import Settings
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.scenario import load, load_all

NAMES = tuple(name for name in catalog.scenario_names() if name.startswith("webhook_"))
SHAPES: dict[str, dict[str, str]] = {
    "plain": {},
    "loser_is_told_409": {"STATUS": "200", "LOSER": "409"},
    "slow_worker": {"STATUS": "202", "WORK_S": "0.1"},
    "reports_no_pending": {"REPORTED_FIELDS": "applied,state,failed"},
    "reports_state_alone": {"REPORTED_FIELDS": "state,pending,failed"},
    "reports_counts_alone": {"REPORTED_FIELDS": "applied,pending,failed"},
    "needs_its_secret": {"STRICT": "1"},
    "shows_what_is_active": {"ACTIVE": "1"},
}
UNREPORTED = {
    "reports_state_alone": {
        "webhook_equal_publish_times",
        "webhook_burst",
        "webhook_message_id_duplicated",
        "webhook_signature_reencoded",
        "webhook_similar_messages",
        "webhook_transport_methods",
        "webhook_transport_malformed",
    },
    "reports_counts_alone": {
        "webhook_child_before_parent",
        "webhook_partial_effect",
        "webhook_for_other_end_user",
        "webhook_for_unknown_end_user",
        "webhook_in_every_order",
        "webhook_event_kinds_distinguished",
        "webhook_out_of_order",
        "webhook_revoked_before_received",
    },
}
"""By variant, the scenarios that need what it does not report."""

NOT_APPLICABLE = {
    "webhook_acknowledged_during_connect",
    "webhook_acknowledged_during_refresh",
    "webhook_delivered",
    "webhook_poison_message",
    "webhook_with_account_numbers",
}
"""The scenarios about calls of the app and about logs, because this receiver makes no calls and writes no logs."""

DETECTED = [
    ("believes_all", "webhook_forged", "refuses_forgeries"),
    ("believes_all", "webhook_forged_sync_event", "calls_nothing_for_forgeries"),
    ("raw_key_hex", "webhook_forged", "acknowledges_genuine"),
    ("no_dedupe", "webhook_repeated", "applies_once"),
    ("dedupes_numbers", "webhook_similar_messages", "applies_each"),
    ("last_wins", "webhook_out_of_order", "ignores_delivery_order"),
    ("refuses_old", "webhook_retried_late", "loses_nothing"),
    ("works_inline", "webhook_acknowledged_while_api_stalls", "acknowledges_promptly"),
    ("trusts_forwarded", "webhook_from_unknown_address", "refuses_foreign_addresses"),
    ("ignores_owner", "webhook_for_other_end_user", "separates_end_users"),
]
"""One flaw for each probe; the gallery contains the others."""

MORE_DETECTED = [
    ("missing_header_passes", "webhook_forged", "refuses_forgeries"),
    ("fallback_key", "webhook_forged", "refuses_forgeries"),
    ("compares_prefix", "webhook_forged", "refuses_forgeries"),
    ("strips_spaces", "webhook_forged", "refuses_forgeries"),
    ("lossy_text", "webhook_forged", "refuses_forgeries"),
    ("raw_key", "webhook_forged", "refuses_forgeries"),
    ("tells_signature", "webhook_forged", "refuses_forgeries"),
    ("acknowledges_all", "webhook_forged", "refuses_forgeries"),
    ("dies_of_junk", "webhook_forged", "refuses_forgeries"),
    ("verifies_late", "webhook_forged_sync_event", "refuses_forgeries"),
    ("verifies_late", "webhook_forged_sync_event", "calls_nothing_for_forgeries"),
    ("fails_open", "webhook_secret_missing", "refuses_forgeries"),
    ("hex", "webhook_reencoded", "acknowledges_genuine"),
    ("reserialises", "webhook_reencoded", "acknowledges_genuine"),
    ("refuses_unknown", "webhook_unknown_event_or_field", "acknowledges_genuine"),
    ("dedupes_bytes", "webhook_repeated", "applies_once"),
    ("checks_then_inserts", "webhook_repeated_concurrently", "applies_once"),
    ("remembers_in_memory", "webhook_repeated_after_restart", "applies_once"),
    ("remembers_a_few", "webhook_repeated_much_later", "applies_once"),
    ("dedupes_facts", "webhook_similar_messages", "applies_each"),
    ("last_wins", "webhook_revoked_before_received", "ignores_delivery_order"),
    ("no_dedupe", "webhook_acknowledgement_lost", "applies_once"),
    ("acks_then_loses", "webhook_refused_then_retried", "loses_nothing"),
    ("marks_first", "webhook_failed_midway", "loses_nothing"),
    ("memory_queue", "webhook_killed_after_acknowledgement", "loses_nothing"),
    ("serial", "webhook_acknowledged_promptly", "acknowledges_promptly"),
    ("trusts_everybody", "webhook_from_unknown_address", "refuses_foreign_addresses"),
    ("moves_anybody", "webhook_for_other_end_user", "separates_end_users"),
]
"""Flaws that the gallery contains in separate apps."""

WITHOUT_COUNTS = [
    ("believes_all", "webhook_forged", "refuses_forgeries"),
    ("verifies_late", "webhook_forged_sync_event", "refuses_forgeries"),
    ("last_wins", "webhook_revoked_before_received", "ignores_delivery_order"),
    ("memory_queue", "webhook_killed_after_acknowledgement", "loses_nothing"),
    ("marks_first", "webhook_failed_midway", "loses_nothing"),
    ("trusts_forwarded", "webhook_from_unknown_address", "refuses_foreign_addresses"),
    ("moves_anybody", "webhook_for_other_end_user", "separates_end_users"),
]

Run = Callable[..., list[Outcome]]


@pytest.fixture
def outcomes_of(drive: Callable[..., Driver], receiver_settings: Callable[..., Settings]) -> Run:
    """Run scenarios on the receiver with environment variables."""

    def run(*names: str, **environment: str) -> list[Outcome]:
        app: dict[str, Any] = {
            "command": "{python} inbox.py {port}",
            "env": {
                "FISKIL_WEBHOOK_SECRET": "{webhook_secret}",
                "FISKIL_BASE_URL": "{api_url}",
                "FISKIL_CLIENT_ID": "{client_id}",
                "FISKIL_CLIENT_SECRET": "{client_secret}",
                "ALLOWED": "{webhook_source_ips}",
                "STORE": "{workdir}/inbox.db",
                **environment,
            },
            "drive": {"fail": "POST /fail?at={point}"},
        }
        driver = drive(receiver_settings(app=app, gate={"defence_in_depth": True}))
        return [driver.run(load(name)) for name in names]

    return run


def not_passed(outcomes: list[Outcome]) -> list[tuple[str, str, str, str]]:
    """Return every finding that is not a PASS."""
    return [
        (outcome.scenario, finding.probe, finding.verdict.value, finding.observed)
        for outcome in outcomes
        for finding in outcome.findings
        if finding.verdict is not Verdict.PASS
    ]


def test_every_webhook_scenario_is_well_formed() -> None:
    """Each scenario loads and has a unique title, practices and probes."""
    scenarios = [scenario for scenario in load_all() if scenario.name in NAMES]

    assert len(scenarios) == len(NAMES) >= 22
    assert len({scenario.title for scenario in scenarios}) == len(scenarios)
    assert all(scenario.title.endswith(".") and scenario.practices and scenario.probes for scenario in scenarios)


@pytest.mark.full
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shape", SHAPES)
def test_correct_receivers_do_not_fail(outcomes_of: Run, shape: str) -> None:
    """No variant fails, and only scenarios that need what it does not report are INCONCLUSIVE."""
    outcomes = outcomes_of(*NAMES, **SHAPES[shape])

    assert {scenario for scenario, _, _, _ in not_passed(outcomes)} == NOT_APPLICABLE | UNREPORTED.get(shape, set())
    assert not any(verdict == "FAIL" for _, _, verdict, _ in not_passed(outcomes))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["webhook_in_every_order", "webhook_revoked_before_received"])
def test_a_state_with_only_active_consents_is_judged(outcomes_of: Run, name: str) -> None:
    """An app that reports only active consents passes, although its state is empty in the end."""
    assert not not_passed(outcomes_of(name, ACTIVE="1"))


@pytest.mark.slow
@pytest.mark.parametrize(("flaw", "scenario", "probe"), [*DETECTED, *MORE_DETECTED])
def test_each_flaw_is_detected(outcomes_of: Run, flaw: str, scenario: str, probe: str) -> None:
    """The probe for the flaw fails, with evidence and a fix."""
    (outcome,) = outcomes_of(scenario, FLAW=flaw)

    finding = next(finding for finding in outcome.findings if finding.probe == probe)
    assert finding.verdict is Verdict.FAIL, finding.observed
    assert finding.evidence
    assert finding.fix


@pytest.mark.slow
@pytest.mark.full
@pytest.mark.parametrize(("flaw", "scenario", "probe"), WITHOUT_COUNTS)
def test_flaws_are_detected_without_counts(outcomes_of: Run, flaw: str, scenario: str, probe: str) -> None:
    """An app that reports only its state is judged by how the state changes."""
    (outcome,) = outcomes_of(scenario, FLAW=flaw, REPORTED_FIELDS="state,pending")

    finding = next(finding for finding in outcome.findings if finding.probe == probe)
    assert finding.verdict is Verdict.FAIL, finding.observed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["webhook_forged", "webhook_out_of_order", "webhook_repeated"])
def test_the_same_seed_gives_the_same_findings(outcomes_of: Run, name: str) -> None:
    """Two runs with other ids have equal outcomes."""
    first, second = outcomes_of(name, FLAW="last_wins"), outcomes_of(name, FLAW="last_wins")

    assert first == second
