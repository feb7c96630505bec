"""The practices that a missing hook costs: those that the gate proves if every probe passes, but not without the hook.

They are computed by the gate's own judgement, from what scenarios and probes need.
"""

import datetime
from collections.abc import Collection, Iterator, Sequence

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import FAIL
from fiskil_harness.gate.practice_status import MET, status_of
from fiskil_harness.probes import Finding, Verdict, name_of
from fiskil_harness.probes.evaluation import hook_lacking
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices, counting_for
from fiskil_harness.scenario.counting import condition
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import AnyStep, FailNext

ANY_DAY = datetime.date(2000, 1, 1)
"""The date of the judgement; nothing in it depends on the date, because it has no attestations."""


def hook_costs(
    scenarios: Sequence[Scenario], hooks: Collection[str], *, calls_api: bool = True
) -> dict[str, tuple[str, ...]]:
    """Return, for each of *hooks*, the ids of the practices that cannot be proven without it, in the order of the page.

    Args:
        calls_api: False for an app that makes no API calls: an API that fails cannot replace ``app.drive.fail`` there.
    """
    counting = [scenario for scenario in scenarios if not condition(scenario, Settings())]
    provable = set(_met(counting, without="", calls_api=calls_api))
    return {hook: tuple(_lost(provable, set(_met(counting, without=hook, calls_api=calls_api)))) for hook in hooks}


def _lost(provable: set[str], remaining: set[str]) -> Iterator[str]:
    return (practice_id for practice_id in all_practices() if practice_id in provable - remaining)


def _met(scenarios: Sequence[Scenario], *, without: str, calls_api: bool) -> Iterator[str]:
    """Yield the practices that are met if every probe passes that does not need the hook *without*."""
    outcomes = [_outcome(scenario, without, calls_api=calls_api) for scenario in scenarios]
    for practice in all_practices().values():
        if status_of(practice, outcomes, Settings(), ANY_DAY, is_required=True).status in MET:
            yield practice.id


def _fails_by_api(step: AnyStep) -> bool:
    return isinstance(step, FailNext) and step.otherwise == "api"


def _outcome(scenario: Scenario, without: str, *, calls_api: bool) -> Outcome:
    """Return the best possible outcome of *scenario* for an app that has every hook but *without*."""
    is_playable = without not in scenario.needs
    lacks_failure = without == FAIL and not calls_api and any(map(_fails_by_api, scenario.steps))
    absent = [without] if any(without in probe.needs for probe in scenario.probes) else []
    findings = []
    for probe in scenario.probes:
        is_blind = not is_playable or lacks_failure or without in (*probe.needs, *probe.observes)
        is_blind = is_blind or bool(hook_lacking(probe, absent))
        verdict, hook = (Verdict.INCONCLUSIVE, without) if is_blind else (Verdict.PASS, "")
        finding = Finding(probe=name_of(probe), verdict=verdict, observed="", hook=hook)
        findings.append(counting_for(scenario.practices, finding))
    return Outcome(
        scenario=scenario.name,
        title=scenario.title,
        practices=scenario.practices,
        seed=0,
        findings=tuple(findings),
        missing=() if is_playable else (without,),
        outside=without if without in scenario.only_with else "",
    )
