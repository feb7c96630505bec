"""Interpretation runs: the result under an alternative interpretation, and its effect on the gate."""

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
from fiskil_harness.gate import interpretation_runs
from fiskil_harness.gate.interpretation_runs import InterpretationResult
from fiskil_harness.gate.judgement import check, exit_code, judge
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome

CLAUSE, CHOICE = "token.lifetime", "3600"
PRACTICE = "webhooks.idempotent"
TODAY = datetime.date(2026, 11, 25)
MakeOutcome = Callable[..., Outcome]


def settings(**raw: Any) -> Settings:
    """Return the settings of a config."""
    return parse(raw, folder=Path())


def of_run(outcome: Outcome, *, is_reached: bool = True) -> Outcome:
    """Return *outcome* as one of the interpretation run."""
    name = f"{outcome.scenario}@{CLAUSE}={CHOICE}"
    clauses_used = (CLAUSE,) if is_reached else ()
    return msgspec.structs.replace(outcome, scenario=name, interpretations={CLAUSE: CHOICE}, clauses_used=clauses_used)


def result_of(usual: Outcome, alternative: Outcome) -> InterpretationResult:
    """Return the result of the interpretation run with the outcome *alternative*."""
    (run,) = interpretation_runs.evaluate([alternative], usual=[usual], settings=settings())
    return run.result


def test_a_new_failure_fails_the_interpretation(outcome_of: MakeOutcome) -> None:
    """A FAIL that also occurs under the chosen interpretation does not count."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))
    fails = outcome_of(PRACTICE, ("applies_once", Verdict.FAIL))

    assert result_of(passes, of_run(fails)) is InterpretationResult.FAILS
    assert result_of(fails, of_run(fails)) is not InterpretationResult.FAILS


def test_a_step_that_is_newly_impossible_fails_the_interpretation(outcome_of: MakeOutcome) -> None:
    """It counts although no probe reports FAIL."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))
    stuck = outcome_of(PRACTICE, ("applies_once", Verdict.INCONCLUSIVE), ("every_step_done", Verdict.INCONCLUSIVE))

    assert result_of(passes, of_run(stuck)) is InterpretationResult.FAILS


def test_an_interpretation_passes_only_if_the_app_reached_the_clause(outcome_of: MakeOutcome) -> None:
    """A scenario in which the clause played no part proves nothing about it."""
    passes = outcome_of(PRACTICE, ("applies_once", Verdict.PASS))

    assert result_of(passes, of_run(passes)) is InterpretationResult.PASSES
    assert result_of(passes, of_run(passes, is_reached=False)) is InterpretationResult.NOT_REACHED


def test_an_interpretation_without_a_passed_probe_is_inconclusive(outcome_of: MakeOutcome) -> None:
    """The app reached the clause, but no probe passed."""
    inconclusive = outcome_of(PRACTICE, ("applies_once", Verdict.INCONCLUSIVE))

    assert result_of(inconclusive, of_run(inconclusive)) is InterpretationResult.INCONCLUSIVE


@pytest.mark.parametrize(("required", "code"), [([], 0), ([CLAUSE], 1), ([f"{CLAUSE}={CHOICE}"], 1), ("all", 1)])
def test_an_interpretation_shuts_the_gate_only_if_it_is_required(outcome_of: MakeOutcome, required: Any, code: int) -> None:
    """Otherwise only the chosen interpretations decide."""
    usual = [outcome_of(PRACTICE, *((probe, Verdict.PASS) for probe in ("applies_once", "repeats_no_work")))]
    failed = of_run(outcome_of(PRACTICE, ("applies_once", Verdict.FAIL)))
    config = settings(gate={"required": [PRACTICE], "interpretations": required})

    judgement = judge([*usual, failed], settings=config, seed=1, today=TODAY)

    assert exit_code(judgement) == code
    assert [run.result for run in judgement.interpretation_runs] == [InterpretationResult.FAILS]
    assert [scenario.scenario for scenario in judgement.scenarios] == [usual[0].scenario]


def test_every_alternative_interpretation_is_planned() -> None:
    """Each one runs separately, in the scenarios that the contract names for its clause."""
    names = {scenario.name for scenario in interpretation_runs.planned(settings(), is_all=True)}

    assert names == {
        f"{scenario}@{clause.id}={choice}"
        for clause in switches().values()
        for choice in clause.interpretations
        if choice != clause.default
        for scenario in clause.scenarios
    }


def test_by_default_only_required_interpretations_are_planned() -> None:
    """A gate runs the interpretations that its config requires, and no others."""
    config = settings(gate={"interpretations": [CLAUSE]})

    assert {scenario.interpretations[CLAUSE] for scenario in interpretation_runs.planned(config, is_all=False)} == {CHOICE}
    assert interpretation_runs.planned(settings(), is_all=False) == []


def test_the_chosen_interpretation_is_no_alternative() -> None:
    """If the config chooses an interpretation, the default becomes an alternative."""
    config = settings(sandbox={"interpretations": {"token": {"lifetime": 3600}}}, gate={"interpretations": [CLAUSE]})

    assert {scenario.interpretations[CLAUSE] for scenario in interpretation_runs.planned(config, is_all=False)} == {"900"}


def test_an_unknown_required_interpretation_is_refused() -> None:
    """The message names the key and the nearest match."""
    with pytest.raises(ConfigError, match=r"gate\.interpretations: .*Did you mean 'token\.lifetime'"):
        check(settings(gate={"interpretations": ["token.lifetim"]}))


def test_the_contract_names_scenarios_that_exist() -> None:
    """Every scenario that a clause names exists."""
    named = {name for clause in switches().values() for name in clause.scenarios}

    assert named <= set(scenario_names())
