"""A gate fails if a scenario or practice that was expected did not run."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from fiskil_harness.core.config import GateSettings, Settings
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.baseline import compare
from fiskil_harness.gate.expectations import parse
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement, exit_code, judge
from fiskil_harness.gate.report.text import decision_line
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evaluation import EVERY_FAULT, EVERY_STEP, NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from tests.gate.test_baseline import RUN

TODAY = datetime.date(2026, 6, 1)
IDEMPOTENT, RETRIES = "webhooks.idempotent", "webhooks.retries"
IDEMPOTENT_PROBE = "applies_once"
SETTINGS = Settings(gate=GateSettings(required=(IDEMPOTENT,)))
OutcomeOf = Callable[..., Outcome]


@pytest.fixture
def proven(outcome_of: OutcomeOf) -> Outcome:
    """Return an outcome that proves the only required practice."""
    needed = all_practices()[IDEMPOTENT].needed
    return outcome_of(IDEMPOTENT, *((probe, Verdict.PASS) for probe in needed), scenario="webhook_repeated")


def judged(*outcomes: Outcome, expected: tuple[str, ...] = ()) -> Judgement:
    """Return the judgement of a gate with *expected* names."""
    return judge(outcomes, settings=SETTINGS, seed=0, today=TODAY, expected=expected)


def test_what_ran_as_expected_leaves_the_gate_open(proven: Outcome) -> None:
    """A scenario ran to its end, and an experiment had a result about the practice."""
    judgement = judged(proven, expected=("webhook_repeated", IDEMPOTENT))

    assert (judgement.not_run, judgement.decision, exit_code(judgement)) == ((), Decision.OPEN, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"scenario": "other"}, "this gate left it out"),
        (
            {"missing": ("app.drive.revoke", "app.observe.logs")},
            "the config does not set app.drive.revoke, app.observe.logs",
        ),
        ({"outside": "the app has no such page"}, "the app has no such page"),
    ],
)
def test_a_scenario_that_did_not_run_shuts_the_gate(proven: Outcome, changes: dict[str, Any], reason: str) -> None:
    """The sentence states the reason, and the exit code is 3."""
    changed = replace(proven, **{"scenario": "consent_revoked", **changes})

    judgement = judged(proven, changed, expected=("consent_revoked",))

    assert judgement.not_run == (f"--expect: consent_revoked did not run: {reason}.",)
    assert (judgement.decision, exit_code(judgement)) == (Decision.SHUT, 3)
    assert "1 expectation not met" in decision_line(GateResult(result=judgement, run=RUN))


def test_a_scenario_that_did_not_finish_shuts_the_gate(proven: Outcome, outcome_of: OutcomeOf) -> None:
    """An interruption ended the gate before it."""
    unfinished = outcome_of(RETRIES, (NOT_RUN, Verdict.INCONCLUSIVE), scenario="consent_revoked")

    judgement = judged(proven, unfinished, expected=("consent_revoked",))

    assert judgement.not_run == ("--expect: consent_revoked did not run: the gate ended before it.",)


@pytest.mark.parametrize(
    "probes",
    [(EVERY_STEP,), (IDEMPOTENT_PROBE, EVERY_STEP), (EVERY_FAULT,)],
    ids=["a step failed", "a step failed and probes answered", "skipped after the first contact"],
)
def test_a_scenario_whose_steps_were_not_done_shuts_the_gate(
    probes: tuple[str, ...], proven: Outcome, outcome_of: OutcomeOf
) -> None:
    """The sentence gives what the finding observed."""
    incomplete = outcome_of(RETRIES, *((probe, Verdict.INCONCLUSIVE) for probe in probes), scenario="consent_revoked")

    judgement = judged(proven, incomplete, expected=("consent_revoked",))

    assert judgement.not_run == (f"--expect: consent_revoked did not run: {incomplete.findings[-1].observed}.",)


def test_a_fault_that_never_acted_leaves_a_scenario_that_ran(proven: Outcome, outcome_of: OutcomeOf) -> None:
    """Its probes examined what happened."""
    ran = outcome_of(
        RETRIES, (IDEMPOTENT_PROBE, Verdict.PASS), (EVERY_FAULT, Verdict.INCONCLUSIVE), scenario="consent_revoked"
    )

    assert judged(proven, ran, expected=("consent_revoked",)).not_run == ()


def test_a_practice_without_a_result_shuts_the_gate(proven: Outcome, outcome_of: OutcomeOf) -> None:
    """An inconclusive finding is no result, although the practice is not required."""
    unclear = outcome_of(RETRIES, (all_practices()[RETRIES].needed[0], Verdict.INCONCLUSIVE), scenario="s")

    judgement = judged(proven, unclear, expected=(RETRIES,))

    (sentence,) = judgement.not_run
    assert sentence.startswith(f"--expect: {RETRIES} was not tested: ")
    assert judgement.decision is Decision.SHUT


def test_a_practice_with_one_result_was_tested(proven: Outcome, outcome_of: OutcomeOf) -> None:
    """It need not be proven for that."""
    some = outcome_of(RETRIES, (all_practices()[RETRIES].needed[0], Verdict.PASS), scenario="s")

    assert judged(proven, some, expected=(RETRIES,)).not_run == ()


def test_a_baseline_excuses_nothing(proven: Outcome) -> None:
    """A scenario that did not run fails the gate, although nothing is worse; an expectation that was dropped is worse."""
    now = judged(proven, expected=("consent_revoked",))
    options: dict[str, Any] = {"settings": SETTINGS, "today": TODAY, "coverage_marks": (), "digest": "same"}
    options |= {"harness": "1", "name": "old.json"}

    same = compare(now, GateResult(result=now, run=RUN), **options)
    dropped = compare(judged(proven), GateResult(result=now, run=RUN), **options)

    assert GateResult(result=now, run=RUN, comparison=same).exit_code == 3
    assert [difference.subject for difference in dropped.worse] == ["config: --expect consent_revoked"]


def test_names_are_separated_by_commas_or_given_again() -> None:
    """Each counts once, in any order."""
    assert parse(["webhook_repeated, webhooks.idempotent", "webhook_repeated"]) == ("webhook_repeated", IDEMPOTENT)
    assert parse([]) == ()


def test_an_unknown_name_is_refused() -> None:
    """The nearest match is suggested."""
    with pytest.raises(UnknownName, match=r"No scenario or practice 'webhooks\.idempotence' in --expect\. Did you mean"):
        parse(["webhooks.idempotence"])
