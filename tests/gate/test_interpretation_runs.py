"""Trials: what breaks under another reading, what holds, what was never met, and what that does to the gate."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.catalog import scenario_names
from fiskil_harness.core.clauses import switches
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import ConfigError
from fiskil_harness.gate import interpretation_trials
from fiskil_harness.gate.interpretation_trials import TrialResult
from fiskil_harness.gate.judgement import check, exit_code, judge
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome

CLAUSE, CHOICE = "token.lifetime", "3600"
PRACTICE = "webhooks.idempotent"
TODAY = datetime.date(2026, 11, 25)
MakeOutcome = Callable[..., Outcome]


def settings(**raw: Any) -> Settings:
    return parse(raw, folder=Path())


def tried(outcome: Outcome, *, came_up: bool = True) -> Outcome:
    """*outcome* as a trial of the clause brings it about."""
    name = f"{outcome.scenario}@{CLAUSE}={CHOICE}"
    met = (CLAUSE,) if came_up else ()
    return msgspec.structs.replace(outcome, scenario=name, interpretations={CLAUSE: CHOICE}, came_up=met)


def hold(usual: Outcome, under: Outcome) -> TrialResult:
    (trial,) = interpretation_trials.judged([under], usual=[usual], settings=settings())
    return trial.result


def test_what_fails_only_under_a_reading_breaks(outcome_of: MakeOutcome) -> None:
    """A new FAIL is the reading's doing; one that was there before is not."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))
    fails = outcome_of(PRACTICE, ("applies_once", Verdict.FAIL))

    assert hold(passes, tried(fails)) is TrialResult.BREAKS
    assert hold(fails, tried(fails)) is not TrialResult.BREAKS


def test_what_can_no_longer_be_done_breaks(outcome_of: MakeOutcome) -> None:
    """An app that does not get through the steps any more is broken, though no probe says FAIL."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))
    stuck = outcome_of(PRACTICE, ("applies_once", Verdict.INCONCLUSIVE), ("every_step_done", Verdict.INCONCLUSIVE))

    assert hold(passes, tried(stuck)) is TrialResult.BREAKS


def test_passing_holds_only_where_the_clause_came_up(outcome_of: MakeOutcome) -> None:
    """What the app never met proves nothing about it."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))

    assert hold(passes, tried(passes)) is TrialResult.HOLDS
    assert hold(passes, tried(passes, came_up=False)) is TrialResult.UNMET


def test_what_nobody_can_tell_is_unclear(outcome_of: MakeOutcome) -> None:
    """Met, and nothing passed."""
    unclear = outcome_of(PRACTICE, ("applies_once", Verdict.INCONCLUSIVE))

    assert hold(unclear, tried(unclear)) is TrialResult.UNCLEAR


@pytest.mark.parametrize(("required", "code"), [([], 0), ([CLAUSE], 1), ([f"{CLAUSE}={CHOICE}"], 1), ("all", 1)])
def test_a_reading_shuts_the_gate_only_where_it_is_required(outcome_of: MakeOutcome, required: Any, code: int) -> None:
    """Told otherwise: the interpretations that rule decide."""
    usual = [outcome_of(PRACTICE, *((one, Verdict.PASS) for one in ("applies_once", "applies_each")))]
    broken = tried(outcome_of(PRACTICE, ("applies_once", Verdict.FAIL)))
    config = settings(gate={"required": [PRACTICE], "interpretations": required})

    judgement = judge([*usual, broken], settings=config, seed=1, today=TODAY)

    assert exit_code(judgement) == code
    assert [interpretation_run.result for interpretation_run in judgement.interpretation_runs] == [TrialResult.BREAKS]
    assert [scenario.scenario for scenario in judgement.scenarios] == [usual[0].scenario]


def test_every_other_reading_is_planned_where_an_app_meets_it() -> None:
    """One at a time, in the scenarios that the contract names."""
    names = {scenario.name for scenario in interpretation_trials.planned(settings(), is_all=True)}

    assert names == {
        f"{scenario}@{clause.id}={choice}"
        for clause in switches().values()
        for choice in clause.interpretations
        if choice != clause.default
        for scenario in clause.scenarios
    }


def test_without_asking_only_required_readings_are_planned() -> None:
    """A gate tries what its config requires, and nothing else."""
    config = settings(gate={"interpretations": [CLAUSE]})

    assert {scenario.interpretations[CLAUSE] for scenario in interpretation_trials.planned(config, is_all=False)} == {CHOICE}
    assert interpretation_trials.planned(settings(), is_all=False) == []


def test_the_reading_that_rules_is_no_other() -> None:
    """Where the config chose, the default is the one to be tried."""
    config = settings(sandbox={"interpretations": {"token": {"lifetime": 3600}}}, gate={"interpretations": [CLAUSE]})

    assert {scenario.interpretations[CLAUSE] for scenario in interpretation_trials.planned(config, is_all=False)} == {"900"}


def test_a_required_reading_that_does_not_exist_is_refused() -> None:
    """The complaint names the key and the nearest match."""
    with pytest.raises(ConfigError, match=r"gate\.interpretations: .*Did you mean 'token\.lifetime'"):
        check(settings(gate={"interpretations": ["token.lifetim"]}))


def test_the_contract_names_scenarios_that_exist() -> None:
    """A trial can only run what is there."""
    named = {name for clause in switches().values() for name in clause.scenarios}

    assert named <= set(scenario_names())
