"""Does the page report a timeout by the app's own deadline?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.journal.entries.pages import JOURNEY_CONTINUED
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
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

SLACK_S = 1.0
EARLY_S = 0.5
"""Text that appeared at least this long before the app closed the connection is about waiting, not about the failure."""

FIRST_S = 2.0
"""If the app never closed the connection, text until this long after the press is about waiting."""
LIMIT = "app.limits.request_deadline_s"


class ReportsTimeouts(Probe, frozen=True, kw_only=True, tag="reports_timeouts"):
    """Check that the page reports a failure in words by ``request_deadline_s`` if an API response never ends.

    A page that keeps showing progress, or that has not changed, does not report the failure. If the config sets no deadline,
    exceeding the default is INCONCLUSIVE. An app that continues the journey in spite of it has no failure to report.
    """

    is_general = True
    needs = (PAGES,)
    expected = "a page that states in words that the request failed, by the request deadline"
    source = "errors.timeout"
    fix = "limit the whole wait of an end user by one deadline, then show a page that states what to do next"

    def examine(self, journal: Journal) -> Finding:
        """Judge the page after each press."""
        limits = limits_of(journal)
        if limits is None or not journal.all(PageView):
            return self.inconclusive("no page was viewed", hook=PAGES)
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
            return self.fails(bad[0].observed, evidence=evidence, cases=cases)
        doubtful = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            hook = LIMIT if not is_promised and doubtful[0].observed == _UNPROMISED else ""
            return self.inconclusive(doubtful[0].observed, hook=hook, cases=cases)
        continued = [case for case in cases if case.observed == _CONTINUED]
        some_continued = f"{len(continued)} of {len(cases)} journeys continued in spite of the held call"
        observed = some_continued if continued else _REPORTED
        return self.passes(observed, examined=len(cases), cases=cases)


_CONTINUED = "the journey continued in spite of the held call"
_REPORTED = "each wait ended with a failure reported in words"
_UNPROMISED = "the page reported no failure for a long time, but the config promises no deadline"


def _case(journal: Journal, press: Pressed, *, deadline_s: float, is_promised: bool) -> Case:
    views = views_after(journal, press, STALLED)
    name = views[-1].cause if views else press.page
    if not press.problem and views and views[-1].problem == JOURNEY_CONTINUED and held_calls(journal, press):
        return Case(name=name, verdict=Verdict.PASS, observed=_CONTINUED)
    problem = _why_unobserved(journal, press, views)
    if problem:
        return _uncertain(name, problem)
    last, before = views[-1], view_before(journal, press)
    flaw = flaw_of(last)
    if flaw:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"when the app gave up, the page {flaw}")
    earlier = [view for view in (before, *_waiting_views(journal, press, last)) if view is not None and is_readable(view)]
    if last.after_s > deadline_s:
        return _late_case(name, earlier, last, is_promised=is_promised)
    fresh = _fresh_sentences(earlier, last)
    problem = why_not_helpful(last, fresh_text="\n".join(fresh)) if fresh else "had no new text yet"
    if problem:
        return _uncertain(name, f"when the app gave up, the page {problem}")
    return Case(name=name, verdict=Verdict.PASS, observed="the failure was reported in words")


def _why_unobserved(journal: Journal, press: Pressed, views: list[PageView]) -> str:
    """Return why the result of the press was not observed, or '' if it was observed."""
    if press.problem or not views:
        return f"the result of the press was not observed: {press.problem or 'the page was not viewed'}"
    if not held_calls(journal, press):
        return "no API call of the app was held after the press"
    if is_readable(views[-1]):
        return ""
    return f"the page could not be read: {views[-1].problem or 'there was no response'}"


def _waiting_views(journal: Journal, press: Pressed, last: PageView) -> list[PageView]:
    """Return the views whose text is about waiting: those until shortly before the app closed the connection.

    If the app never closed the connection, return the first views after the press.
    """
    views = views_after(journal, press, WAITING)
    ends = [call.ended_s for call in held_calls(journal, press) if call.ended_s <= last.at_s]
    if not ends:
        return [view for view in views if view.after_s <= FIRST_S]
    return [view for view in views if view.at_s <= max(ends) - EARLY_S]


def _late_case(name: str, earlier: list[PageView], last: PageView, *, is_promised: bool) -> Case:
    if not is_promised:
        return _uncertain(name, _UNPROMISED)
    if has_sentence("\n".join(_fresh_sentences(earlier, last))):
        return _uncertain(name, "the page seems to have reported the failure after the request deadline")
    is_unchanged = any(gist(view) == gist(last) for view in earlier)
    if not is_unchanged or last.covers:
        return _uncertain(name, "the page had too little new text at the request deadline to judge")
    return Case(
        name=name, verdict=Verdict.FAIL, observed="the page did not report by the request deadline that the request failed"
    )


def _fresh_sentences(earlier: list[PageView], last: PageView) -> tuple[str, ...]:
    """Return the sentences that the page showed neither before the press nor while the app was waiting."""
    fresh = sentences(last.text)
    for view in earlier:
        fresh = tuple(sentence for sentence in fresh if sentence in new_text(view, last))
    return fresh


def _uncertain(name: str, observed: str) -> Case:
    return Case(name=name, verdict=Verdict.INCONCLUSIVE, observed=observed)
