"""Steps of the end user at the app's own pages, in real Chromium: to look at them, and to walk from them to a consent."""

from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.app.browser import Window
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model import Ending
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Fetched, PageView, SdkMessagePassed, Visit, shortened
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.scenario.steps.journeys import INSTITUTION, LEFT, SCREENS, Screen, ended, ending_of, screen_at
from fiskil_harness.scenario.steps.link_sdk_messages import values_of
from fiskil_harness.scenario.steps.start_linking import connect
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

Moment = Literal["plain", "waiting", "stalled", "unsynced", "synced", "ended", "failed"]
LANDING_CAP_S = 20.0
SCREEN_CAP_S = 30.0
READ_S = 1.0
"""So long somebody reads the last screen of a consent page in a window of its own, in real seconds."""


class Looking(PlainStep, frozen=True, kw_only=True):
    """A look at pages that the config names."""

    needs: ClassVar[tuple[str, ...]] = (PAGES,)


class OpenPage(Looking, frozen=True, kw_only=True, tag="open_page"):
    """The end user opens a page of the app, on a phone and on a desk; without a name, every page that the config names.

    ``moment`` says what is going on meanwhile, ``cause`` the error type behind a look that is *failed*.
    """

    page: str = ""
    moment: Moment = "plain"
    cause: str = ""
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open, look, and search what the browser keeps."""
        participant = stage.participant(self.twin)
        for name in (self.page,) if self.page else tuple(stage.settings.app.observe.pages):
            view_page(stage, participant, name, moment=self.moment, cause=self.cause)


class WalkInBrowser(Looking, frozen=True, kw_only=True, tag="walk_in_browser"):
    """The end user begins on the app's page, walks the consent page to a screen, acts there, and lands in the app again.

    ``then`` is confirm, cancel or deny; nothing means that the tab is closed on that screen.
    """

    until: Screen = "confirm"
    then: Literal["confirm", "cancel", "deny", ""] = "confirm"
    page: str = "connect"
    institution_id: str = INSTITUTION
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk."""
        participant = stage.participant(self.twin)
        window = stage.window(participant)
        view_page(stage, participant, self.page, moment="plain")
        session_id = connect(stage, participant, window, page=self.page)
        is_embedded, is_apart = window.is_embedded, window.is_consent_apart
        window.called("consent")
        _advance(stage, participant, window, session_id, self)
        if not self.then:
            window.open("about:blank", page="consent")
            ended(stage, participant, ending_of(stage, session_id) or LEFT)
            return
        window.called("callback" if self.then == "confirm" else "cancelled")
        if screen_at(stage, session_id) is not None:
            _act(stage, window, session_id, self.then)
        ended(stage, participant, ending_of(stage, session_id) or LEFT)
        _land(stage, participant, window, session_id, is_embedded=is_embedded, is_apart=is_apart)


def view_page(stage: "Stage", participant: "Participant", name: str, *, moment: Moment, cause: str = "") -> None:
    """Open the page that the config calls *name*, and write down what it shows and what the browser keeps of it."""
    template = stage.settings.app.observe.pages.get(name)
    if template is None:
        problem = f"the config names no page {name!r}"
        stage.cut_short(problem, hook=PAGES)
        stage.journal.write(
            PageView(
                **stage.journal.stamp(), participant=participant.name, page=name, moment=moment, cause=cause, problem=problem
            )
        )
        return
    window = stage.window(participant)
    window.open(address_of(stage, participant, template), page=name)
    window.look(moment=moment, cause=cause)
    window.note_storage()


def address_of(stage: "Stage", participant: "Participant", template: str) -> str:
    """Where a page of the config is, for *participant*."""
    from urllib.parse import quote

    values = {name: quote(value, safe="") for name, value in {**stage.app.values, **participant.values}.items()}
    return stage.app.url + fill_text(template, values)


def _advance(stage: "Stage", participant: "Participant", window: Window, session_id: str, walk: WalkInBrowser) -> None:
    """Answer each screen before the one that is walked to."""
    while True:
        screen = screen_at(stage, session_id)
        if screen is None or SCREENS.index(screen) >= SCREENS.index(walk.until):
            return
        if screen == "institution":
            problem = window.consent("choose", institution_id=(walk.institution_id,))
        elif screen == "login":
            problem = window.consent("identify", email=(participant.person.email,))
        elif screen == "code":
            problem = window.consent("enter_code")
        else:
            problem = window.consent("select")
        _await_change(stage, window, session_id, screen, problem)


def _act(stage: "Stage", window: Window, session_id: str, then: str) -> None:
    screen = screen_at(stage, session_id)
    _await_change(stage, window, session_id, screen, window.consent(then))


def _await_change(stage: "Stage", window: Window, session_id: str, screen: Screen | None, problem: str) -> None:
    elapsed = stopwatch()
    while not problem and screen_at(stage, session_id) == screen:
        if elapsed() > SCREEN_CAP_S:
            problem = "nothing came of it"
        window.pause()
    if problem:
        raise StepError(f"The consent page stays at {screen!r} in Chromium: {problem}.")
    window.settle()


def _land(
    stage: "Stage", participant: "Participant", window: Window, session_id: str, *, is_embedded: bool, is_apart: bool
) -> None:
    """Wait for the app's page, let the journal hear what it heard, and look at it."""
    ending = ending_of(stage, session_id)
    is_approved = ending == Ending.APPROVED.value
    page = "callback" if is_approved else "cancelled"
    window.called(page)
    problem = await_return(window, is_apart=is_apart)
    # In a window of its own, somebody may have been sent back there, even where it has closed since.
    has_returned = is_apart and any(window.places.is_app(url) for url in _ways_back(window))
    if is_embedded and not has_returned:
        _note_message(stage, participant, session_id)
    else:
        _note_visit(stage, participant, window, page)
    if is_approved:
        window.look(moment="unsynced", problem=problem)
    else:
        window.look(moment="failed", cause=ending, problem=problem)
    window.note_storage()


def _note_message(stage: "Stage", participant: "Participant", session_id: str) -> None:
    """The app's own page has heard the consent page's message, and has passed it on as it does."""
    participant.return_url = stage.fiskil.sandbox.way_back(session_id) or ""
    messages = messages_of(stage.fiskil.sandbox.session(session_id), stage.fiskil.interpretation)
    for message in messages[:1]:
        participant.last_sdk_message = (session_id, message)
        error_type = values_of(message)["error_type"]
        stage.journal.write(
            SdkMessagePassed(
                **stage.journal.stamp(), participant=participant.name, session=session_id, error_type=error_type
            )
        )


def _note_visit(stage: "Stage", participant: "Participant", window: Window, page: str) -> None:
    """The browser was sent to a page of the app's, or past it."""
    window.drain()
    back = _ways_back(window)
    participant.return_url = back[0] if back else ""
    own = [
        fetched
        for fetched in stage.journal.all(Fetched)
        if fetched.participant == participant.name and fetched.url in back and fetched.kind == "document" and fetched.is_ours
    ]
    shown = own[-1] if own else None
    stage.journal.write(
        Visit(
            **stage.journal.stamp(),
            participant=participant.name,
            page=page,
            status=shown.status if shown else None,
            content_type=shown.content_type if shown else "",
            body=shortened(shown.body) if shown else b"",
            is_elsewhere=shown is None and bool(back),
        )
    )


def await_return(window: Window, *, is_apart: bool) -> str:
    """Wait until the consent page has gone after its end; what is lacking, in words.

    Where it stands in a window of its own that nobody closes, the end user goes back from its last screen, or closes it.
    """
    elapsed, still = stopwatch(), stopwatch()
    while window.consent_url and elapsed() < LANDING_CAP_S:
        if not window.is_idle:
            still = stopwatch()
        elif is_apart and still() > READ_S:
            window.leave_consent()
            still = stopwatch()
        window.pause()
    window.settle()
    return "the consent page is still there after its end" if window.consent_url else ""


def _ways_back(window: Window) -> tuple[str, ...]:
    """Where the browser was sent since it left the consent page."""
    ways = window.addresses
    last_auth = max((number for number, url in enumerate(ways) if window.places.is_auth(url)), default=-1)
    return ways[last_auth + 1 :]
