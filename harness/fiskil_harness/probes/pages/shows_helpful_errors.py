"""Does the page state, after every error, what happened and what to do next?"""

import re
from itertools import groupby

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model import Ending
from fiskil_harness.journal import Journal, PageView
from fiskil_harness.journal.queries.page_messages import (
    blames_end_user,
    code_in,
    flaw_of,
    gist,
    is_readable,
    new_text,
    why_not_helpful,
)
from fiskil_harness.journal.queries.page_text import markup
from fiskil_harness.journal.queries.page_timeline import is_still_calling, views_before_failure, views_during_call
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

FAILED = "failed"
PLAIN = "plain"
AFTER_JOURNEY = "cancelled"
"""Name of the app's page after a journey that failed."""
CODES = tuple(ending.value for ending in Ending if ending is not Ending.APPROVED)
RETRYABLE = frozenset({Ending.OTP_FAILURE.value, Ending.TIMED_OUT.value, Ending.UPSTREAM_FAILURE.value})
CHOSEN = frozenset({Ending.CANCELLED.value, Ending.DENIED.value})
FINAL = frozenset({Ending.INELIGIBLE.value})
"""Final errors: a retry by the same end user is useless, because the institution has to act first."""

UNESCAPED = "renders the markup in the description of the error: the app does not escape what it received"

NOT_CHOSEN = frozenset({Ending.OTP_FAILURE.value, Ending.UPSTREAM_FAILURE.value, *FINAL})
"""Errors after which the end user wanted to continue. After a timeout the end user may have left."""


class ShowsHelpfulErrors(Probe, frozen=True, kw_only=True, tag="shows_helpful_errors"):
    """Check that the page after each error states what happened and offers a next step, in words for people.

    A code, a stack trace or JSON is not enough. Errors that the end user can retry and final errors must have different
    texts. The language is not judged. A reference next to the words is allowed; an error code of Fiskil gives advice.
    Markup in the description of an error must not become part of the page; the escaped text is allowed.
    """

    is_general = True
    needs = (PAGES,)
    expected = "a page that states what happened and what to do next, with a different text for final errors"
    source = "journey.error-types"
    fix = "have a text for each error_type, and one for unknown types; write codes to the log only; escape what you print"

    def examine(self, journal: Journal) -> Finding:
        """Judge the pages shown after each error, at every width."""
        views = [view for view in journal.all(PageView) if view.moment == FAILED]
        if not views:
            return self.inconclusive("no page was viewed after an error", hook=PAGES)
        cases = tuple(_case(journal, cause, group) for cause, group in _by_cause(views).items())
        bad = [case for case in cases if case.verdict is Verdict.FAIL]
        if bad:
            evidence = tuple(f"{case.name}: {case.observed}" for case in bad)
            return self.fails(f"after {bad[0].name} {bad[0].observed}", evidence=evidence, cases=cases)
        same = _indistinct(views)
        if same and _is_single_text(same, views):
            observed = "errors that can be retried and a final error have the same text"
            evidence = tuple(f"the same text: {cause}" for cause in same)
            return self.fails(observed, evidence=evidence, cases=cases)
        doubtful = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            return self.inconclusive(f"after {doubtful[0].name} {doubtful[0].observed}", cases=cases)
        advice = tuple(f"{cause} has the text of an error that can be retried" for cause in same if cause in FINAL)
        advice += _codes_shown(views)
        subject = "the error is" if len(cases) == 1 else f"each of {len(cases)} errors is"
        return self.passes(f"{subject} explained in words", examined=len(cases), advice=advice, cases=cases)


def _by_cause(views: list[PageView]) -> dict[str, list[PageView]]:
    ordered = sorted(views, key=lambda view: view.cause)
    return {cause: list(group) for cause, group in groupby(ordered, key=lambda view: view.cause)}


def _case(journal: Journal, cause: str, views: list[PageView]) -> Case:
    for view in views:
        # The app has written its text, so it knows that the journey is over.
        if view.page == AFTER_JOURNEY and view.is_covered and _text_since_press(journal, view):
            observed = f"the {view.page} page is covered by the consent page or an empty element: its text is out of reach"
            return Case(name=cause, verdict=Verdict.FAIL, observed=observed)
    for view in views:
        if flaw := _flaw(journal, cause, view):
            return Case(name=cause, verdict=Verdict.FAIL, observed=f"the {view.page} page {flaw}")
    for view in views:
        problem = why_not_helpful(view, fresh_text=_text_since_wait(journal, view))
        if problem:
            return Case(name=cause, verdict=Verdict.INCONCLUSIVE, observed=f"the {view.page} page {problem}")
    return Case(name=cause, verdict=Verdict.PASS, observed="explained in words")


def _flaw(journal: Journal, cause: str, view: PageView) -> str:
    """Return the end of a sentence about what is wrong with the page; '' if nothing is, or if it cannot be read."""
    if markup(view).is_injected:
        return UNESCAPED
    if not is_readable(view):
        return ""
    fresh_text = _text_since_press(journal, view)
    flaw = flaw_of(view, codes=_codes(view), fresh_text=fresh_text) or _missing_report(journal, view)
    if not flaw and cause in NOT_CHOSEN and blames_end_user(fresh_text):
        return "states that the end user cancelled, which is another error"
    return flaw


def _codes_shown(views: list[PageView]) -> tuple[str, ...]:
    """Return advice about error codes that pages show in addition to words."""
    advice = {
        f"the {view.page} page shows the code {code} next to its words": ""
        for view in views
        if (code := code_in(view.text, _codes(view)))
    }
    return tuple(advice)


def _codes(view: PageView) -> tuple[str, ...]:
    """Return the error types of Fiskil, and the type that *view* reports if it is an undocumented one."""
    return (*CODES, view.cause) if re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", view.cause) else CODES


def _missing_report(journal: Journal, view: PageView) -> str:
    """Return the end of a sentence if the page does not report the error at all; else ''.

    If the end user cancelled or denied, the page need not report anything.
    """
    may_be_silent = view.cause in CHOSEN or bool(view.covers)
    if may_be_silent or _text_since_press(journal, view) or not view.text:
        return ""
    if not _new_since(_plain_view(journal, view), view):
        return "has not changed and does not report the error"
    return "" if is_still_calling(journal, view) else "shows only text from before the error"


def _text_since_press(journal: Journal, view: PageView) -> str:
    """Return the text of the page without sentences from before the journey or from before the first failed call."""
    return _new_since([*_plain_view(journal, view), *views_before_failure(journal, view)], view)


def _text_since_wait(journal: Journal, view: PageView) -> str:
    """Return the text of the page without sentences from before the journey or from while the app was waiting."""
    earlier = [*views_before_failure(journal, view), *views_during_call(journal, view)]
    return _new_since([*_plain_view(journal, view), *earlier], view)


def _plain_view(journal: Journal, view: PageView) -> list[PageView]:
    """Return a list with the last view from before the journey at the width of *view*; empty if there is none."""
    key = (view.participant, view.width_px, PLAIN)
    earlier = [other for other in journal.all(PageView) if other.at_s <= view.at_s and is_readable(other)]
    return [other for other in earlier if (other.participant, other.width_px, other.moment) == key][-1:]


def _new_since(earlier: list[PageView], view: PageView) -> str:
    if not earlier:
        return view.text
    return "\n".join(
        text for text in new_text(earlier[0], view) if all(text in new_text(other, view) for other in earlier[1:])
    )


def _indistinct(views: list[PageView]) -> tuple[str, ...]:
    """Return the error types that have the same page text although some of them are retryable and others are final."""
    readable = [view for view in views if is_readable(view) and view.cause in RETRYABLE | FINAL]
    alike = {
        cause
        for view in readable
        for other in readable
        if view.width_px == other.width_px and view.cause in RETRYABLE and other.cause in FINAL and gist(view) == gist(other)
        for cause in (view.cause, other.cause)
    }
    return tuple(sorted(alike))


def _is_single_text(same: tuple[str, ...], views: list[PageView]) -> bool:
    """Return True if the page has the same text after all errors, at each width.

    At least two retryable errors and one final error must have occurred.
    """
    judged = [view for view in views if view.cause in RETRYABLE | FINAL]
    texts = {(view.width_px, gist(view)) for view in judged}
    is_one_text = len(texts) == len({view.width_px for view in judged}) and all(is_readable(view) for view in judged)
    return is_one_text and set(same) == {view.cause for view in judged} and len(RETRYABLE & set(same)) > 1
