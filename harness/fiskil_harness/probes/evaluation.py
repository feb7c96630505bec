"""Evaluation of one scenario: the findings of its probes, and a finding for whatever made the run incomplete.

A failed step adds an INCONCLUSIVE finding, and so does a fault that bit less often than planned. A failed hook adds an
INCONCLUSIVE finding if it may be the reason why a probe is inconclusive. General probes examine the journal of every
scenario; there, a FAIL counts for every practice that lists the probe.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from fiskil_harness.core import plugins
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import (
    API_URL_IN_ENV,
    ApiUrlMissing,
    Delivery,
    Effects,
    FaultSet,
    HookCall,
    Journal,
    Key,
    StepIncomplete,
)
from fiskil_harness.journal.queries.api_calls import calls, calls_beside, is_complete_success
from fiskil_harness.journal.queries.unread_datasets import fact_for_route
from fiskil_harness.probes import PROBES, AnyProbe, Finding, RenewsTokenOnce, Verdict, name_of
from fiskil_harness.probes.admission import result_problem
from fiskil_harness.probes.hints import IsGiven, with_true_hint
from fiskil_harness.probes.practices import all_practices, counting_for

OF_LOGS = "logs_"
"""Beginning of the names of probes that search the app's log for lines."""
HOOKS_THAT_READ = ("refresh", "revoke")
EVERY_STEP, EVERY_FAULT = "every_step_done", "every_fault_bit"
NOT_RUN = "every_scenario_run"
"""Name of the finding that replaces the findings of all probes if a scenario did not run to its end."""
STALE = "StaleKeepalive("
LONGEST_HELD_S = 1.0
"""A client that reuses connections keeps an unused connection open for at least this long, in real seconds."""
EFFECTS_REPORTED = "effects_reported"
"""Name of the finding about an effects hook that returns an error for every end user."""


def findings(
    probes: Iterable[Any],
    journal: Journal,
    *,
    practices: tuple[str, ...],
    crashed: str,
    missing: str,
    absent: Collection[str] = (),
    is_given: IsGiven = lambda _: False,
) -> tuple[Finding, ...]:
    """Run every probe, and add a finding for each reason why the run was incomplete.

    Args:
        practices: The ids of the practices that the findings may count for.
        crashed: Why the scenario did not run to its end, in words; '' if it did.
        missing: The first hook that the scenario needs and the config omits, so that no step was performed; '' if none.
        absent: The hooks that probes need and the config omits.
        is_given: Returns whether the config has a hook, so that no finding names such a hook as missing.

    Raises:
        HarnessError: A probe raised HarnessError. Other exceptions of a probe become INCONCLUSIVE findings.
    """
    if missing:
        every = [_without_hook(probe, missing) for probe in probes]
    else:
        examined = [
            _without_hook(probe, hook) if (hook := hook_lacking(probe, absent)) else _examine(probe, journal)
            for probe in probes
        ]
        every = [*examined, *_obstacles(examined, journal, crashed)]
    return tuple(counting_for(practices, with_true_hint(finding, journal, is_given)) for finding in every)


def hook_lacking(probe: AnyProbe, absent: Collection[str]) -> str:
    """Return the hook without which *probe* cannot judge, '' if it can.

    Without the effects hook, only probes of responses judge a scenario that was made for effects: the waits are too short
    for the others.

    Args:
        absent: The hooks that probes of the scenario need and the config omits.
    """
    if not absent:
        return ""
    if probe.judges_responses:
        return next((hook for hook in probe.needs if hook in absent and hook != EFFECTS), "")
    return next((hook for hook in absent if hook in probe.needs or hook == EFFECTS), "")


def _without_hook(probe: Any, hook: str) -> Finding:
    return _inconclusive(name_of(probe), f"the config gives no {hook}", hook)


def general_failures(named: Iterable[Any], journal: Journal) -> tuple[Finding, ...]:
    """Run the general probes that are not *named* by the scenario, and return the FAILs.

    Each counts for every practice that lists its probe. A PASS or INCONCLUSIVE is left out: the scenario was not made for
    the question, so it may have tested the property only in part.

    Args:
        named: The scenario's own probes.
        journal: The finished journal of the scenario.

    Raises:
        HarnessError: A probe raised HarnessError.
    """
    names = {name_of(probe) for probe in named}
    examined = [_examine(probe, journal) for probe in general_probes() if name_of(probe) not in names]
    return tuple(counting_for(tuple(all_practices()), finding) for finding in examined if finding.verdict is Verdict.FAIL)


def why_unfinished(journal: Journal) -> tuple[Finding, ...]:
    """Return the FAIL that explains why an app could not go on: it never renewed a refused token. Empty if it did."""
    finding = _examine(RenewsTokenOnce(), journal)
    refused = [call for call in calls(journal) if call.status == 401 and call.route != "token"]
    renewals = [call for call in calls(journal, "token") if call.status == 200]
    is_renewed = bool(refused and renewals) and renewals[-1].number > refused[0].number
    if is_renewed or finding.verdict is not Verdict.FAIL:
        return ()
    return (counting_for(tuple(all_practices()), finding),)


def lacks_log_lines(examined: Iterable[Finding]) -> bool:
    """Return True if a FAIL of *examined* states that the log lacks a line, which an asynchronous logger may write later."""
    return any(finding.verdict is Verdict.FAIL and finding.probe.startswith(OF_LOGS) for finding in examined)


@cache
def general_probes() -> tuple[AnyProbe, ...]:
    """Return the probes that examine every journal."""
    return tuple(kind() for kind in PROBES.values() if kind.is_general)


plugins.on_change(general_probes.cache_clear)


def _obstacles(examined: Iterable[Finding], journal: Journal, crashed: str) -> Iterator[Finding]:
    inconclusive = [finding for finding in examined if finding.verdict is Verdict.INCONCLUSIVE]
    hook_failure = failed_hook(journal)
    if crashed:
        yield _inconclusive(EVERY_STEP, crashed)
    elif hook_failure and any(not finding.hook for finding in inconclusive):
        yield _inconclusive(EVERY_STEP, hook_failure)
    effects_problem = _effects_problem(journal)
    if effects_problem and any(finding.hook.startswith(EFFECTS) for finding in inconclusive):
        yield _inconclusive(EFFECTS_REPORTED, effects_problem)
    for problem, hook in dict.fromkeys((cut_short.reason, cut_short.hook) for cut_short in journal.all(StepIncomplete)):
        yield _inconclusive(EVERY_STEP, problem, hook)
    for fault in journal.all(FaultSet):
        if fault.missing_bites and not (fault.fault.startswith(STALE) and _reuses_no_connection(journal)):
            bitten = fault.times - fault.missing_bites
            problem = f"{fault.fault} on {fault.route!r} bit {bitten} of {fault.times} times: {fault.problem}"
            yield _inconclusive(EVERY_FAULT, problem, "" if bitten else _fact_for(fault, journal))


def _fact_for(fault: FaultSet, journal: Journal) -> str:
    """Return the fact of the config that would let *fault* act; '' if none is missing."""
    return API_URL_IN_ENV if journal.all(ApiUrlMissing) else fact_for_route(journal, fault.route)


def failed_hook(journal: Journal) -> str:
    """Return a sentence about the first hook that failed although the API was healthy, or '' if there is none."""
    if journal.all(Key):
        return ""
    for hook in journal.all(HookCall):
        failed = hook.hook in HOOKS_THAT_READ and (hook.status is None or hook.status >= 500)
        if failed and all(map(is_complete_success, calls_beside(journal, hook))):
            result = "did not respond" if hook.status is None else f"responded {hook.status}"
            return f"app.drive.{hook.hook} {result} although the API refused nothing and no fault acted"
    return ""


def _reuses_no_connection(journal: Journal) -> bool:
    """Return True if the app opens a new connection for each call, although it could have reused the last one.

    The fault StaleKeepalive closes kept connections, so it cannot act on such an app.
    """
    api_calls = calls(journal)
    counts = Counter(call.connection for call in api_calls)
    had_chances = any(0 <= later.at_s - earlier.ended_s < LONGEST_HELD_S for earlier, later in pairwise(api_calls))
    return had_chances and max(counts.values()) == 1


def _inconclusive(probe: str, observed: str, hook: str = "") -> Finding:
    return Finding(probe=probe, verdict=Verdict.INCONCLUSIVE, observed=observed, hook=hook)


def _effects_problem(journal: Journal) -> str:
    """Return the last error if the effects hook failed for every end user whose messages the app acknowledged, else ''."""
    acknowledged = {
        delivery.participant for delivery in journal.all(Delivery) if delivery.is_genuine and delivery.is_acknowledged
    }
    snapshots = [effects for effects in journal.all(Effects) if effects.participant in acknowledged]
    if not snapshots or not all(snapshot.response for snapshot in snapshots):
        return ""
    return f"{snapshots[-1].response} about an end user whose message was acknowledged; check the path of the effects hook"


def _examine(probe: Any, journal: Journal) -> Finding:
    try:
        finding = probe.examine(journal)
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 - a probe that fails is a finding too
        return _inconclusive(name_of(probe), f"the probe itself failed with {type(error).__name__}")
    problem = result_problem(probe, finding)
    return _inconclusive(name_of(probe), f"the probe itself {problem}") if problem else finding
