"""Lives as Hypothesis draws them, and how one that fails is cut down.

Of what is drawn, most are pairs that no life had yet, so that few lives bring many things together. Which those are
depends on what was laid out, never on what an app did with it: one seed draws the same lives.
"""

from collections.abc import Iterator, Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from fiskil_harness.journal import Bite, Exchange, Journal, TokensExpired
from fiskil_harness.journal.queries.api_calls import is_fine
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario.generation.life_actions import ANYWHERE, API_FAULTS, ENDINGS, IN_WALKS, VERBS
from fiskil_harness.scenario.generation.life_plans import Action, LifePlan

VARIANTS = 8
SOME_PAIRS = 4
SOME_MORE = 2
AFTER_END = 2
ENDINGS_OF_A_LIFE = (1, 0)
"""Whoever still has a consent at the end shows more: all rows, and the newest ones."""

MANY = 9999
ORDINARY = "hand_over"
UNDONE = "every_step_done"
UNBITTEN = "every_fault_bit"


@st.composite
def life_plans(draw: DrawFn, hooks: frozenset[str], verbs: Sequence[str], pairs: Sequence[tuple[str, str]]) -> LifePlan:
    """Lives of some of *pairs*, in either order, and of a few more of *verbs*: long ones, for what fails is cut."""
    number = st.integers(0, VARIANTS - 1)
    deeds: list[Action] = []
    for part in range(SOME_PAIRS):
        at, is_turned = draw(st.integers(0, MANY)), draw(st.booleans())
        pair = pairs[(at + part * len(pairs) // SOME_PAIRS) % len(pairs)]
        both = [Action(verb, draw(number)) for verb in pair]
        deeds += reversed(both) if is_turned else both
    words = (*verbs, ORDINARY)
    for _ in range(SOME_MORE):
        word = words[draw(st.integers(0, MANY)) % len(words)]
        deeds.insert(draw(st.integers(0, len(deeds))), Action(word, draw(number)))
    most = draw(st.sampled_from(ENDINGS_OF_A_LIFE))
    return LifePlan(actions=tuple(endings_late(deeds, most)), hooks=hooks)


def endings_late(deeds: Sequence[Action], most: int) -> list[Action]:
    """*deeds* with so many endings at most, and little after one: most of what comes after an end cannot happen."""
    ends = [deed for deed in deeds if deed.verb in ENDINGS][:most]
    rest = [deed for deed in deeds if deed.verb not in ENDINGS]
    at = len(rest) - AFTER_END if len(rest) > AFTER_END else len(rest)
    return [*rest[:at], *ends, *rest[at:]]


def shorter(life: LifePlan) -> Iterator[LifePlan]:
    """Lives with less in them: without one half, then without one deed, the later ones first, then with plainer ones."""
    deeds = life.actions
    half = len(deeds) // 2
    if half > 1:
        yield _with(life, deeds[half:])
        yield _with(life, deeds[:half])
    for at in reversed(range(len(deeds))):
        yield _with(life, (*deeds[:at], *deeds[at + 1 :]))
    for at, deed in enumerate(deeds):
        if deed.number:
            yield _with(life, (*deeds[:at], msgspec.structs.replace(deed, number=0), *deeds[at + 1 :]))


def _with(life: LifePlan, deeds: tuple[Action, ...]) -> LifePlan:
    return msgspec.structs.replace(life, actions=deeds)


def happened(life: LifePlan, journal: Journal, findings: Sequence[Finding]) -> tuple[str, ...]:
    """The verbs of *life* that came to pass, faults only where they bit; none where the plan came to no end."""
    if any(finding.probe == UNDONE for finding in findings):
        return ()
    bitten = {bite.fault for bite in journal.all(Bite)}
    return tuple(verb for verb in life.verbs() if VERBS[verb].group and _came_to_pass(verb, journal, bitten))


def _came_to_pass(verb: str, journal: Journal, bitten: set[str]) -> bool:
    if verb not in API_FAULTS:
        return True
    if verb == "expire_tokens":
        return _was_felt(journal)
    if verb == "unauthorised":
        return "Unauthorised()" in bitten
    fault = ANYWHERE[verb] if verb in ANYWHERE else IN_WALKS[verb][0]
    return repr(fault).replace("'", "") in bitten


def _was_felt(journal: Journal) -> bool:
    """Whether a dead token was used, or a new one taken after every one had died."""
    died_s = [
        tokens_expired.at_s
        for tokens_expired in (*journal.all(TokensExpired), *journal.all(Bite))
        if _kills_tokens(tokens_expired)
    ]
    return any(
        call.status == 401 or (call.route == "token" and call.at_s > min(died_s, default=call.at_s))
        for call in journal.all(Exchange)
        if not call.is_stray
    )


def _kills_tokens(entry: object) -> bool:
    return isinstance(entry, TokensExpired) or getattr(entry, "fault", "").startswith("ExpireTokens")


def is_unwell(journal: Journal) -> bool:
    """Whether a token died, or was refused, and no later call shows that the app goes on: the next plan would suffer."""
    made = [call for call in journal.all(Exchange) if not call.is_stray and call.route != "token"]
    deaths = [
        tokens_expired.at_s
        for tokens_expired in (*journal.all(TokensExpired), *journal.all(Bite))
        if _kills_tokens(tokens_expired)
    ]
    deaths += [call.at_s for call in made if call.status == 401]
    return bool(deaths) and not any(call.at_s > max(deaths) and is_fine(call) for call in made)


def decisive_findings(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of a life without what it has no say in: a fault that found nothing to bite, a probe with nothing to see.

    One that saw something comes first.
    """
    kept = [finding for finding in findings if finding.probe != UNBITTEN]
    return sorted(kept, key=lambda finding: finding.verdict is Verdict.INCONCLUSIVE and finding.probe != UNDONE)
