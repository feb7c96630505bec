"""The step of a consent journey that fails in a real browser, up to the page on which the app reports the failure."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.config.hooks import PAGES, START_SESSION
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.consents.shortcut import APPROVED, OUTCOMES_TO_CONCLUDE
from fiskil_harness.scenario.steps.journeys import conclude, ended, ending_of
from fiskil_harness.scenario.steps.pages import Looking, await_return
from fiskil_harness.scenario.steps.start_linking import connect
from fiskil_harness.scenario.steps.waiting_pages import open_page

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

FAILURES = tuple(conclusion for conclusion in OUTCOMES_TO_CONCLUDE if conclusion != APPROVED)
TERMINATED = "terminated"
"""The outcome of a session that ends without a redirect. Only an app that embeds the consent page gets a message."""


class FailInBrowser(Looking, frozen=True, kw_only=True, tag="fail_in_browser"):
    """The end user starts linking on the app's page in Chromium, and the journey ends without a consent.

    The browser is redirected to the app, or the app's page receives the consent page's message; then the page that the app
    shows is recorded. After "terminated" only an app that embeds the consent page is notified, so other apps are not
    examined. Needs ``app.observe.pages`` and ``app.drive.start_session``.

    Args:
        outcome: Outcome of the journey, such as "denied"; any outcome except "approved".
        error_type: An undocumented error type to report to the app; "" means the outcome's own.
        page: Name of the page that starts linking, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES, START_SESSION)
    outcome: str = "denied"
    error_type: str = ""
    page: str = "connect"
    twin: str = ""

    def check(self) -> None:
        """Validate *outcome*.

        Raises:
            UnknownName: No failed journey has this outcome.
        """
        if self.outcome not in FAILURES:
            raise UnknownName("outcome", self.outcome, FAILURES)

    def perform(self, stage: "Stage") -> None:
        """Start linking, end the journey, and record the page that the app shows.

        Raises:
            StepError: The page does not open, or no auth session was opened.
        """
        end_user = stage.end_user(self.twin)
        window = open_page(stage, end_user, self.page)
        window.look(has_pictures=False)
        session_id = connect(stage, end_user, window, page=self.page)
        is_apart = window.has_consent_window
        problem = "" if window.consent_url else "the consent page was closed before the journey ended"
        # The consent page learns of the ending at once, and leaves by itself.
        conclude(stage, end_user, session_id, self.outcome, error_type=self.error_type)
        ended(stage, end_user, ending_of(stage, session_id))
        if self.outcome == TERMINATED and (is_apart or not window.is_embedded):
            return
        window.name_page("cancelled")
        window.clear_dialogs()
        problem = await_return(window, is_apart=is_apart) or problem
        cause = self.error_type or ending_of(stage, session_id)
        window.look(moment="failed", cause=cause, problem=problem, has_pictures=False)
