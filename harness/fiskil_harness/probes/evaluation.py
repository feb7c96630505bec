"""What is said of one scenario: the answers of its probes, and whatever kept them from seeing all that there was to see.

A fault that never bit, a step that failed and a hook that leads nowhere are INCONCLUSIVE, whatever the probes say.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import API_URL_IN_ENV, ApiUrlMissing, CutShort, Delivery, Effects, FaultSet, Journal
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.failed_hooks import failed_hook
from fiskil_harness.probes import Finding, Verdict, name_of

EVERY_STEP, EVERY_FAULT = "every_step_done", "every_fault_bit"
NOT_RUN = "every_scenario_run"
"""Stands for the probes of a scenario that did not run to its end."""
STALE = "StaleKeepalive("
LONGEST_HELD_S = 1.0
"""Whoever keeps connections keeps one for so long, in real seconds."""
EFFECTS_REPORTED = "every_effect_told"
"""The finding about an effects hook that finds nobody."""


def findings(probes: Iterable[Any], journal: Journal, *, crashed: str, missing: str) -> tuple[Finding, ...]:
    """Let every probe examine, and add what was lacking.

    Args:
        crashed: What kept the scenario from its end, in words.
        missing: The first hook that the scenario needs and the config does not give; then nothing was done.
    """
    if missing:
        seen = f"the config gives no {missing}"
        return tuple(
            Finding(probe=name_of(probe), verdict=Verdict.INCONCLUSIVE, observed=seen, hook=missing) for probe in probes
        )
    examined = [_examined(probe, journal) for probe in probes]
    return (*examined, *_lacking(examined, journal, crashed))


def _lacking(examined: Iterable[Finding], journal: Journal, crashed: str) -> Iterator[Finding]:
    doubtful = [finding for finding in examined if finding.verdict is Verdict.INCONCLUSIVE]
    vain = failed_hook(journal)
    if crashed:
        yield _doubt(EVERY_STEP, crashed)
    elif vain and any(not finding.hook for finding in doubtful):
        yield _doubt(EVERY_STEP, vain)
    untold = _untold(journal)
    if untold and any(finding.hook == EFFECTS for finding in doubtful):
        yield _doubt(EFFECTS_REPORTED, untold)
    for what, hook in dict.fromkeys((cut_short.what, cut_short.hook) for cut_short in journal.all(CutShort)):
        yield _doubt(EVERY_STEP, what, hook)
    for fault in journal.all(FaultSet):
        if fault.unbitten and not (fault.fault.startswith(STALE) and _keeps_none(journal)):
            bitten = fault.times - fault.unbitten
            seen = f"{fault.fault} on {fault.route!r} bit {bitten} of {fault.times} times: {fault.problem}"
            yield _doubt(EVERY_FAULT, seen, API_URL_IN_ENV if not bitten and journal.all(ApiUrlMissing) else "")


def _keeps_none(journal: Journal) -> bool:
    """Whether the app opens a connection for each call, soon after another's end: then none can be found closed."""
    made = calls(journal)
    used = Counter(call.connection for call in made)
    had_chances = any(0 <= later.at_s - earlier.ended_s < LONGEST_HELD_S for earlier, later in pairwise(made))
    return had_chances and max(used.values()) == 1


def _doubt(probe: str, seen: str, hook: str = "") -> Finding:
    return Finding(probe=probe, verdict=Verdict.INCONCLUSIVE, observed=seen, hook=hook)


def _untold(journal: Journal) -> str:
    """What the app answered, where it says of every end user that there is nothing although it took messages about them."""
    taken = {
        delivery.participant
        for delivery in journal.all(Delivery)
        if delivery.kind == "genuine" and delivery.outcome == "ack"
    }
    looks = [effects for effects in journal.all(Effects) if effects.participant in taken]
    if not looks or not all(look.refusal for look in looks):
        return ""
    return f"{looks[-1].refusal} about an end user whose message was acknowledged; is that path the right one?"


def _examined(probe: Any, journal: Journal) -> Finding:
    try:
        finding: Finding = probe.examine(journal)
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 - a probe that fails is a finding too
        return Finding(
            probe=name_of(probe),
            verdict=Verdict.INCONCLUSIVE,
            observed=f"the probe itself failed with {type(error).__name__}",
        )
    return finding
