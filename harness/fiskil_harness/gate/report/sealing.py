"""Completes a report: it gets the size that a reader can carry and its digests, by which an alteration shows later."""

import msgspec

from fiskil_harness.gate.digests import Digests, digest
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import bounded, fitted, fitted_excerpts


def completed(whole: GateResult, *, config: str) -> GateResult:
    """*whole* with as much of its stories and pictures as fits, and sealed; *config* is the digest of its config."""
    failed = {scenario.scenario for scenario in whole.result.scenarios if scenario.verdict is Verdict.FAIL}
    ran = {scenario.scenario for scenario in whole.result.scenarios}
    fit = msgspec.structs.replace(
        whole,
        excerpts=fitted_excerpts(whole.excerpts),
        stories=fitted((story for story in whole.stories if story.scenario in ran), first=failed),
        pictures=bounded(whole.pictures, first=failed),
    )
    return sealed(fit, config=config)


def sealed(whole: GateResult, *, config: str) -> GateResult:
    """*whole* with the digests of all that it says; *config* is the digest of its config."""
    return msgspec.structs.replace(whole, digests=_digests(whole, config=config))


def altered(whole: GateResult) -> list[str]:
    """What in *whole* does not fit its digests any more, in words; nothing where it is what it was."""
    told, found = whole.digests, _digests(whole, config=whole.digests.config)
    reasons = [
        f"the {words} changed: its digest is {getattr(found, name)}, and the report says {getattr(told, name) or 'nothing'}"
        for name, words in (("evidence", "result"), ("shown", "part that shows what happened"))
        if getattr(found, name) != getattr(told, name)
    ]
    if told.harness != found.harness:
        reasons.append(f"the version of the run is {found.harness}, and the digests say {told.harness or 'nothing'}")
    if told.seed != found.seed:
        reasons.append(f"the seed of the result is {found.seed}, and the digests say {told.seed}")
    if not reasons and told.seal != found.seal:
        reasons.append("the digests themselves changed: the seal does not fit them")
    return reasons


def _digests(whole: GateResult, *, config: str) -> Digests:
    plain = msgspec.to_builtins(whole)
    rest = {name: part for name, part in plain.items() if name not in {"format", "result", "digests"}}
    made = Digests(
        evidence=digest(whole.result),
        config=config,
        excerpts=digest(rest),
        harness=whole.run.harness,
        seed=whole.result.seed,
    )
    return msgspec.structs.replace(made, seal=digest(made))
