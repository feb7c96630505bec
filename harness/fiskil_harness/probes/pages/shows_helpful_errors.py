"""Does the end user learn in words what went wrong and what to do next, whatever went wrong?"""

from itertools import groupby
from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model import Ending
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Journal, PageView
from fiskil_harness.journal.queries.page_messages import code_in, flaw_of, gist, is_readable, new_text, why_not_helpful
from fiskil_harness.journal.queries.page_timeline import is_still_calling, views_before_failure, views_during_call
from fiskil_harness.probes.probe import PlainProbe

FAILED, PLAIN = "failed", "plain"
CODES = tuple(ending.value for ending in Ending if ending is not Ending.APPROVED)
RETRYABLE = frozenset({Ending.OTP_FAILURE.value, Ending.TIMED_OUT.value, Ending.UPSTREAM_FAILURE.value})
CHOSEN = frozenset({Ending.CANCELLED.value, Ending.DENIED.value})
FINAL = frozenset({Ending.INELIGIBLE.value})
"""What the same end user cannot mend by the same once more: the institution has to act first."""


class ShowsHelpfulErrors(PlainProbe, frozen=True, kw_only=True, tag="shows_helpful_errors"):
    """After each error the page says in words what happened and gives a next step; codes, traces and JSON help nobody.

    What can be tried again and what cannot must not read the same. In which language it is said is the app's affair, and so
    is a reference that stands beside the words; where that is a code of Fiskil's, it is worth a remark.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "a page that says what happened and what to do next, in words of its own where that is final"
    source: ClassVar[str] = "journey.error-types"
    fix: ClassVar[str] = "keep words for each error_type and a general text for unknown ones; leave codes to the log"

    def examine(self, journal: Journal) -> Finding:
        """Look at what was shown after each error, at every width."""
        looks = [view for view in journal.all(PageView) if view.moment == FAILED]
        if not looks:
            return self.inconclusive("nobody saw a page after an error", hook=PAGES)
        cases = tuple(_case(journal, cause, seen) for cause, seen in _by_cause(looks).items())
        bad = [case for case in cases if case.verdict is Verdict.FAIL]
        if bad:
            evidence = tuple(f"{case.name}: {case.observed}" for case in bad)
            return self.fails(f"after {bad[0].name} {bad[0].observed}", evidence=evidence, examined=len(cases), cases=cases)
        same = _the_same(looks)
        if same and _is_all(same, looks):
            seen = "errors that can be tried again and one that cannot show the very same text"
            evidence = tuple(f"the same text: {text}" for text in same)
            return self.fails(seen, evidence=evidence, examined=len(cases), cases=cases)
        doubtful = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            return self.inconclusive(f"after {doubtful[0].name} {doubtful[0].observed}", cases=cases)
        advice = tuple(f"{text} reads like an error that trying again may mend" for text in same if text in FINAL)
        advice += _codes_shown(looks)
        told = "the error is" if len(cases) == 1 else f"each of {len(cases)} errors is"
        return self.passes(f"{told} told in words", examined=len(cases), advice=advice, cases=cases)


def _by_cause(looks: list[PageView]) -> dict[str, list[PageView]]:
    ordered = sorted(looks, key=lambda view: view.cause)
    return {cause: list(seen) for cause, seen in groupby(ordered, key=lambda view: view.cause)}


def _case(journal: Journal, cause: str, looks: list[PageView]) -> Case:
    seen = [look for look in looks if is_readable(look)]
    flaws = [(view, flaw_of(view, codes=CODES, fresh_text=_told(journal, view)) or _silence(journal, view)) for view in seen]
    for look, flaw in flaws:
        if flaw:
            return Case(name=cause, verdict=Verdict.FAIL, observed=f"the {look.page} page {flaw}")
    doubts = [(look, why_not_helpful(look, fresh_text=_told_at_last(journal, look))) for look in looks]
    for look, doubt in doubts:
        if doubt:
            return Case(name=cause, verdict=Verdict.INCONCLUSIVE, observed=f"the {look.page} page {doubt}")
    return Case(name=cause, verdict=Verdict.PASS, observed="said in words")


def _codes_shown(looks: list[PageView]) -> tuple[str, ...]:
    """The codes that stand beside words: they tell people nothing, and take nothing from them either."""
    told = {
        f"the {look.page} page shows the code {code} beside its words": ""
        for look in looks
        if (code := code_in(look.text, CODES))
    }
    return tuple(told)


def _silence(journal: Journal, look: PageView) -> str:
    """Whether the page is the very one that was there before, though the end user has not turned back by themselves."""
    is_chosen = look.cause in CHOSEN or bool(look.veils)
    if is_chosen or _told(journal, look) or not look.text:
        return ""
    if not _new_since(_plain(journal, look), look):
        return "is as it was before, and says nothing of it"
    return "" if is_still_calling(journal, look) else "says only what it said before anything had failed"


def _told(journal: Journal, look: PageView) -> str:
    """What the page says, without what it said before the journey began or before anything in it had failed."""
    return _new_since([*_plain(journal, look), *views_before_failure(journal, look)], look)


def _told_at_last(journal: Journal, look: PageView) -> str:
    """What the page says, without what it said while the app was still at it besides: that may have been about the wait."""
    known = [*views_before_failure(journal, look), *views_during_call(journal, look)]
    return _new_since([*_plain(journal, look), *known], look)


def _plain(journal: Journal, look: PageView) -> list[PageView]:
    """The page as it was before the journey began, where somebody saw it."""
    wanted = (look.participant, look.width_px, PLAIN)
    earlier = [view for view in journal.all(PageView) if view.at_s <= look.at_s and is_readable(view)]
    return [view for view in earlier if (view.participant, view.width_px, view.moment) == wanted][-1:]


def _new_since(earlier: list[PageView], look: PageView) -> str:
    if not earlier:
        return look.text
    return "\n".join(
        text for text in new_text(earlier[0], look) if all(text in new_text(other, look) for other in earlier[1:])
    )


def _the_same(looks: list[PageView]) -> tuple[str, ...]:
    """The error types, of both kinds, that read as one of the other kind does."""
    told = [look for look in looks if is_readable(look) and look.cause in RETRYABLE | FINAL]
    alike = {
        cause
        for view in told
        for other in told
        if view.width_px == other.width_px and view.cause in RETRYABLE and other.cause in FINAL and gist(view) == gist(other)
        for cause in (view.cause, other.cause)
    }
    return tuple(sorted(alike))


def _is_all(same: tuple[str, ...], looks: list[PageView]) -> bool:
    """Whether nothing else is ever said, at any width: two errors and more of the one kind, and one of the other."""
    told = [look for look in looks if look.cause in RETRYABLE | FINAL]
    texts = {(view.width_px, gist(view)) for view in told}
    is_one_text = len(texts) == len({view.width_px for view in told}) and all(is_readable(view) for view in told)
    return is_one_text and set(same) == {view.cause for view in told} and len(RETRYABLE & set(same)) > 1
