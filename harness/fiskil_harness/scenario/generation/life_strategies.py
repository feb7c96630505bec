"""Hypothesis strategies that draw life plans, and the shrinking of a failing life plan.

Most actions are drawn as pairs of verbs that no earlier plan has combined, so that few plans cover many combinations. The
pairs depend on the earlier plans, never on the app's behaviour, so the same seed always draws the same plans.
"""

from collections.abc import Iterator, Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fiskil_harness.journal import Bite, Exchange, Journal
from fiskil_harness.journal.queries.tokens import expiry_times_s
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario.generation.life_actions import ANYWHERE, API_FAULTS, ENDINGS, IN_WALKS, VERBS
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan

VARIANTS = 8
SOME_PAIRS = 4
SOME_MORE = 2
AFTER_END = 2
ENDINGS_OF_A_LIFE = (1, 0)
"""Choices for the number of ended consents in a plan. With 0, the consent stays active, and all rows can be checked."""

MANY = 9999
ORDINARY = "hand_over"
INCOMPLETE = "every_step_done"
UNUSED_FAULT = "every_fault_bit"


@st.composite
def life_plans(draw: DrawFn, hooks: frozenset[str], verbs: Sequence[str], pairs: Sequence[tuple[str, str]]) -> LifePlan:
    """Draw a life plan from some of *pairs*, each in either order, and a few of *verbs*; failing plans are shrunk later."""
    number = st.integers(0, VARIANTS - 1)
    actions: list[Action] = []
    for part in range(SOME_PAIRS):
        at, is_reversed = draw(st.integers(0, MANY)), draw(st.booleans())
        pair = pairs[(at + part * len(pairs) // SOME_PAIRS) % len(pairs)]
        both = [Action(verb, draw(number)) for verb in pair]
        actions += reversed(both) if is_reversed else both
    all_verbs = (*verbs, ORDINARY)
    for _ in range(SOME_MORE):
        verb = all_verbs[draw(st.integers(0, MANY)) % len(all_verbs)]
        actions.insert(draw(st.integers(0, len(actions))), Action(verb, draw(number)))
    most = draw(st.sampled_from(ENDINGS_OF_A_LIFE))
    return LifePlan(actions=tuple(endings_late(actions, most)), hooks=hooks)


def endings_late(actions: Sequence[Action], most: int) -> list[Action]:
    """Return *actions* with at most *most* endings of consents, placed late: few actions are possible after an ending."""
    ends = [action for action in actions if action.verb in ENDINGS][:most]
    rest = [action for action in actions if action.verb not in ENDINGS]
    at = len(rest) - AFTER_END if len(rest) > AFTER_END else len(rest)
    return [*rest[:at], *ends, *rest[at:]]


def shorter(life: LifePlan) -> Iterator[LifePlan]:
    """Yield smaller life plans: first without one half, then without one action, then with a simpler variant of one."""
    actions = life.actions
    half = len(actions) // 2
    if half > 1:
        yield _with(life, actions[half:])
        yield _with(life, actions[:half])
    for at in reversed(range(len(actions))):
        yield _with(life, (*actions[:at], *actions[at + 1 :]))
    for at, action in enumerate(actions):
        if action.number:
            yield _with(life, (*actions[:at], msgspec.structs.replace(action, number=0), *actions[at + 1 :]))


def _with(life: LifePlan, actions: tuple[Action, ...]) -> LifePlan:
    return msgspec.structs.replace(life, actions=actions)


def happened(life: LifePlan, journal: Journal, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the verbs of *life* that really happened: faults only if they bit, and no verb if the run was incomplete."""
    if any(finding.probe == INCOMPLETE for finding in findings):
        return ()
    bitten = {bite.fault for bite in journal.all(Bite)}
    return tuple(verb for verb in life.verbs() if VERBS[verb].group and _has_happened(verb, journal, bitten))


def _has_happened(verb: str, journal: Journal, bitten: set[str]) -> bool:
    if verb not in API_FAULTS:
        return True
    if verb == "expire_tokens":
        return _was_token_renewed(journal)
    if verb == "unauthorised":
        return "Unauthorised()" in bitten
    fault = ANYWHERE[verb] if verb in ANYWHERE else IN_WALKS[verb][0]
    return repr(fault).replace("'", "") in bitten


def _was_token_renewed(journal: Journal) -> bool:
    """Return true if the app used an expired token, or requested a new token after the tokens had expired."""
    expired_s = expiry_times_s(journal)
    return any(
        call.status == 401 or (call.route == "token" and call.at_s > min(expired_s, default=call.at_s))
        for call in journal.all(Exchange)
        if not call.is_of_earlier_scenario
    )


def decisive_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings without those about unused faults; inconclusive findings of probes come last."""
    relevant = [finding for finding in findings if finding.probe != UNUSED_FAULT]
    return sorted(relevant, key=lambda finding: finding.verdict is Verdict.INCONCLUSIVE and finding.probe != INCOMPLETE)
