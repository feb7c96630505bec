"""Scenarios and practices that a team expects a gate to test (``--expect``).

A scenario without its hook and a practice that nothing tests do not violate anything, so a gate can pass without them.
"""

from collections.abc import Iterable, Iterator, Sequence

from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.gate.interpretation_runs import was_not_run
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evaluation import EVERY_FAULT, EVERY_STEP
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.scenario.scenario import load_all

TESTED = {Status.PROVEN, Status.VIOLATED}


def parse(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names in *texts*, each once, sorted; a text may contain several names with commas between them.

    Raises:
        UnknownName: No scenario of a gate and no practice has this name.
        UsageError: A text contains no name.
    """
    names: set[str] = set()
    for text in texts:
        of_text = [name.strip() for name in text.split(",") if name.strip()]
        if not of_text:
            raise UsageError(f"--expect needs names of scenarios or practices, got {text!r}.")
        names.update(of_text)
    known = {*all_practices(), *(scenario.name for scenario in load_all())} if names else set()
    for name in sorted(names - known):
        raise UnknownName("scenario or practice", name, known, place="--expect")
    return tuple(sorted(names))


def not_run(expected: Iterable[str], outcomes: Sequence[Outcome], statuses: Sequence[PracticeStatus]) -> Iterator[str]:
    """Yield a sentence about each *expected* scenario that did not run, and each practice that nothing tested."""
    by_scenario = {outcome.scenario: outcome for outcome in outcomes}
    by_practice = {status.practice: status for status in statuses}
    for name in expected:
        status = by_practice.get(name)
        if status is None:
            reason = _why_not_run(by_scenario.get(name))
            if reason:
                yield f"--expect: {name} did not run: {reason}."
        elif not _is_tested(status, outcomes):
            yield f"--expect: {name} was not tested: {status.reason}."


def _why_not_run(outcome: Outcome | None) -> str:
    """Return why a scenario did not run to its end; "" if it did."""
    if outcome is None:
        return "this gate left it out"
    if outcome.missing:
        return f"the config does not set {', '.join(outcome.missing)}"
    return outcome.outside or ("the gate ended before it" if was_not_run(outcome) else _obstacle(outcome))


def _obstacle(outcome: Outcome) -> str:
    """Return what kept the steps of a scenario from being done; "" if they were done.

    A fault that never acted is no such obstacle if probes examined the scenario.
    """
    step = next((finding for finding in outcome.findings if finding.probe == EVERY_STEP), None)
    is_skipped = {finding.probe for finding in outcome.findings} == {EVERY_FAULT}
    obstacle = step or (outcome.findings[0] if is_skipped else None)
    return obstacle.observed.rstrip(".") if obstacle else ""


def _is_tested(status: PracticeStatus, outcomes: Iterable[Outcome]) -> bool:
    """Return whether an experiment gave a result about the practice."""
    return status.status in TESTED or any(
        status.practice in finding.practices and finding.verdict in {Verdict.PASS, Verdict.FAIL}
        for outcome in outcomes
        for finding in outcome.findings
    )
