"""Scenarios whose findings count only if the config says so; without it, their failures are advice.

Such a scenario forces an interpretation that the config does not require, or its provider sends what it must not.
"""

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.core.model.findings import Kind
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.forced_interpretations import forced
from fiskil_harness.scenario.kinds import kind_of
from fiskil_harness.scenario.scenario import Scenario

DEFENCE = "gate.defence_in_depth is true"
SEPARATOR = " and "


def condition(scenario: Scenario, settings: Settings) -> str:
    """Return the setting under which the findings of *scenario* count, as a clause; "" if they count with *settings*."""
    interpretations = forced(scenario, settings)
    conditions = [f"gate.interpretations has {SEPARATOR.join(interpretations)}"] if interpretations else []
    if kind_of(scenario) is Kind.DEFENCE and not settings.gate.defence_in_depth:
        conditions.append(DEFENCE)
    return SEPARATOR.join(conditions)


def as_advice(outcome: Outcome, counts_if: str) -> Outcome:
    """Return *outcome* so that it counts for no practice, with its failures as advice.

    Args:
        counts_if: The setting under which it would count. If it is empty, *outcome* is returned unchanged.
    """
    if not counts_if:
        return outcome
    findings = tuple(_as_advice(finding, counts_if) for finding in outcome.findings)
    return msgspec.structs.replace(outcome, practices=(), findings=findings, counts_if=counts_if)


def _as_advice(finding: Finding, counts_if: str) -> Finding:
    if finding.verdict is not Verdict.FAIL:
        return msgspec.structs.replace(finding, practices=())
    remark = f"{finding.probe}: {finding.observed}. This counts only if {counts_if}"
    return msgspec.structs.replace(
        finding,
        verdict=Verdict.PASS,
        observed=f"a failure was found, which counts only if {counts_if}",
        advice=(remark, *finding.advice),
        fix="",
        practices=(),
    )
