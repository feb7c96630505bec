"""Does the page show progress at once while the consent page is slow to open?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.journal.queries.page_messages import is_readable, new_text
from fiskil_harness.journal.queries.waits import (
    WAITING,
    is_waiting,
    presses,
    views_after,
    views_before,
    was_viewed_before_response,
)
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

WINDOW_S = 1.0
"""Deadline for a sign of progress after the press, in real seconds."""

LATEST_S = 2.0
"""Real seconds after the press until which a sign of progress must have been observed.

It is longer than ``WINDOW_S``, because a view may be taken late.
"""


class ShowsProgress(Probe, frozen=True, kw_only=True, tag="shows_progress"):
    """Check that a sign of progress appears within a second of a press while the auth session is slow to open.

    The sign must appear at every width. Accepted signs are a progress bar, an announced status, new words, a disabled
    button, and another page. The browser's own loading indicator does not count, because it is outside the page.
    """

    needs = (PAGES,)
    expected = "a sign of progress in the page within 1 s of the press"
    source = "practices: show progress while linking"
    fix = "on submit, disable the button and show a line with role=status; only then create the auth session"

    def examine(self, journal: Journal) -> Finding:
        """Compare the views before each press with those while the app was waiting."""
        if not journal.all(PageView):
            return self.inconclusive("no page was viewed", hook=PAGES)
        pressed = presses(journal)
        problems = [press.problem for press in pressed if press.problem]
        if problems or not pressed:
            return self.inconclusive(f"no control was pressed: {problems[0]}" if problems else "no control was pressed")
        uncertain: list[str] = []
        for press in pressed:
            case = _judge(journal, press)
            if case.verdict is Verdict.FAIL:
                evidence = (f"{press.text or press.page}: nothing changed, and the app was still waiting for the API",)
                return self.fails(case.observed, evidence=evidence)
            uncertain += [case.observed] if case.verdict is Verdict.INCONCLUSIVE else []
        if uncertain:
            return self.inconclusive(uncertain[0])
        return self.passes("a sign of progress appeared within 1 s of the press", examined=len(pressed))


def _judge(journal: Journal, press: Pressed) -> Case:
    """Judge the views after *press*, first at desktop width, then at each narrower width."""
    befores, views = views_before(journal, press), _views(journal, press)
    if not befores or not any(view.width_px == befores[-1].width_px for view in views):
        return _case(press, Verdict.INCONCLUSIVE, _why_unobserved(journal, press))
    desktop, *narrower = reversed(befores)
    wide = [view for view in views if view.width_px == desktop.width_px]
    if not _has_sign(desktop, wide):
        if _is_unchanged(desktop, [view for view in wide if is_waiting(journal, press, view)]):
            return _case(press, Verdict.FAIL, "nothing on the page changed within 1 s of the press")
        return _case(press, Verdict.INCONCLUSIVE, _ONLY_PICTURE)
    if any(_is_elsewhere(desktop, view) for view in wide):
        return _case(press, Verdict.PASS, "")
    for before in narrower:
        case = _judge_narrower(journal, press, before, [desktop, *wide], views)
        if case.verdict is not Verdict.PASS:
            return case
    return _case(press, Verdict.PASS, "")


def _judge_narrower(journal: Journal, press: Pressed, before: PageView, wide: list[PageView], views: list[PageView]) -> Case:
    """Judge if the page shows a sign of progress at the narrower width of *before* too.

    FAIL requires that the sign at desktop width was still there after the narrower view, and so should have been there too.
    """
    px = before.width_px
    narrow = [view for view in views if view.width_px == px]
    if not narrow:
        return _case(press, Verdict.INCONCLUSIVE, f"the page was not viewed at {px} px while the app was waiting")
    if _has_sign(before, narrow):
        return _case(press, Verdict.PASS, "")
    desktop, *after = wide
    is_lasting = any(
        view.at_s > narrow[-1].at_s and is_waiting(journal, press, view) and _has_changed(desktop, view) for view in after
    )
    if is_lasting and _is_unchanged(before, [view for view in narrow if is_waiting(journal, press, view)]):
        return _case(press, Verdict.FAIL, f"nothing on the page changed within 1 s of the press at {px} px")
    return _case(press, Verdict.INCONCLUSIVE, f"the views at {px} px do not show whether a sign appeared in time")


_ONLY_PICTURE = "only the picture of the page may have changed in time, which may not be a sign of progress"


def _case(press: Pressed, verdict: Verdict, observed: str) -> Case:
    return Case(name=press.text or press.page, verdict=verdict, observed=observed)


def _has_sign(before: PageView, views: list[PageView]) -> bool:
    return any(view.after_s <= LATEST_S and _has_changed(before, view) for view in views)


def _is_elsewhere(before: PageView, after: PageView) -> bool:
    """Return True if the browser shows another page, which counts as a sign of progress."""
    return before.url.partition("#")[0] != after.url.partition("#")[0]


def _is_unchanged(before: PageView, views: list[PageView]) -> bool:
    """Return True if neither the content nor the screenshot of the page had changed a second after the press."""
    late = [view for view in views if view.after_s >= WINDOW_S]
    return bool(late) and not any(_has_changed(before, view) or _is_other_picture(before, view) for view in views)


def _views(journal: Journal, press: Pressed) -> list[PageView]:
    views = views_after(journal, press, WAITING)
    return [view for view in views if is_readable(view) and was_viewed_before_response(journal, press, view)]


def _why_unobserved(journal: Journal, press: Pressed) -> str:
    problems = [view.problem for view in views_after(journal, press, WAITING) if view.problem]
    if problems:
        return f"the page could not be read while the app was waiting: {problems[0]}"
    return "the app was not waiting for the API when the page was viewed"


def _has_changed(before: PageView, after: PageView) -> bool:
    """Return True if the page shows progress: new words, a new sign, other controls, another page."""
    return (
        bool(set(after.signs) - set(before.signs))
        or bool(new_text(before, after))
        or before.controls != after.controls
        or _is_elsewhere(before, after)
    )


def _is_other_picture(before: PageView, after: PageView) -> bool:
    """Return True if the screenshots of two views differ, or if one of them is missing."""
    return not before.digest or before.digest != after.digest
