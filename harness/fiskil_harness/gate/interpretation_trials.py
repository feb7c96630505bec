"""Trials: the app under each other reading of what the real API leaves in doubt, one at a time.

A trial runs the scenarios in which an app meets the clause. It breaks the app if something fails that did not fail under the
interpretations that rule; what the practices' standings are is decided by those alone.
"""

import enum
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.core.clauses import Clause, Interpretations, parse, switches
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evaluation import NOT_RUN
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.scenario import AT, Scenario, load

STEPS = "every_step_done"


class TrialResult(enum.StrEnum):
    """How the app does under a reading."""

    HOLDS = "holds"
    BREAKS = "breaks"
    UNCLEAR = "unclear"
    UNMET = "not met"


class InterpretationRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One other reading and how the app did under it; ``outcomes`` are the scenarios that were run for it."""

    clause: str
    interpretation: str
    instead_of: str
    sentence: str
    result: TrialResult
    reason: str
    is_required: bool
    outcomes: tuple[Outcome, ...] = ()


def check(settings: Settings) -> None:
    """Refuse interpretations that the gate is to require and that do not exist.

    Raises:
        ConfigError: No such clause or reading.
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
    """The scenarios of every trial: of all interpretations, or of those that the config requires."""
    return [
        msgspec.structs.replace(
            scenario, name=f"{name}{AT}{clause.id}={choice}", interpretations={**scenario.interpretations, clause.id: choice}
        )
        for clause, choice in _others(settings)
        if is_all or is_required(settings, clause.id, choice)
        for name in clause.scenarios
        for scenario in (load(name),)
    ]


def is_required(settings: Settings, clause_id: str, choice: str) -> bool:
    """Whether the gate stays shut when the app does not hold under this reading."""
    wanted = settings.gate.interpretations
    return wanted == "all" or clause_id in wanted or f"{clause_id}={choice}" in wanted


def is_of_interpretation_run(outcome: Outcome) -> bool:
    """Whether a trial brought *outcome* about."""
    return AT in outcome.scenario


def was_not_run(outcome: Outcome) -> bool:
    """Whether an interruption or a fault of our own left a scenario out."""
    return any(finding.probe == NOT_RUN for finding in outcome.findings)


def judged(outcomes: Iterable[Outcome], *, usual: Sequence[Outcome], settings: Settings) -> tuple[InterpretationRun, ...]:
    """Every trial by clause, from the *outcomes* of trials and the *usual* ones under the interpretations that rule."""
    before = {outcome.scenario: outcome for outcome in usual}
    by_reading: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.scenario):
        by_reading.setdefault(outcome.scenario.partition(AT)[2], []).append(outcome)
    return tuple(
        _trial(clause, choice, tuple(by_reading[key]), before, settings)
        for clause, choice in _others(settings)
        if (key := f"{clause.id}={choice}") in by_reading
    )


def _others(settings: Settings) -> list[tuple[Clause, str]]:
    ruling = Interpretations(settings.sandbox.interpretations)
    return [
        (switch, choice)
        for switch in switches().values()
        for choice in switch.interpretations
        if choice != ruling.of(switch.id)
    ]


def _trial(
    clause: Clause, choice: str, outcomes: tuple[Outcome, ...], before: dict[str, Outcome], settings: Settings
) -> InterpretationRun:
    hold, reason = _hold(clause, outcomes, before)
    return InterpretationRun(
        clause=clause.id,
        interpretation=choice,
        instead_of=Interpretations(settings.sandbox.interpretations).of(clause.id),
        sentence=clause.sentence,
        result=hold,
        reason=reason,
        is_required=is_required(settings, clause.id, choice),
        outcomes=outcomes,
    )


def _hold(clause: Clause, outcomes: Sequence[Outcome], before: dict[str, Outcome]) -> tuple[TrialResult, str]:
    for outcome in outcomes:
        usual = before.get(_usual_name(outcome))
        for finding in outcome.findings:
            if _is_worse(finding, usual):
                return TrialResult.BREAKS, f"{finding.probe} in {_usual_name(outcome)}: {finding.observed}"
    met = [outcome for outcome in outcomes if clause.id in outcome.clauses_used]
    cut = [_usual_name(outcome) for outcome in outcomes if was_not_run(outcome)]
    if cut and not met:
        return TrialResult.UNCLEAR, f"not run to the end: {', '.join(cut)}"
    if not met:
        lacking = sorted({hook for outcome in outcomes for hook in outcome.missing})
        return (
            TrialResult.UNMET,
            f"the config lacks {', '.join(lacking)}" if lacking else "the app never came to where it matters",
        )
    passed = [
        _usual_name(outcome) for outcome in met if any(finding.verdict is Verdict.PASS for finding in outcome.findings)
    ]
    if not passed:
        return TrialResult.UNCLEAR, f"nothing could be told in {', '.join(_usual_name(outcome) for outcome in met)}"
    return TrialResult.HOLDS, f"in {', '.join(passed)}"


def _is_worse(finding: Finding, usual: Outcome | None) -> bool:
    """Whether something fails, or cannot be done, that did not and could under the interpretations that rule."""
    known = {finding.probe: finding.verdict for finding in usual.findings} if usual else {}
    if finding.verdict is Verdict.FAIL:
        return known.get(finding.probe) is not Verdict.FAIL
    return finding.verdict is Verdict.INCONCLUSIVE and finding.probe == STEPS and STEPS not in known


def _usual_name(outcome: Outcome) -> str:
    return outcome.scenario.partition(AT)[0]
