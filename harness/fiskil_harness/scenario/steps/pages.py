"""Steps of the end user on the app's own pages in Chromium: open a page, and go from a page to a consent."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.app.browser import Window
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Fetched, PageView, SdkMessagePassed, Visit, VisitedPage, shortened
from fiskil_harness.journal.queries.page_messages import sentences
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.scenario.steps.journeys import (
    INSTITUTION,
    LEFT,
    SCREENS,
    Screen,
    ended,
    ending_of,
    progress_at,
    screen_at,
)
from fiskil_harness.scenario.steps.link_sdk_messages import values_of
from fiskil_harness.scenario.steps.start_linking import connect
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

Moment = Literal["plain", "waiting", "stalled", "unsynced", "synced", "ended", "failed"]
LANDING_CAP_S = 20.0
SCREEN_CAP_S = 30.0
READ_S = 1.0
"""How long an end user reads the last screen of a consent page in a separate window, in real seconds."""


class Looking(Step, frozen=True, kw_only=True):
    """Base of steps that open pages of the app. Needs ``app.observe.pages``."""

    is_slow: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (PAGES,)


class OpenPage(Looking, frozen=True, kw_only=True, tag="open_page"):
    """The end user opens a page of the app, on a phone and on a desktop screen. Needs ``app.observe.pages``.

    Args:
        page: Name of the page in ``app.observe.pages``; "" means every page there, without *except_page*.
        moment: The situation that the page must present to the end user, such as "waiting" or "failed". A page that is
            "unsynced" is reloaded until it differs from its last view, at most for ``app.limits.fresh_s``.
        cause: Error type of the failed journey if *moment* is "failed".
        except_page: Name of a page that is left out if *page* is "".
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = ""
    moment: Moment = "plain"
    cause: str = ""
    except_page: str = ""
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the pages, and record their content and the browser's storage.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        names = tuple(name for name in stage.settings.app.observe.pages if name != self.except_page)
        elapsed = stopwatch()
        for name in (self.page,) if self.page else names:
            if self.moment == "unsynced":
                _wait_for_another_page(stage, end_user, name, elapsed)
            view_page(stage, end_user, name, moment=self.moment, cause=self.cause)


class WalkInBrowser(Looking, frozen=True, kw_only=True, tag="walk_in_browser"):
    """The end user starts linking on the app's page in Chromium, goes to a screen of the consent page, and acts there.

    Afterwards the page of the app to which the browser returns is recorded. Needs ``app.observe.pages``.

    Args:
        until: The screen on which the end user acts.
        then: The end user's action on that screen; "" closes the tab.
        page: Name of the page that starts linking, as in ``app.observe.pages``.
        institution_id: The institution that the end user chooses if the app leaves the choice open.
        twin: Name of the participant; "" means the scenario's end user.
    """

    until: Screen = "confirm"
    then: Literal["confirm", "cancel", "deny", ""] = "confirm"
    page: str = "connect"
    institution_id: str = INSTITUTION
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Perform the journey.

        Raises:
            StepError: No auth session was opened, or the consent page does not continue.
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        window = stage.window(end_user)
        view_page(stage, end_user, self.page, moment="plain")
        session_id = connect(stage, end_user, window, page=self.page)
        is_embedded, is_apart = window.is_embedded, window.has_consent_window
        window.name_page("consent")
        _advance(stage, end_user, window, session_id, self)
        if not self.then:
            window.open("about:blank", page="consent")
            ended(stage, end_user, ending_of(stage, session_id) or LEFT)
            return
        window.name_page("callback" if self.then == "confirm" else "cancelled")
        progress = progress_at(stage, session_id)
        if progress[0] is not None:
            _await_change(stage, window, session_id, progress, window.consent(self.then))
        ended(stage, end_user, ending_of(stage, session_id) or LEFT)
        _land(stage, end_user, window, session_id, is_embedded=is_embedded, is_apart=is_apart)


def view_page(stage: "Stage", end_user: "EndUser", name: str, *, moment: Moment, cause: str = "") -> None:
    """Open the page that the config calls *name*, and record its content and the browser's storage.

    If the config names no such page, the scenario is recorded as incomplete.
    """
    template = stage.settings.app.observe.pages.get(name)
    if template is None:
        problem = f"the config names no page {name!r}"
        stage.record_incomplete(problem, hook=PAGES)
        stage.record(PageView, participant=end_user.participant, page=name, moment=moment, cause=cause, problem=problem)
        return
    window = stage.window(end_user)
    window.open(address_of(stage, end_user, template), page=name)
    window.look(moment=moment, cause=cause)
    window.note_storage()


def _wait_for_another_page(stage: "Stage", end_user: "EndUser", name: str, elapsed: Callable[[], float]) -> None:
    """Reload a page until it differs from its last view, at most for ``app.limits.fresh_s``: an app may cache pages."""
    views = [view for view in stage.journal.all(PageView) if (view.page, view.participant) == (name, end_user.participant)]
    window = stage.window(end_user)
    while views and elapsed() < stage.settings.app.limits.fresh_s:
        problem = window.open(address_of(stage, end_user, stage.settings.app.observe.pages[name]), page=name)
        if problem or sentences(window.read().text) != sentences(views[-1].text):
            return
        window.pause()


def address_of(stage: "Stage", end_user: "EndUser", template: str) -> str:
    """Return the URL of a page for *end_user*, from its template in the config."""
    from urllib.parse import quote

    values = {name: quote(value, safe="") for name, value in {**stage.app.values, **end_user.values}.items()}
    return stage.app.url + fill_text(template, values)


def _advance(stage: "Stage", end_user: "EndUser", window: Window, session_id: str, walk: WalkInBrowser) -> None:
    """Complete each screen of the consent page until the screen ``walk.until`` is displayed."""
    while True:
        screen, progress = screen_at(stage, session_id), progress_at(stage, session_id)
        if screen is None or SCREENS.index(screen) >= SCREENS.index(walk.until):
            return
        if screen == "institution":
            problem = window.consent("choose", institution_id=(stage.institution(walk.institution_id),))
        elif screen == "login":
            problem = window.consent("identify", email=(end_user.person.email,))
        elif screen == "code":
            problem = window.consent("enter_code")
        else:
            problem = window.consent("select")
        _await_change(stage, window, session_id, progress, problem)


def _await_change(
    stage: "Stage", window: Window, session_id: str, progress: tuple[Screen | None, int], problem: str
) -> None:
    elapsed = stopwatch()
    while not problem and progress_at(stage, session_id) == progress:
        if elapsed() > SCREEN_CAP_S:
            problem = "the screen did not change"
        window.pause()
    if problem:
        raise StepError(f"The consent page does not continue after the screen {progress[0]!r} in Chromium: {problem}.")
    window.settle()


def _land(
    stage: "Stage", end_user: "EndUser", window: Window, session_id: str, *, is_embedded: bool, is_apart: bool
) -> None:
    """Wait until the browser is back on the app's page; record the message or redirect to the app, and the page."""
    ending = ending_of(stage, session_id)
    is_approved = ending == Ending.APPROVED.value
    page: VisitedPage = "callback" if is_approved else "cancelled"
    window.name_page(page)
    problem = await_return(window, is_apart=is_apart)
    # A separate window may have been redirected to the app, even if it has closed since.
    has_returned = is_apart and any(window.places.is_app(url) for url in _return_urls(window))
    if is_embedded and not has_returned:
        _record_message(stage, end_user, session_id)
    else:
        _record_visit(stage, end_user, window, page)
    if is_approved:
        window.look(moment="unsynced", problem=problem)
    else:
        window.look(moment="failed", cause=ending, problem=problem)
    window.note_storage()


def _record_message(stage: "Stage", end_user: "EndUser", session_id: str) -> None:
    """Record the consent page's message, which the app's own page has received and passed on."""
    end_user.return_url = stage.fiskil.sandbox.redirect_address(session_id) or ""
    messages = messages_of(stage.fiskil.sandbox.session(session_id), stage.fiskil.interpretation)
    for message in messages[:1]:
        end_user.last_sdk_message = (session_id, message)
        error_type = values_of(message)["error_type"]
        stage.record(SdkMessagePassed, participant=end_user.participant, session=session_id, error_type=error_type)


def _record_visit(stage: "Stage", end_user: "EndUser", window: Window, page: VisitedPage) -> None:
    """Record the page of the app to which the browser was redirected, or the fact that it was redirected elsewhere."""
    window.drain()
    urls = _return_urls(window)
    end_user.return_url = urls[0] if urls else ""
    own_pages = [
        fetched
        for fetched in stage.journal.all(Fetched)
        if fetched.participant == end_user.participant
        and fetched.url in urls
        and fetched.kind == "document"
        and fetched.is_ours
    ]
    last = own_pages[-1] if own_pages else None
    stage.record(
        Visit,
        participant=end_user.participant,
        page=page,
        status=last.status if last else None,
        content_type=last.content_type if last else "",
        body=shortened(last.body) if last else b"",
        is_elsewhere=last is None and bool(urls),
    )


def await_return(window: Window, *, is_apart: bool) -> str:
    """Wait until the browser has left the consent page after its last screen.

    Args:
        is_apart: True if the consent page has a separate window. If the app does not close it, the end user leaves it.

    Returns:
        The problem as a clause; "" if there is none.
    """
    elapsed, idle = stopwatch(), stopwatch()
    while window.consent_url and elapsed() < LANDING_CAP_S:
        if not window.is_idle:
            idle = stopwatch()
        elif is_apart and idle() > READ_S:
            window.leave_consent()
            idle = stopwatch()
        window.pause()
    window.settle()
    return "the consent page is still there after its end" if window.consent_url else ""


def _return_urls(window: Window) -> tuple[str, ...]:
    """Return the URLs to which the browser went after it left the consent page."""
    urls = window.addresses
    last_auth = max((number for number, url in enumerate(urls) if window.places.is_auth(url)), default=-1)
    return urls[last_auth + 1 :]
