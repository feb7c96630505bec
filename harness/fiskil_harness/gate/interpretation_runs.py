"""Interpretation runs, which test the app under alternative interpretations of clauses that the documentation leaves open.

Each run changes the interpretation of one clause, and plays the scenarios in which that matters. The app fails the run if
a probe fails that does not fail under the chosen interpretations. The status of practices depends only on the chosen
interpretations.
"""

import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.clauses import Clause, Interpretations, parse, switches
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evaluation import EVERY_STEP, NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.forced_interpretations import is_required
from fiskil_harness.scenario.scenario import INTERPRETATION_SEPARATOR, Scenario, load


class InterpretationResult(enum.StrEnum):
    """The result of the app under one alternative interpretation."""

    PASSES = "passes"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"
    NOT_REACHED = "not reached"


class InterpretationRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app's result under one alternative interpretation; ``outcomes`` are the outcomes of the scenarios of this run."""

    clause: str
    interpretation: str
    instead_of: str
    sentence: str
    result: InterpretationResult
    reason: str
    is_required: bool
    outcomes: tuple[Outcome, ...] = ()


def check(settings: Settings) -> None:
    """Raise an error if ``gate.interpretations`` of the config is invalid.

    Raises:
        ConfigError: A clause or an interpretation in it does not exist.
    """
    for name in () if settings.gate.interpretations == "all" else settings.gate.interpretations:
        try:
            if "=" in name:
                parse([name])
            elif name not in switches():
                raise UnknownName("clause with interpretations", name, switches())
        except (ConfigError, UnknownName) as error:
            raise ConfigError(f"{settings.source or 'the config'}: gate.interpretations: {error}") from None


def planned(settings: Settings, *, is_all: bool) -> list[Scenario]:
    """Return the scenarios of every interpretation run.

    Args:
        is_all: True for all alternative interpretations, False for those that the config requires.
    """
    return [
        msgspec.structs.replace(
            scenario,
            name=f"{name}{INTERPRETATION_SEPARATOR}{clause.id}={choice}",
            interpretations={**scenario.interpretations, clause.id: choice},
        )
        for clause, choice in _alternatives(settings)
        if is_all or is_required(settings, clause.id, choice)
        for name in clause.scenarios
        for scenario in (load(name),)
    ]


def required(settings: Settings) -> tuple[str, ...]:
    """Return the interpretations under which the app must pass: the chosen one or the default of each clause, and others."""
    interpretations = Interpretations(settings.sandbox.interpretations)
    chosen = [f"{clause_id}={interpretations.of(clause_id)}" for clause_id in switches()]
    others = [
        f"{clause.id}={choice}" for clause, choice in _alternatives(settings) if is_required(settings, clause.id, choice)
    ]
    return tuple(sorted({*chosen, *others}))


def is_of_interpretation_run(outcome: Outcome) -> bool:
    """Return whether *outcome* belongs to an interpretation run."""
    return INTERPRETATION_SEPARATOR in outcome.scenario


def was_not_run(outcome: Outcome) -> bool:
    """Return whether the scenario did not finish because of an interruption or an internal error."""
    return any(finding.probe == NOT_RUN for finding in outcome.findings)


def evaluate(outcomes: Iterable[Outcome], *, usual: Sequence[Outcome], settings: Settings) -> tuple[InterpretationRun, ...]:
    """Return the result of every interpretation run, in the order of the clauses.

    Args:
        outcomes: The outcomes of the scenarios of all interpretation runs.
        usual: The outcomes under the chosen interpretations, for comparison.
    """
    usual_by_name = {outcome.scenario: outcome for outcome in usual}
    by_interpretation: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.scenario):
        by_interpretation.setdefault(outcome.scenario.partition(INTERPRETATION_SEPARATOR)[2], []).append(outcome)
    return tuple(
        _run_of(clause, choice, tuple(by_interpretation[key]), usual_by_name, settings)
        for clause, choice in _alternatives(settings)
        if (key := f"{clause.id}={choice}") in by_interpretation
    )


def _alternatives(settings: Settings) -> list[tuple[Clause, str]]:
    chosen = Interpretations(settings.sandbox.interpretations)
    return [
        (clause, choice)
        for clause in switches().values()
        for choice in clause.interpretations
        if choice != chosen.of(clause.id)
    ]


def _run_of(
    clause: Clause, choice: str, outcomes: tuple[Outcome, ...], usual_by_name: dict[str, Outcome], settings: Settings
) -> InterpretationRun:
    result, reason = _result_of(clause, outcomes, usual_by_name)
    return InterpretationRun(
        clause=clause.id,
        interpretation=choice,
        instead_of=Interpretations(settings.sandbox.interpretations).of(clause.id),
        sentence=clause.sentence,
        result=result,
        reason=reason,
        is_required=is_required(settings, clause.id, choice),
        outcomes=outcomes,
    )


def _result_of(
    clause: Clause, outcomes: Sequence[Outcome], usual_by_name: dict[str, Outcome]
) -> tuple[InterpretationResult, str]:
    """Return the result and its reason as a sentence fragment."""
    for outcome in outcomes:
        usual = usual_by_name.get(_usual_name(outcome))
        for finding in outcome.findings:
            if _is_worse(finding, usual):
                return InterpretationResult.FAILS, f"{finding.probe} in {_usual_name(outcome)}: {finding.observed}"
    reached = [outcome for outcome in outcomes if clause.id in outcome.clauses_used]
    unfinished = [_usual_name(outcome) for outcome in outcomes if was_not_run(outcome)]
    if unfinished and not reached:
        return InterpretationResult.INCONCLUSIVE, f"did not finish: {', '.join(unfinished)}"
    if not reached:
        missing = sorted({hook for outcome in outcomes for hook in outcome.missing})
        reason = f"the config does not set {', '.join(missing)}" if missing else "the app never depended on this clause"
        return InterpretationResult.NOT_REACHED, reason
    passed = [
        _usual_name(outcome) for outcome in reached if any(finding.verdict is Verdict.PASS for finding in outcome.findings)
    ]
    if not passed:
        return InterpretationResult.INCONCLUSIVE, f"no probe passed in {', '.join(map(_usual_name, reached))}"
    return InterpretationResult.PASSES, f"in {', '.join(passed)}"


def _is_worse(finding: Finding, usual: Outcome | None) -> bool:
    """Return whether *finding* is a failure, or reports an impossible step, unlike those in the *usual* outcome."""
    usual_verdicts = {finding.probe: finding.verdict for finding in usual.findings} if usual else {}
    if finding.verdict is Verdict.FAIL:
        return usual_verdicts.get(finding.probe) is not Verdict.FAIL
    is_impossible_step = finding.verdict is Verdict.INCONCLUSIVE and finding.probe == EVERY_STEP
    return is_impossible_step and EVERY_STEP not in usual_verdicts


def _usual_name(outcome: Outcome) -> str:
    return outcome.scenario.partition(INTERPRETATION_SEPARATOR)[0]
