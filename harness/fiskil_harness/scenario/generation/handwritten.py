"""Short plans, as a person would write them, which are tried first when a generated plan fails.

Usually one of the short plans fails as well. Then no shrinking is needed, and every seed ends with the same plan.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.actions import ABOUT_CONSENT, KILLS, TRUNCATIONS, Act, Facts, Form
from fiskil_harness.scenario.scenario import Scenario

HAND_OVER, REPLAY, LOSE, RESTART = Act("hand_over"), Act("replay"), Act("lose"), Act("restart")
KINDS: dict[str, type] = {
    "forge": steps.Forge,
    "odd": steps.Distort,
    "reencode": steps.Reencode,
    "fail": steps.FailNext,
    "unknown": steps.DeliverUnknownEvent,
    "foreign": steps.DeliverForeign,
    "mixed": steps.DeliverMixed,
    "late": steps.LateRetry,
}
BURSTS = (Act("burst_2"), Act("burst_8"))


def short_plans(form: Form, failing: Scenario) -> Iterator[Scenario]:
    """Yield short plans with the same kinds of steps as *failing*, the simplest first."""
    if form.kind == "everything":
        form = msgspec.structs.replace(form, is_twinned=any(getattr(step, "twin", "") == "c" for step in failing.steps))
    if form.kind in {"forgeries", "everything"}:
        yield from (form.plan(form.least, acts) for acts in _named(form, failing))
    if form.kind == "forgeries":
        return
    for facts in _facts(form, failing):
        for acts in _acts(form, facts, failing):
            yield form.plan(facts, acts)


def _named(form: Form, failing: Scenario) -> Iterator[list[Act]]:
    """Yield short lists of acts for each special message in *failing*, such as a forgery: alone, or with a genuine one."""
    for verb, kind in KINDS.items():
        for name in dict.fromkeys(_name_of(step) for step in failing.steps if isinstance(step, kind)):
            act = Act(verb, names=(name,) if name else ())
            if verb in ABOUT_CONSENT:
                yield [HAND_OVER, act]
            elif form.kind == "everything":
                yield from ([act], [act, HAND_OVER])
            else:
                yield [act]


def _name_of(step: Any) -> str:
    return str(getattr(step, "name", getattr(step, "at", "")))


def _facts(form: Form, failing: Scenario) -> Iterator[Facts]:
    yield form.least
    if _has(failing, steps.Revoke):
        yield msgspec.structs.replace(form.least, is_revoked=True)
    if form.has_twins and _has(failing, steps.TouchConsent):
        yield msgspec.structs.replace(form.least, more=("touch_consent",))


def _acts(form: Form, facts: Facts, failing: Scenario) -> Iterator[list[Act]]:
    if form.kind in {"order", "everything"}:
        yield [Act("hand_over", facts.count - 1)]
    if facts != form.least:
        return
    yield [HAND_OVER, HAND_OVER]
    yield [HAND_OVER, REPLAY]
    if _has(failing, steps.Restart):
        yield [HAND_OVER, RESTART]
        yield [HAND_OVER, RESTART, HAND_OVER]
    if _has(failing, steps.LoseAcknowledgement):
        yield [LOSE]
    if _has(failing, steps.TruncateRequest):
        yield from ([Act(verb)] for verb in TRUNCATIONS)
    if _has(failing, steps.KillDuringDelivery):
        yield from ([Act(kill)] for kill in KILLS)
    if _has(failing, steps.Burst):
        yield from ([burst] for burst in BURSTS)


def _has(plan: Scenario, kind: type) -> bool:
    return any(isinstance(step, kind) for step in plan.steps)
