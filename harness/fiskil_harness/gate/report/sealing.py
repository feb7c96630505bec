"""Completes a report: limits its size and adds its digests, by which a later alteration can be detected."""

import msgspec

from fiskil_harness.gate.digests import Digests, digest
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import bounded, fitted, fitted_excerpts


def completed(whole: GateResult, *, config: str) -> GateResult:
    """Return *whole* with as many stories and pictures as fit, and with digests.

    Args:
        config: The digest of the config.
    """
    failed = {scenario.scenario for scenario in whole.result.scenarios if scenario.verdict is Verdict.FAIL}
    ran = {scenario.scenario for scenario in whole.result.scenarios}
    limited = msgspec.structs.replace(
        whole,
        excerpts=fitted_excerpts(whole.excerpts),
        stories=fitted((story for story in whole.stories if story.scenario in ran), first=failed),
        pictures=bounded(whole.pictures, first=failed),
    )
    return sealed(limited, config=config)


def sealed(whole: GateResult, *, config: str) -> GateResult:
    """Return *whole* with digests of its content.

    Args:
        config: The digest of the config.
    """
    return msgspec.structs.replace(whole, digests=_digests_of(whole, config=config))


def altered(whole: GateResult) -> list[str]:
    """Return the parts of *whole* that do not match its digests, as sentence fragments; [] if the report is unchanged."""
    stored, actual = whole.digests, _digests_of(whole, config=whole.digests.config)
    reasons = [
        f"the {name} changed: the digest is {getattr(actual, field)}, but the report has {getattr(stored, field) or 'none'}"
        for field, name in (("evidence", "result"), ("details", "part besides the result"))
        if getattr(actual, field) != getattr(stored, field)
    ]
    if stored.harness != actual.harness:
        reasons.append(f"the version of the run is {actual.harness}, but the digests state {stored.harness or 'none'}")
    if stored.seed != actual.seed:
        reasons.append(f"the seed of the result is {actual.seed}, but the digests state {stored.seed}")
    if not reasons and stored.seal != actual.seal:
        reasons.append("the digests themselves changed: they do not match the seal")
    return reasons


def _digests_of(whole: GateResult, *, config: str) -> Digests:
    plain = msgspec.to_builtins(whole)
    details = {field: part for field, part in plain.items() if field not in {"format", "result", "digests"}}
    digests = Digests(
        evidence=digest(whole.result),
        config=config,
        details=digest(details),
        harness=whole.run.harness,
        seed=whole.result.seed,
    )
    return msgspec.structs.replace(digests, seal=digest(digests))
