"""Is the end user told, by the app's own deadline, that what they wait for did not come?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.journal.queries.page_messages import (
    flaw_of,
    gist,
    has_sentence,
    is_readable,
    new_text,
    sentences,
    why_not_helpful,
)
from fiskil_harness.journal.queries.waits import STALLED, WAITING, held_calls, limits_of, presses, view_before, views_after
from fiskil_harness.probes.probe import PlainProbe

SLACK_S = 1.0
EARLY_S = 0.5
"""What showed so long before the app hung up was about the wait."""

FIRST_S = 2.0
LIMIT = "app.limits.request_deadline_s"


class ReportsTimeouts(PlainProbe, frozen=True, kw_only=True, tag="reports_timeouts"):
    """Where an answer of the API never ends, the page says so in words by ``request_deadline_s``.

    A page that goes on showing progress, or is as it was before, has told nobody anything. Nobody is held to a deadline
    that the config does not promise.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "a page that says in words that it did not work, by the request deadline"
    source: ClassVar[str] = "errors.timeout"
    fix: ClassVar[str] = "bound what a person waits for by one deadline, and answer with a page that says what to do next"

    def examine(self, journal: Journal) -> Finding:
        """Look at what each press came to."""
        limits = limits_of(journal)
        if limits is None or not journal.all(PageView):
            return self.inconclusive("nobody saw a page", hook=PAGES)
        is_promised = "request_deadline_s" not in limits.assumed
        cases = tuple(
            _case(journal, press, deadline_s=limits.request_deadline_s + SLACK_S, is_promised=is_promised)
            for press in presses(journal)
        )
        if not cases:
            return self.inconclusive("nothing was pressed")
        bad = [case for case in cases if case.verdict is Verdict.FAIL]
        if bad:
            evidence = tuple(f"{case.name}: {case.observed}" for case in bad)
            return self.fails(bad[0].observed, evidence=evidence, examined=len(cases), cases=cases)
        doubtful = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            hook = "" if is_promised else LIMIT
            return self.inconclusive(
                doubtful[0].observed, hook=hook if doubtful[0].observed == _UNPROMISED else "", cases=cases
            )
        return self.passes("whoever waited was told in words", examined=len(cases), cases=cases)


_UNPROMISED = "the page said nothing for long, but no deadline was promised"


def _case(journal: Journal, press: Pressed, *, deadline_s: float, is_promised: bool) -> Case:
    looks = views_after(journal, press, STALLED)
    name = looks[-1].cause if looks else press.page
    unseen = _why_unseen(journal, press, looks)
    if unseen:
        return _doubt(name, unseen)
    last, before = looks[-1], view_before(journal, press)
    flaw = flaw_of(last)
    if flaw:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"when the app gave up, the page {flaw}")
    known = [view for view in (before, *_meanwhile(journal, press, last)) if view is not None and is_readable(view)]
    if last.after_s > deadline_s:
        return _late(name, known, last, is_promised=is_promised)
    told = _news(known, last)
    doubt = why_not_helpful(last, fresh_text="\n".join(told)) if told else "says nothing new yet"
    if doubt:
        return _doubt(name, f"when the app gave up, the page {doubt}")
    return Case(name=name, verdict=Verdict.PASS, observed="said in words")


def _why_unseen(journal: Journal, press: Pressed, looks: list[PageView]) -> str:
    """Why nobody knows what the press came to; empty where somebody does."""
    if press.problem or not looks:
        return f"nobody saw what came of the press: {press.problem or 'no look was taken'}"
    if not held_calls(journal, press):
        return "no call of the app was held up after the press"
    return "" if is_readable(looks[-1]) else f"the page was not seen: {looks[-1].problem or 'there was no answer'}"


def _meanwhile(journal: Journal, press: Pressed, last: PageView) -> list[PageView]:
    """What the page said while the app was still at it, by when it hung up; of an app that never did, what it said first."""
    looks = views_after(journal, press, WAITING)
    ends = [held_call.ended_s for held_call in held_calls(journal, press) if held_call.ended_s <= last.at_s]
    if not ends:
        return [look for look in looks if look.after_s <= FIRST_S]
    return [look for look in looks if look.at_s <= max(ends) - EARLY_S]


def _late(name: str, known: list[PageView], last: PageView, *, is_promised: bool) -> Case:
    if not is_promised:
        return _doubt(name, _UNPROMISED)
    if has_sentence("\n".join(_news(known, last))):
        return _doubt(name, "the page said it late, as far as could be measured")
    is_as_before = any(gist(view) == gist(last) for view in known)
    if not is_as_before or last.veils:
        return _doubt(name, "the page said too little by the request deadline to tell")
    return Case(
        name=name, verdict=Verdict.FAIL, observed="the page had not said by the request deadline that it did not work"
    )


def _news(known: list[PageView], last: PageView) -> tuple[str, ...]:
    """What the page says that it said neither before the press nor while the app was still at it."""
    fresh = sentences(last.text)
    for view in known:
        fresh = tuple(told for told in fresh if told in new_text(view, last))
    return fresh


def _doubt(name: str, seen: str) -> Case:
    return Case(name=name, verdict=Verdict.INCONCLUSIVE, observed=seen)
