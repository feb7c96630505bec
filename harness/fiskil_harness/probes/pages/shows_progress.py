"""Does the end user see at once that something happens, when the way to the consent page takes long?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Case, Finding, Verdict
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
from fiskil_harness.probes.probe import PlainProbe

WINDOW_S = 1.0
"""So soon after the press something must show, in real seconds."""

LATEST_S = 2.0
"""What first shows so late proves nothing: nobody looked in time."""


class ShowsProgress(PlainProbe, frozen=True, kw_only=True, tag="shows_progress"):
    """While the auth session is slow to open, something new shows within a second of the press, on a phone as on a desk.

    A progress bar, an announced status, new words, a button that cannot be pressed again, or a page of its own: any of it
    will do. The browser's own sign that it is loading does not count, because people do not see it in the page.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "a sign of progress in the page within 1 s of the press"
    source: ClassVar[str] = "practices: show progress while linking"
    fix: ClassVar[str] = "on submit disable the button and show a line with role=status; ask for the auth session after that"

    def examine(self, journal: Journal) -> Finding:
        """Compare what was seen before each press with what was seen while the app was waiting."""
        if not journal.all(PageView):
            return self.inconclusive("nobody saw a page", hook=PAGES)
        pressed = presses(journal)
        lacking = [each_pressed.problem for each_pressed in pressed if each_pressed.problem]
        if lacking or not pressed:
            return self.inconclusive(f"nothing was pressed: {lacking[0]}" if lacking else "nothing was pressed")
        doubts: list[str] = []
        for press in pressed:
            seen = _judge(journal, press)
            if seen.verdict is Verdict.FAIL:
                evidence = (f"{press.text or press.page}: nothing changed, and the app was still waiting for the API",)
                return self.fails(seen.observed, evidence=evidence, examined=len(pressed))
            doubts += [seen.observed] if seen.verdict is Verdict.INCONCLUSIVE else []
        if doubts:
            return self.inconclusive(doubts[0])
        return self.passes("something showed within 1 s of the press", examined=len(pressed))


def _judge(journal: Journal, press: Pressed) -> Case:
    """What one press showed, on a desk and wherever else the page had been looked at before."""
    befores, looks = views_before(journal, press), _looks(journal, press)
    if not befores or not any(look.width_px == befores[-1].width_px for look in looks):
        return _case(press, Verdict.INCONCLUSIVE, _why_unseen(journal, press))
    desk, *narrower = reversed(befores)
    wide = [look for look in looks if look.width_px == desk.width_px]
    if not _has_sign(desk, wide):
        if _is_still(desk, [view for view in wide if is_waiting(journal, press, view)]):
            return _case(press, Verdict.FAIL, "nothing on the page changed within 1 s of the press")
        return _case(press, Verdict.INCONCLUSIVE, _ONLY_PICTURE)
    if any(_is_elsewhere(desk, view) for view in wide):
        return _case(press, Verdict.PASS, "")
    for before in narrower:
        case = _judge_narrower(journal, press, before, [desk, *wide], looks)
        if case.verdict is not Verdict.PASS:
            return case
    return _case(press, Verdict.PASS, "")


def _judge_narrower(journal: Journal, press: Pressed, before: PageView, wide: list[PageView], looks: list[PageView]) -> Case:
    """Whether the sign that shows on a desk shows there as well; what had gone from the desk meanwhile proves nothing."""
    px = before.width_px
    narrow = [look for look in looks if look.width_px == px]
    if not narrow:
        return _case(press, Verdict.INCONCLUSIVE, f"the page was not seen at {px} px while the app was waiting")
    if _has_sign(before, narrow):
        return _case(press, Verdict.PASS, "")
    desk, *after = wide
    is_lasting = any(
        view.at_s > narrow[-1].at_s and is_waiting(journal, press, view) and _signs(desk, view) for view in after
    )
    if is_lasting and _is_still(before, [view for view in narrow if is_waiting(journal, press, view)]):
        return _case(press, Verdict.FAIL, f"nothing on the page changed within 1 s of the press at {px} px")
    return _case(press, Verdict.INCONCLUSIVE, f"whether anything showed in time at {px} px cannot be told")


_ONLY_PICTURE = "whether anything but the picture changed in time cannot be told"


def _case(press: Pressed, verdict: Verdict, seen: str) -> Case:
    return Case(name=press.text or press.page, verdict=verdict, observed=seen)


def _has_sign(before: PageView, looks: list[PageView]) -> bool:
    return any(_is_in_time(look) and _signs(before, look) for look in looks)


def _is_elsewhere(before: PageView, after: PageView) -> bool:
    """Whether another page is there, which is a sign at every width."""
    return before.url.partition("#")[0] != after.url.partition("#")[0]


def _is_still(before: PageView, looks: list[PageView]) -> bool:
    """Whether nothing at all had changed a second after the press, not even in the picture."""
    late = [look for look in looks if look.after_s >= WINDOW_S]
    return bool(late) and not any(_signs(before, look) or _is_other_picture(before, look) for look in looks)


def _looks(journal: Journal, press: Pressed) -> list[PageView]:
    found = views_after(journal, press, WAITING)
    return [view for view in found if is_readable(view) and was_viewed_before_response(journal, press, view)]


def _why_unseen(journal: Journal, press: Pressed) -> str:
    found = views_after(journal, press, WAITING)
    lacking = [view.problem for view in found if view.problem]
    if lacking:
        return f"the page was not seen while the app was waiting: {lacking[0]}"
    return "the app was not waiting for the API when the page was looked at"


def _is_in_time(look: PageView) -> bool:
    return look.after_s <= LATEST_S


def _signs(before: PageView, after: PageView) -> bool:
    """Whether a person can see in the page that something happens: new words, a new sign, other controls, another page."""
    return (
        bool(set(after.signs) - set(before.signs))
        or bool(new_text(before, after))
        or before.controls != after.controls
        or _is_elsewhere(before, after)
    )


def _is_other_picture(before: PageView, after: PageView) -> bool:
    """Whether the pictures differ; without a picture of both, they may."""
    return not before.digest or before.digest != after.digest
