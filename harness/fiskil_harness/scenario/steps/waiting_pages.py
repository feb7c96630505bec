"""Somebody who waits in front of the app's page, in a real browser: for the consent page, and for their data."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from fiskil_harness.app.browser import DESK_PX, PHONE_PX, PageSnapshot, Window
from fiskil_harness.app.browser.page_events import PageEvents
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control, Exchange, PageView, ViewMoment
from fiskil_harness.journal.queries.page_messages import sentences
from fiskil_harness.scenario.steps.pages import Looking, address_of, view_page
from fiskil_harness.scenario.steps.start_linking import MOST_PRESSES, candidates, press

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

SIGN_S, LATEST_S = 1.0, 1.8
"""So long after a press somebody waits for a sign of progress, in real seconds; longer while the app is not calling yet."""

PAST_S = 1.2
"""So long past the app's own deadline somebody goes on waiting."""

GIVEN_UP_S = 4.0
"""A page that has not told anything for so long tells nothing any more."""

BEGINNING_S = 0.5
"""A press that made the app call nothing for so long leads to a page with something more to press."""

DRAWING_S = 1.0
"""A script has drawn by then what can be pressed."""

EARLY_S = 0.5
"""What shows so long before the app hung up is about the wait, and no word about its end."""

TELLING_S = 1.0
"""So soon a page tells what it shows at another width."""

STILL_S, LONG_S = 0.3, 2.5
AGAIN_S = 0.25


class PressConnect(Looking, frozen=True, kw_only=True, tag="press_connect"):
    """The end user presses what begins a journey while the API hangs or fails, and watches the page.

    ``moment`` says for what: for what shows while the app is *waiting*, or for what comes of it in the end, when an answer
    *stalled* or a call *failed*. ``cause`` tells the reader what is wrong with the API.
    """

    moment: Literal["waiting", "stalled", "failed"] = "waiting"
    cause: str = ""
    page: str = "connect"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Press; look within a second, or when something has come of it, or when the app's deadline is over."""
        participant = stage.participant(self.twin)
        watch = Watch(stage, participant, open_page(stage, participant, self.page), cause=self.cause)
        watch.press()
        if self.moment != "failed":
            watch.await_a_sign()
        if self.moment != "waiting":
            watch.await_the_end()
            watch.view_last(self.moment)


class WatchUntilSynced(Looking, frozen=True, kw_only=True, tag="watch_until_synced"):
    """The end user opens a page again and again until it shows something else than before the data came.

    They go on for as long as the app says that it takes (``app.limits.fresh_s``); the last look is what counts.
    """

    page: str = "connections"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open it anew each time."""
        participant = stage.participant(self.twin)
        before = [
            view for view in stage.journal.all(PageView) if view.page == self.page and view.participant == participant.name
        ]
        if before and self.page in stage.settings.app.observe.pages:
            elapsed = stopwatch()
            while elapsed() < stage.settings.app.limits.fresh_s:
                window = open_page(stage, participant, self.page)
                if not set(sentences(before[-1].text)) <= set(sentences(window.read().text)):
                    break
                _let_pass(window, AGAIN_S)
        view_page(stage, participant, self.page, moment="synced")


def open_page(stage: "Stage", participant: "Participant", name: str) -> Window:
    """Open the page that the config calls *name*, and look at nothing yet.

    Raises:
        StepError: The config names no such page, or it does not open.
    """
    template = stage.settings.app.observe.pages.get(name)
    if template is None:
        raise StepError(f"The config names no page {name!r} in app.observe.pages.")
    window = stage.window(participant)
    problem = window.open(address_of(stage, participant, template), page=name)
    if problem:
        raise StepError(f"The page {name!r} cannot be looked at: {problem}.")
    return window


class Watch:
    """One person's wait: what they saw before the press, and what shows since."""

    def __init__(self, stage: "Stage", participant: "Participant", window: Window, *, cause: str) -> None:
        self._stage, self._participant, self._window, self._cause = stage, participant, window, cause
        self._diary = PageEvents(window)
        self._before = self._before_on_phone = PageView(participant=participant.name, page=window.page_name)
        self._meanwhile: list[PageView] = []
        self._since = stopwatch()

    def press(self) -> None:
        """Press until the app calls the API, on this page and on those that follow.

        Raises:
            StepError: Nothing that can be pressed leads to a call.
        """
        pressed: set[tuple[str, str]] = set()
        window = self._window
        for number in range(1, MOST_PRESSES + 1):
            window.wait_until(lambda seen: bool(_left(seen, window, pressed)), cap_s=DRAWING_S)
            left = _left(window.read(), window, pressed)
            if not left:
                break
            pressed.add((window.url, left[0].text))
            self._diary = PageEvents(window)
            self._before_on_phone = self._note("plain", self._seen_at(PHONE_PX) or window.read(), width_px=PHONE_PX)
            self._seen_at(DESK_PX)
            self._diary.point_at(left[0])
            self._before = self._note("plain", self._diary.latest() or window.read())
            made = len(self._stage.journal.all(Exchange))
            problem = press(self._stage, self._participant, window, left[0], number=number)
            self._since = stopwatch()
            if not problem and self._calls(beyond=made):
                return
        raise StepError(f"Nothing that can be pressed on the page {self._window.page_name!r} makes the app call the API.")

    def await_a_sign(self) -> None:
        """Look as soon as the page shows something else, and after a second in any case, or when the app calls.

        Where something does, look on a phone as well; and where nothing shows there, once more on a desk, because a sign may
        have gone in the meantime.
        """
        seen = self._seen()
        while self._goes_on() and (seen is None or not _differs(seen, self._before)):
            self._window.pause()
            seen = self._seen()
        after_s = self._since() if self._diary.is_over else self._diary.since_s
        has_sign = seen is not None and _differs(seen, self._before)
        problem = "" if seen is None or has_sign else self._doubt()
        self._meanwhile.append(
            self._note("waiting", seen if after_s is not None else None, after_s=after_s, problem=problem)
        )
        if self._diary.is_over or not has_sign:
            return
        if not self._await_a_sign_on_a_phone():
            self._note_waiting(self._seen_at(DESK_PX, taller_px=1), DESK_PX)
        else:
            self._window.begin_to_resize(DESK_PX, taller_px=1)

    def _await_a_sign_on_a_phone(self) -> bool:
        seen = self._seen_at(PHONE_PX)
        while self._goes_on() and not self._diary.is_over and (seen is None or not _differs(seen, self._before_on_phone)):
            self._window.pause()
            seen = self._diary.latest()
        self._note_waiting(seen, PHONE_PX)
        return seen is not None and _differs(seen, self._before_on_phone)

    def _note_waiting(self, seen: PageSnapshot | None, width_px: int) -> None:
        after_s = self._diary.since_s
        if seen is not None and after_s is not None and not self._diary.is_over:
            before = self._before if width_px == DESK_PX else self._before_on_phone
            problem = "" if _differs(seen, before) else self._doubt()
            self._meanwhile.append(self._note("waiting", seen, after_s=after_s, problem=problem, width_px=width_px))

    def await_the_end(self) -> None:
        """Wait until the app has given up and the page says something new, or until a moment past the app's deadline.

        What the page said while the app was still at it was about the wait. An app that never hangs up has given up where
        other words stand for long.
        """
        still, open_s, text = stopwatch(), 0.0, ""
        cap_s = self._stage.settings.app.limits.request_deadline_s + PAST_S
        while self._since() < cap_s:
            is_open = bool(self._stage.fiskil.link.open_requests)
            open_s = self._since() if is_open else open_s
            seen = self._heard()
            if seen is not None and is_open and _is_new(seen, [self._before, *self._meanwhile]):
                self._meanwhile.append(self._note("waiting", seen))
            known = [] if is_open else [view for view in self._meanwhile if view.after_s <= open_s - EARLY_S]
            if seen is None or seen.text != text or not self._window.is_idle or not _is_new(seen, [self._before, *known]):
                still, text = stopwatch(), seen.text if seen else ""
            if still() >= (LONG_S if is_open else STILL_S):
                return
            self._window.pause()

    def view_last(self, moment: Literal["stalled", "failed"]) -> None:
        """Write down what came of it: at both widths, but for a page that is still waited for."""
        self._window.called("answer")
        problem = "the app got through, so that it had no failure to tell of" if self._window.consent_url else ""
        if not problem and self._window.is_beside_others:
            problem = "a window was opened that cannot be looked into"
        if not self._diary.is_over and not self._window.is_idle:
            seen = self._heard()
            self._note(moment, seen, problem=problem or (seen.problem if seen else ""))
        else:
            self._window.look(moment=moment, cause=self._cause, problem=problem, has_pictures=False)

    def _calls(self, *, beyond: int) -> bool:
        """Whether the app calls the API, *beyond* so many calls before the press; no, where the page asks it for nothing.

        An API that refuses at once may have answered before the press was written down.
        """
        still = stopwatch()
        while still() < BEGINNING_S and self._since() < self._window.deadline_s:
            if self._stage.fiskil.link.open_requests or len(self._stage.journal.all(Exchange)) > beyond:
                return True
            if not self._window.is_idle:
                still = stopwatch()
            self._window.pause()
        # A browser that a busy machine held up has had no time to ask.
        self._window.settle()
        return bool(self._stage.fiskil.link.open_requests) or len(self._stage.journal.all(Exchange)) > beyond

    def _goes_on(self) -> bool:
        is_open = bool(self._stage.fiskil.link.open_requests)
        told_s = self._since() if self._diary.is_over else self._diary.since_s or 0.0
        return told_s < (SIGN_S if is_open else LATEST_S) and self._since() < GIVEN_UP_S

    def _seen(self) -> PageSnapshot | None:
        """The page as it is; None where it cannot be told now."""
        if not self._diary.is_over:
            return self._diary.latest()
        try:
            return self._window.read() if self._window.is_idle else None
        except StepError:
            return None

    def _seen_at(self, width_px: int, *, taller_px: int = 0) -> PageSnapshot | None:
        """What the page tells at that width, as soon as it does; None where it does not in time, or is left meanwhile."""
        self._window.begin_to_resize(width_px, taller_px=taller_px)
        elapsed = stopwatch()
        while self._diary.width_px != width_px:
            if self._diary.is_over or elapsed() > TELLING_S:
                return None
            self._window.pause()
        return self._diary.latest()

    def _heard(self) -> PageSnapshot | None:
        """The page as it is, with what it said in dialogs of the browser's, which a person reads and sends away."""
        seen = self._seen()
        said = [dialog.text for dialog in self._window.dialogs if seen is not None and dialog.text not in seen.text]
        return msgspec.structs.replace(seen, text="\n".join([seen.text, *said])) if seen is not None else None

    def _doubt(self) -> str:
        """What else a person may have seen of it, where the page is as it was before."""
        if self._window.dialogs:
            return "the page spoke in a box of the browser's own, and showed nothing when that was gone"
        return "a window was opened of which nothing can be read yet" if self._window.is_beside_blank else ""

    def _note(
        self,
        moment: ViewMoment,
        seen: PageSnapshot | None,
        *,
        after_s: float | None = None,
        problem: str = "",
        width_px: int = DESK_PX,
    ) -> PageView:
        look = PageView(
            **self._stage.journal.stamp(),
            participant=self._participant.name,
            page=self._window.page_name,
            moment=moment,
            cause=self._cause,
            url=seen.url if seen else "",
            width_px=width_px,
            title=seen.title if seen else "",
            text=seen.text if seen else "",
            html=seen.html if seen else "",
            signs=seen.signs if seen else (),
            controls=seen.controls if seen else (),
            veils=seen.veils if seen else (),
            after_s=self._since() if after_s is None else after_s,
            problem=problem if seen else "the browser could not tell what it showed",
            digest=self._diary.digest(),
        )
        self._stage.journal.write(look)
        return look


def _left(seen: PageSnapshot, window: Window, pressed: set[tuple[str, str]]) -> list[Control]:
    """What may begin linking and was not pressed yet."""
    return [candidate for candidate in candidates(seen, window) if (window.url, candidate.text) not in pressed]


def _is_new(seen: PageSnapshot, known: list[PageView]) -> bool:
    """Whether the page shows other words than any known look, or none at all."""
    told = {sentence for look in known for sentence in sentences(look.text)}
    return not seen.text or bool(set(sentences(seen.text)) - told)


def _differs(seen: PageSnapshot, before: PageView) -> bool:
    return (seen.text, seen.signs, seen.controls, seen.url) != (before.text, before.signs, before.controls, before.url)


def _let_pass(window: Window, seconds: float) -> None:
    elapsed: Callable[[], float] = stopwatch()
    while elapsed() < seconds:
        window.pause()
