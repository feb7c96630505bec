"""A journey that goes wrong in the end user's real browser, down to the page on which they learn of it."""

from typing import TYPE_CHECKING, Any, ClassVar

from fiskil_harness.app.browser import Window
from fiskil_harness.core.config.hooks import PAGES, START_SESSION
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.shortcut import APPROVED, CONCLUSIONS
from fiskil_harness.scenario.steps.journeys import ended, ending_of
from fiskil_harness.scenario.steps.pages import Looking, await_return
from fiskil_harness.scenario.steps.start_linking import connect
from fiskil_harness.scenario.steps.waiting_pages import open_page

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

FAILURES = tuple(conclusion for conclusion in CONCLUSIONS if conclusion != APPROVED)
TERMINATED = "terminated"
"""Such a session leads nowhere: the consent page itself says so, and posts it to the page in whose frame it stands."""


class FailInBrowser(Looking, frozen=True, kw_only=True, tag="fail_in_browser"):
    """The end user begins on the app's page, and the journey comes to an ``outcome`` that is no consent.

    The browser is sent back to the app, or the app's page hears the consent page's message where it embeds that; then the
    end user reads what the app shows. Of a session that was *terminated* only an app hears that shows the consent page in a
    frame; nobody else is looked at.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES, START_SESSION)
    outcome: str = "denied"
    page: str = "connect"
    twin: str = ""

    def check(self) -> None:
        """Refuse an outcome that no journey has, and a consent."""
        if self.outcome not in FAILURES:
            raise UnknownName("outcome", self.outcome, FAILURES)

    def perform(self, stage: "Stage") -> None:
        """Press, let the journey end, and look at what comes of it."""
        participant = stage.participant(self.twin)
        window = open_page(stage, participant, self.page)
        window.look(has_pictures=False)
        session_id = connect(stage, participant, window, page=self.page)
        is_apart = window.is_consent_apart
        stage.fiskil.sandbox.conclude(session_id, self.outcome, email=participant.person.email)
        ended(stage, participant, ending_of(stage, session_id))
        if self.outcome == TERMINATED and (is_apart or not window.is_embedded):
            return
        window.called("cancelled")
        window.clear_dialogs()
        problem = window.run(lambda page: _show_again(page, window), cap_s=window.deadline_s + 1)
        problem = await_return(window, is_apart=is_apart) or problem
        window.look(moment="failed", cause=ending_of(stage, session_id), problem=problem, has_pictures=False)


async def _show_again(page: Any, window: Window) -> str:
    """Let the consent page open anew where it stands: its session is over, so that it leads back at once.

    Returns:
        What kept the browser from it, in words.
    """
    frames = [frame for value in page.context.pages for frame in value.frames if window.places.is_auth(frame.url)]
    if not frames:
        return "the consent page was gone before the journey ended"
    try:
        await frames[0].goto(frames[0].url, wait_until="domcontentloaded", timeout=window.deadline_s * 1000)
    except Exception:  # noqa: BLE001 - Playwright has one class for all that can go wrong here, a frame that is taken away too
        is_ours = window.places.is_app(page.url) or page.url.startswith("chrome-error:")
        return "" if is_ours else "the page could not be opened"
    return ""
