"""Judges one scenario from its finished journal, in the process that ran it or later from a file."""

from collections.abc import Callable

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import HOOKS, ORIGIN_IN_MESSAGE
from fiskil_harness.journal import InterpretationsUsed, Journal, PlanRun
from fiskil_harness.probes import Finding, evaluation
from fiskil_harness.probes.coverage import exercised_in
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.counting import as_advice, condition
from fiskil_harness.scenario.kinds import with_kind
from fiskil_harness.scenario.scenario import Scenario

HasHook = Callable[[str], bool]
"""Returns whether the app has a hook."""


def hooks_that_matter(scenario: Scenario) -> frozenset[str]:
    """Return the hooks on which the judgement of *scenario* may depend."""
    of_probes = {hook for probe in scenario.probes for hook in probe.needs}
    return frozenset({*HOOKS, ORIGIN_IN_MESSAGE, *scenario.needs, *of_probes})


def findings_of(
    scenario: Scenario, journal: Journal, crashed: str, *, has: HasHook, settings: Settings
) -> tuple[Finding, ...]:
    """Return the findings of the probes, and a finding for each reason why the scenario is incomplete.

    Args:
        journal: The finished journal of the scenario.
        crashed: Why the scenario did not run to its end; "" if it did.
    """
    missing = [hook for hook in scenario.needs if not has(hook)]

    def is_given(hook: str) -> bool:
        return has(hook) if hook in HOOKS or hook == ORIGIN_IN_MESSAGE else is_in_config(settings, hook)

    return evaluation.findings(
        scenario.probes,
        journal,
        practices=_practices_of(scenario, journal),
        crashed=crashed,
        missing=missing[0] if missing else "",
        absent=sorted({hook for probe in scenario.probes for hook in probe.needs if not has(hook)}),
        is_given=is_given,
    )


def outcome_of(scenario: Scenario, journal: Journal, findings: tuple[Finding, ...], *, has: HasHook, seed: int) -> Outcome:
    """Return the outcome of *scenario*: its *findings*, and those of the probes that examine every journal.

    Whether it counts is not decided yet; see ``counting``.
    """
    general = evaluation.general_failures(scenario.probes, journal)
    of_general = {practice for finding in general for practice in finding.practices}
    practices = _practices_of(scenario, journal)
    # Only a run of an interpretation needs them. In a usual run, they may depend on which of two messages came first.
    is_usual = scenario.base_name == scenario.name
    used: set[str] = (
        set() if is_usual else {clause for entry in journal.all(InterpretationsUsed) for clause in entry.clauses}
    )
    return Outcome(
        scenario=scenario.name,
        title=scenario.title,
        practices=(*practices, *sorted(of_general - {*practices})),
        seed=seed,
        findings=(*findings, *general),
        missing=tuple(hook for hook in scenario.needs if not has(hook)),
        interpretations=scenario.interpretations,
        clauses_used=tuple(sorted(used & set(scenario.interpretations))),
        coverage=exercised_in(journal),
    )


def counted(outcome: Outcome, scenario: Scenario, settings: Settings) -> Outcome:
    """Return *outcome* with its kind; if it does not count with *settings*, its failures become advice."""
    return as_advice(with_kind(outcome, scenario), condition(scenario, settings))


def _practices_of(scenario: Scenario, journal: Journal) -> tuple[str, ...]:
    """Return the practices this outcome counts for: those that a generated plan violated, else all of the scenario."""
    violated = tuple(plan_run.practice for plan_run in journal.all(PlanRun) if plan_run.practice in scenario.practices)
    return violated or scenario.practices
