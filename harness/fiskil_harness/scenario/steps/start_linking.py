"""Navigation from the app's page to the consent page, by clicking the controls that an end user would click."""

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from fiskil_harness.app.browser import PageSnapshot, Window
from fiskil_harness.app.browser.form_values import values_of
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control, Pressed
from fiskil_harness.scenario.steps.journeys import begin, session_id_in

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MOST_PRESSES = 8
RENDERING_S = 1.0
"""How long a script may take to render or enable the controls, in real seconds."""
IDLE_S = 1.2
"""Time without a request of the page after a click, in real seconds, after which no auth session is expected."""
WORKING_S = 3.0
"""The same time for a page that the click changed, in real seconds: it may be at work without a request."""


def connect(stage: "Stage", end_user: "EndUser", window: Window, *, page: str) -> str:
    """Click controls until an auth session is open and its consent page is loaded; return the session's id.

    If no control opens a session, that is recorded, and the hook ``app.drive.start_session`` opens it.

    Raises:
        StepError: No auth session was opened.
    """
    known_sessions = set(stage.fiskil.sandbox.store.sessions)
    problem = press_until_consent(stage, end_user, window, known_sessions, page=page)
    session_id = _session_of(stage, window, known_sessions)
    if session_id:
        session = stage.fiskil.sandbox.session(session_id)
        assert session is not None
        end_user.end_user_id = session.end_user_id
        end_user.session_ids.append(session_id)
        if window.consent_url:
            return session_id
        problem = "a session was opened, but the browser did not reach the consent page"
        _record_press(stage, end_user, page, "", 0, problem)
        window.open(f"{stage.fiskil.auth_url}?sess_id={session_id}", page="consent")
        return session_id
    return _open_by_hook(stage, end_user, window, page=page, problem=problem)


def candidates(snapshot: PageSnapshot, window: Window) -> list[Control]:
    """Return the controls that may start linking, the most likely first.

    Controls with an unsuitable label, and controls that lead to a foreign host, are left out. The consent page has none.
    """
    if window.places.is_auth(snapshot.url):
        return []
    kinds = {"button", "link"}
    enabled = [control for control in snapshot.controls if control.kind in kinds and not control.is_disabled]
    suitable = [
        control
        for control in enabled
        if _score(control) >= 0 and (not control.leads_to or window.places.may_pass(control.leads_to))
    ]
    return sorted(suitable, key=lambda control: (-_score(control), not control.is_button))


def press(stage: "Stage", end_user: "EndUser", window: Window, control: Control, *, number: int) -> str:
    """Click *control* to start linking, and record the click; return the problem as a clause, or "" if it worked."""
    problem = window.press(control)
    _record_press(stage, end_user, window.page_name, control.text, number, problem)
    return problem


def press_until_consent(
    stage: "Stage",
    end_user: "EndUser",
    window: Window,
    known_sessions: set[str],
    *,
    page: str,
    is_enough: Callable[[], bool] = lambda: False,
) -> str:
    """Click one control after another, also on later pages, until a session is open; return the problem, or "".

    Args:
        known_sessions: The sessions that existed before.
        page: Name of the first page, for the problem.
        is_enough: Is called after each click after which an end user would continue, when the page makes no more requests;
            True ends the clicks.
    """
    attempt = Attempt(window, end_user)
    for number in range(1, MOST_PRESSES + 1):
        control = attempt.next_control()
        if window.consent_url:
            return ""
        if control is None:
            return f"no button or link on the page {page!r} opens an auth session"
        if not press(stage, end_user, window, control, number=number):
            _await_session(window, attempt)
            is_open = bool(_session_of(stage, window, known_sessions))
            if window.consent_url or (is_open and not attempt.has_next_page()) or is_enough():
                return ""
    return f"{MOST_PRESSES} presses on the page {page!r} opened no auth session"


def _await_session(window: Window, attempt: "Attempt") -> None:
    """Wait until the browser is at the consent page, or the page makes no more requests and seems to do no other work."""
    elapsed, idle = stopwatch(), stopwatch()
    while elapsed() < window.deadline_s:
        if window.consent_url:
            window.settle()
            return
        if not window.is_idle:
            idle = stopwatch()
        is_done = idle() > WORKING_S or (idle() > IDLE_S and not attempt.is_changed(window.read()))
        # ``settle`` queries the browser itself: on a busy machine it may not have started its request yet.
        if is_done and window.settle() and not window.consent_url:
            return
        window.pause()


def _session_of(stage: "Stage", window: Window, known_sessions: set[str]) -> str:
    """Return the id of the new session that the browser shows, or else of the last one opened; "" if none is new."""
    sessions = stage.fiskil.sandbox.store.sessions
    session_id = session_id_in(window.consent_url)
    if session_id in sessions and session_id not in known_sessions:
        return session_id
    new = [session for session in list(sessions) if session not in known_sessions]
    return new[-1] if new else ""


def _open_by_hook(stage: "Stage", end_user: "EndUser", window: Window, *, page: str, problem: str) -> str:
    _record_press(stage, end_user, page, "", 0, problem)
    if not stage.app.has(START_SESSION):
        raise StepError(f"No auth session was opened: {problem}.")
    window.open(begin(stage, end_user), page="consent")
    return end_user.session_ids[-1]


class Attempt:
    """An end user's attempt to start linking: which control to press next, after what the page requires is filled in.

    A control counts as tried only on the content on which it was pressed: each step of a form may have its own "Continue".
    """

    def __init__(self, window: Window, end_user: "EndUser") -> None:
        self._window = window
        self._values = values_of(end_user.person, email=end_user.email)
        self._pressed: Counter[tuple[str, str, str]] = Counter()
        self._last_content, self._last_text = ("", ""), ""
        self._last_signs: tuple[str, ...] = ()

    def next_control(self) -> Control | None:
        """Fill in what the page requires; return the control to press next, which counts as tried; None if there is none.

        A control is pressed again if it did not change the page: a script may not have been ready. Before a control is
        pressed again, everything is filled in.
        """
        window = self._window
        window.wait_until(lambda now: _content(now) != self._last_content and bool(self._best(now)), cap_s=RENDERING_S)
        snapshot = self._filled_in()
        control = self._best(snapshot)
        if control is None or self._was_pressed_at(snapshot.url, control):
            window.fill_in(self._values, is_all=True)
            snapshot = window.read()
            control = self._best(snapshot)
        if control is not None:
            self._last_content, self._last_text, self._last_signs = _content(snapshot), control.text, snapshot.signs
            self._pressed[*self._last_content, control.text] += 1
        return control

    def is_changed(self, now: PageSnapshot) -> bool:
        """Return true if *now* is the page of the last press, and shows something else than before that press.

        Such a page may be at work without a request, and send its request later.
        """
        is_same = (_content(now), now.signs) == (self._last_content, self._last_signs)
        return now.url == self._last_content[0] and not is_same

    def has_next_page(self) -> bool:
        """Return true if the last press led to a page with a control that seems to lead to the consent page."""
        now = self._window.read()
        best = self._best(now) if _content(now) != self._last_content else None
        return best is not None and (_score(best) > 0 or self._window.places.is_auth(best.leads_to))

    def _filled_in(self) -> PageSnapshot:
        """Fill in what a form may require before the end user may continue, and return the page afterwards.

        These are fields for the e-mail address and the name, and all that is required; everything if the control that leads
        on is disabled.
        """
        snapshot = self._window.read()
        for is_all in (False, True):
            if (_is_barred(snapshot) or not is_all) and self._window.fill_in(self._values, is_all=is_all):
                now = self._window.wait_until(lambda now: not _is_barred(now), cap_s=RENDERING_S)
                snapshot = now or self._window.read()
        return snapshot

    def _best(self, snapshot: PageSnapshot) -> Control | None:
        """Return the control to press of those that were pressed less than twice on this content; None if there is none.

        A control that seems to start linking is pressed again at once; the others are all pressed once before.
        """
        content = _content(snapshot)
        count = {each: self._pressed[*content, each.text] for each in candidates(snapshot, self._window)}
        last = self._last_text if content == self._last_content else ""
        left = [each for each in count if count[each] < 2]
        likely = [each for each in left if _score(each)]
        return min(likely or left, key=lambda each: (bool(likely) and each.text != last, count[each]), default=None)

    def _was_pressed_at(self, url: str, control: Control) -> bool:
        return any((at, text) == (url, control.text) for at, _, text in self._pressed)


def _content(snapshot: PageSnapshot) -> tuple[str, str]:
    """Return the page's URL and its text without numbers, which may be times."""
    return snapshot.url, re.sub(r"\d+", "", snapshot.text)


def _is_barred(snapshot: PageSnapshot) -> bool:
    """Return true if a control that seems to start linking is disabled."""
    kinds = {"button", "link"}
    return any(control.is_disabled and control.kind in kinds and _score(control) > 0 for control in snapshot.controls)


def _record_press(stage: "Stage", end_user: "EndUser", page: str, text: str, number: int, problem: str) -> None:
    stage.record(
        Pressed, participant=end_user.participant, page=page, purpose="link", text=text, number=number, problem=problem
    )


def _score(control: Control) -> int:
    """Return how many wanted words the label contains; -1 if the label shows that the control does not start linking."""
    text = control.text.casefold()
    is_login = _pattern("login").search(text) and not _pattern("place").search(text)
    wanted = len(_pattern("wanted").findall(text))
    if control.is_link and _pattern("reading").search(text):
        return 0 if wanted else -1
    return -1 if is_login or _pattern("unwanted").search(text) else wanted


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = catalog.read_fixture("page_words.toml")["link"][name]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})")
