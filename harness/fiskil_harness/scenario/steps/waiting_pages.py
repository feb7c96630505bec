"""Steps of an end user who waits in Chromium for the app's page: for the consent page, or for their data."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec

from fiskil_harness.app.browser import DESK_PX, PHONE_PX, PageSnapshot, Window
from fiskil_harness.app.browser.page_events import PageEvents
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Exchange, PageView, Pressed, ViewMoment
from fiskil_harness.journal.entries.pages import JOURNEY_CONTINUED
from fiskil_harness.journal.queries.page_messages import sentences
from fiskil_harness.journal.queries.waits import held_calls
from fiskil_harness.scenario.steps.pages import Looking, address_of, view_page
from fiskil_harness.scenario.steps.start_linking import (
    MOST_PRESSES,
    WORKING_S,
    Attempt,
    press,
)

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

SIGN_S, LATEST_S = 1.0, 1.8
"""How long to wait for a sign of progress after a click, in real seconds: during the app's API call, or without one."""

PAST_S = 1.2
"""How long to wait after the app's own deadline, in real seconds."""

GIVEN_UP_S = 4.0
"""How long to wait for a page that reports nothing, in real seconds."""

FIRST_CALL_S = 0.5
"""Time without an API call after a click, in real seconds, after which the next control is clicked."""

EARLY_S = 0.5
"""Text that appears at least this long before the app's API call ends is about the wait, in real seconds."""

UNSEEN_S = 1.0
"""How long before the end of the app's API call the page must have been seen, in real seconds."""

MOST_WATCHES = 3
"""Maximum number of clicks if a busy machine did not show the page before the app's API call ended."""

RESIZING_S = 1.0
"""How long a page may take to report its content at another width, in real seconds."""

STABLE_S, STABLE_WHILE_OPEN_S = 0.3, 2.5
"""How long the final text must stay unchanged, in real seconds: without an open API call of the app, or during one."""
AGAIN_S = 0.25


class PressConnect(Looking, frozen=True, kw_only=True, tag="press_connect"):
    """The end user starts linking on the app's page while the API hangs or fails, and watches the page.

    Needs ``app.observe.pages``.

    Args:
        moment: The page to record: "waiting" means the page while the app waits for the API; "stalled" and "failed" mean the
            final page, after a response has stalled or a call has failed.
        cause: Description of the API's problem, for the report.
        page: Name of the page that starts linking, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    moment: Literal["waiting", "stalled", "failed"] = "waiting"
    cause: str = ""
    page: str = "connect"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Click, and record the page: while it waits, or once it shows the result, at the latest after the app's deadline.

        Raises:
            StepError: The page does not open, or no control on it makes the app call the API.
            ToolMissing: Playwright or Chromium is not installed.
        """
        for _ in range(MOST_WATCHES):
            watch = self._watch(stage, stage.end_user(self.twin))
            if self.moment == "failed" or not watch.has_missed_the_wait:
                break
        if self.moment != "waiting":
            watch.view_last(self.moment)

    def _watch(self, stage: "Stage", end_user: "EndUser") -> "Watch":
        """Click, and watch the page until it shows what *moment* demands; the final page is not recorded yet."""
        watch = Watch(stage, end_user, open_page(stage, end_user, self.page), cause=self.cause)
        watch.press()
        if self.moment != "failed":
            watch.await_sign()
        if self.moment != "waiting":
            watch.await_end()
        return watch


class WatchUntilSynced(Looking, frozen=True, kw_only=True, tag="watch_until_synced"):
    """The end user opens a page repeatedly until some text that it showed before the sync has disappeared.

    This lasts at most ``app.limits.fresh_s`` real seconds; the last view is recorded. Needs ``app.observe.pages``.

    Args:
        page: Name of the page in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = "connections"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the page repeatedly.

        Raises:
            StepError: The page does not open.
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        before = [
            view
            for view in stage.journal.all(PageView)
            if view.page == self.page and view.participant == end_user.participant
        ]
        if before and self.page in stage.settings.app.observe.pages:
            elapsed = stopwatch()
            while elapsed() < stage.settings.app.limits.fresh_s:
                window = open_page(stage, end_user, self.page)
                if not set(sentences(before[-1].text)) <= set(sentences(window.read().text)):
                    break
                _pause(window, AGAIN_S)
        view_page(stage, end_user, self.page, moment="synced")


class ReopenPages(Looking, frozen=True, kw_only=True, tag="reopen_pages"):
    """The end user opens each page again that they saw before the sync, also the one after the journey.

    Pages that were already viewed after the sync are left out. Needs ``app.observe.pages``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the pages, and record them.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        window = stage.window(end_user)
        views = [view for view in stage.journal.all(PageView) if view.participant == end_user.participant]
        viewed = {view.page for view in views if view.is_synced}
        for view in {view.page: view for view in views if view.is_unsynced and window.places.is_app(view.url)}.values():
            if view.page not in viewed:
                window.open(view.url, page=view.page)
                window.look(moment="synced", has_pictures=False)


def open_page(stage: "Stage", end_user: "EndUser", name: str) -> Window:
    """Open the page that the config calls *name*, without recording it.

    Raises:
        StepError: The config names no such page, or it does not open.
        ToolMissing: Playwright or Chromium is not installed.
    """
    template = stage.settings.app.observe.pages.get(name)
    if template is None:
        raise StepError(f"No page {name!r} in app.observe.pages. Add its path to the config.")
    window = stage.window(end_user)
    problem = window.open(address_of(stage, end_user, template), page=name)
    if problem:
        raise StepError(f"The page {name!r} cannot be opened: {problem}.")
    return window


class Watch:
    """An end user's observation of a page: the page before the click, and its changes afterwards."""

    def __init__(self, stage: "Stage", end_user: "EndUser", window: Window, *, cause: str) -> None:
        self._stage, self._end_user, self._window, self._cause = stage, end_user, window, cause
        self._events = PageEvents(window)
        self._before = self._before_on_phone = PageView(participant=end_user.participant, page=window.page_name)
        self._meanwhile: list[PageView] = []
        self._since = stopwatch()
        self._seen_s: list[float] = []

    @property
    def has_missed_the_wait(self) -> bool:
        """True if the page was not seen shortly before the app's API call ended, so that texts about waiting are unknown.

        Text that the page shows afterwards may then be about waiting as well as about the failure.
        """
        pressed = self._stage.journal.all(Pressed)[-1]
        ended_s = max((call.ended_s for call in held_calls(self._stage.journal, pressed)), default=None)
        return ended_s is not None and not any(ended_s - UNSEEN_S <= seen_s <= ended_s for seen_s in self._seen_s)

    def press(self) -> None:
        """Click controls, on this page and on later pages, until the app calls the API.

        Raises:
            StepError: No control makes the app call the API.
        """
        window = self._window
        attempt = Attempt(window, self._end_user)
        call_count = len(self._stage.journal.all(Exchange))
        for number in range(1, MOST_PRESSES + 1):
            control = attempt.next_control()
            if number > 1 and self._has_called(call_count):
                return
            if control is None:
                break
            self._events = PageEvents(window)
            on_phone = self._snapshot_at(PHONE_PX) or window.read()
            self._before_on_phone = self._record("plain", on_phone, width_px=PHONE_PX)
            self._snapshot_at(DESK_PX)
            self._events.point_at(control)
            self._before = self._record("plain", self._events.latest() or window.read())
            call_count = len(self._stage.journal.all(Exchange))
            problem = press(self._stage, self._end_user, window, control, number=number)
            self._since = stopwatch()
            if not problem and self._awaits_call(attempt, beyond=call_count):
                return
        raise StepError(f"No button or link on the page {self._window.page_name!r} makes the app call the API.")

    def await_sign(self) -> None:
        """Record the page once it shows a sign of progress (any change), at the latest when the time for a sign has passed.

        If the page changes, record it at the width of a phone as well. If the phone page shows no change, record the desktop
        page once more, because the sign may have disappeared in the meantime. A page that replaces it is recorded at both
        widths.
        """
        now = self._snapshot()
        while self._may_wait() and (now is None or not _differs(now, self._before)):
            self._window.pause()
            now = self._snapshot()
        after_s = self._since() if self._events.is_over else self._events.since_s
        has_sign = now is not None and _differs(now, self._before)
        problem = "" if now is None or has_sign else self._unreadable_sign()
        self._meanwhile.append(
            self._record("waiting", now if after_s is not None else None, after_s=after_s, problem=problem)
        )
        if not has_sign:
            return
        if not self._events.is_over and not self._await_sign_on_phone():
            self._record_waiting(self._snapshot_at(DESK_PX, taller_px=1), DESK_PX)
        if self._events.is_over:
            self._record_next_page()
        self._window.begin_to_resize(DESK_PX, taller_px=1)

    def _await_sign_on_phone(self) -> bool:
        now = self._snapshot_at(PHONE_PX)
        while self._may_wait() and not self._events.is_over and (now is None or not _differs(now, self._before_on_phone)):
            self._window.pause()
            now = self._events.latest()
        self._record_waiting(now, PHONE_PX)
        return now is not None and _differs(now, self._before_on_phone)

    def _record_waiting(self, now: PageSnapshot | None, width_px: int) -> None:
        after_s = self._events.since_s
        if now is not None and after_s is not None and not self._events.is_over:
            before = self._before if width_px == DESK_PX else self._before_on_phone
            problem = "" if _differs(now, before) else self._unreadable_sign()
            self._meanwhile.append(self._record("waiting", now, after_s=after_s, problem=problem, width_px=width_px))

    def _record_next_page(self) -> None:
        """Record the page that replaced the one with the click, while the app waits for its API call."""
        for width_px in (PHONE_PX, DESK_PX):
            try:
                now = None if self._window.is_leaving else self._window.read_at(width_px)
            except StepError:
                return
            if now is None or not self._stage.fiskil.proxy.open_requests:
                return
            self._meanwhile.append(self._record("waiting", now, width_px=width_px))

    def await_end(self) -> None:
        """Wait until the app has ended its API call and the page shows new text, or until shortly after the app's deadline.

        Text that appears while the call is open is about the wait. If the app does not end the call, new text that stays
        unchanged for 2.5 seconds counts as its result.
        """
        stable, open_s, text = stopwatch(), 0.0, ""
        cap_s = self._stage.settings.app.limits.request_deadline_s + PAST_S
        while self._since() < cap_s:
            is_open = bool(self._stage.fiskil.proxy.open_requests)
            open_s = self._since() if is_open else open_s
            now = self._snapshot_with_dialogs()
            # The call may have ended before the page was read; then the page may be about the result.
            is_waiting = is_open and bool(self._stage.fiskil.proxy.open_requests)
            if now is not None and is_waiting and _is_new(now, [self._before, *self._meanwhile]):
                self._meanwhile.append(self._record("waiting", now))
            earlier = [] if is_open else [view for view in self._meanwhile if view.after_s <= open_s - EARLY_S]
            if now is None or now.text != text or not self._window.is_idle or not _is_new(now, [self._before, *earlier]):
                stable, text = stopwatch(), now.text if now else ""
            if stable() >= (STABLE_WHILE_OPEN_S if is_open else STABLE_S):
                return
            self._window.pause()

    def view_last(self, moment: Literal["stalled", "failed"]) -> None:
        """Record the final page: at both widths, or at the present one if the page is still loading."""
        self._window.name_page("response")
        problem = JOURNEY_CONTINUED if self._window.consent_url else ""
        if not problem and moment == "stalled" and self.has_missed_the_wait:
            problem = "it was not seen shortly before the app gave up"
        if not problem and self._window.has_unread_window:
            problem = "the app opened a window that cannot be read"
        if not self._events.is_over and not self._window.is_idle:
            now = self._snapshot_with_dialogs()
            self._record(moment, now, problem=problem or (now.problem if now else ""))
        else:
            self._window.look(moment=moment, cause=self._cause, problem=problem, has_pictures=False)

    def _awaits_call(self, attempt: Attempt, *, beyond: int) -> bool:
        """Wait until the app makes more API calls than *beyond*, the number before the click; return False if it does not.

        The wait ends early if the page makes no request and seems to do no other work.
        """
        idle = stopwatch()
        while self._since() < self._window.deadline_s and idle() < (
            WORKING_S if self._is_at_work(attempt) else FIRST_CALL_S
        ):
            if self._has_called(beyond):
                return True
            if not self._window.is_idle:
                idle = stopwatch()
            self._window.pause()
        # On a busy machine the browser may not have sent its request yet.
        self._window.settle()
        return self._has_called(beyond)

    def _is_at_work(self, attempt: Attempt) -> bool:
        now = self._events.latest()
        return now is not None and attempt.is_changed(now)

    def _has_called(self, beyond: int) -> bool:
        """Return true if the app makes more API calls than *beyond*. A call that is refused at once may be over already."""
        return bool(self._stage.fiskil.proxy.open_requests) or len(self._stage.journal.all(Exchange)) > beyond

    def _may_wait(self) -> bool:
        is_open = bool(self._stage.fiskil.proxy.open_requests)
        reported_s = self._since() if self._events.is_over else self._events.since_s or 0.0
        return reported_s < (SIGN_S if is_open else LATEST_S) and self._since() < GIVEN_UP_S

    def _snapshot(self) -> PageSnapshot | None:
        """Return the present page, and note when it was seen; None if it cannot be read now."""
        if not self._events.is_over:
            now = self._events.latest()
            seen_s = self._before.at_s + (self._events.since_s or 0.0)
        else:
            try:
                now = None if self._window.is_leaving else self._window.read()
            except StepError:
                now = None
            seen_s = self._stage.journal.elapsed_s()
        self._seen_s += [seen_s] if now is not None else []
        return now

    def _snapshot_at(self, width_px: int, *, taller_px: int = 0) -> PageSnapshot | None:
        """Resize the window; return the page once it reports *width_px*, or None if it does not do so in time."""
        self._window.begin_to_resize(width_px, taller_px=taller_px)
        elapsed = stopwatch()
        while self._events.width_px != width_px:
            if self._events.is_over or elapsed() > RESIZING_S:
                return None
            self._window.pause()
        return self._events.latest()

    def _snapshot_with_dialogs(self) -> PageSnapshot | None:
        """Return the present page with the text of its browser dialogs, which an end user reads and closes."""
        now = self._snapshot()
        texts = [dialog.text for dialog in self._window.dialogs if now is not None and dialog.text not in now.text]
        return msgspec.structs.replace(now, text="\n".join([now.text, *texts])) if now is not None else None

    def _unreadable_sign(self) -> str:
        """Return, as a clause, a sign that an end user may have seen although the page did not change; "" if none."""
        if self._window.dialogs:
            return "the page showed a browser dialog, and no sign after the dialog was closed"
        return "the app opened a window that cannot be read yet" if self._window.has_blank_window else ""

    def _record(
        self,
        moment: ViewMoment,
        now: PageSnapshot | None,
        *,
        after_s: float | None = None,
        problem: str = "",
        width_px: int = DESK_PX,
    ) -> PageView:
        return self._stage.record(
            PageView,
            participant=self._end_user.participant,
            page=self._window.page_name,
            moment=moment,
            cause=self._cause,
            url=now.url if now else "",
            width_px=width_px,
            title=now.title if now else "",
            text=now.text if now else "",
            html=now.html if now else "",
            signs=now.signs if now else (),
            controls=now.controls if now else (),
            covers=now.covers if now else (),
            after_s=self._since() if after_s is None else after_s,
            problem=problem if now else "the browser could not read the page",
            digest=self._events.digest(),
        )


def _is_new(now: PageSnapshot, earlier: list[PageView]) -> bool:
    """Return true if the page shows a sentence that no view in *earlier* contains, or if it shows no text at all."""
    earlier_sentences = {sentence for view in earlier for sentence in sentences(view.text)}
    return not now.text or bool(set(sentences(now.text)) - earlier_sentences)


def _differs(now: PageSnapshot, before: PageView) -> bool:
    return (now.text, now.signs, now.controls, now.url) != (before.text, before.signs, before.controls, before.url)


def _pause(window: Window, seconds: float) -> None:
    elapsed: Callable[[], float] = stopwatch()
    while elapsed() < seconds:
        window.pause()
