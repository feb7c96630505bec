"""The step in which the end user reads the app's pages from the one where linking starts up to the consent page."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import PageView
from fiskil_harness.journal.entries.pages import CONNECT, PLAIN
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_text import Place, connect_views, place_of
from fiskil_harness.journal.queries.page_wording import dataset_names, missing_words, purpose_words
from fiskil_harness.scenario.steps.pages import Looking, view_page
from fiskil_harness.scenario.steps.start_linking import press_until_consent

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage


class ReadConnectPages(Looking, frozen=True, kw_only=True, tag="read_connect_pages"):
    """The end user reads the page where linking starts and, if it does not explain everything, the pages that follow it.

    Everything means the datasets, the purpose and the link to the privacy notice that ``app.facts`` states. To reach the
    pages that follow, the end user clicks the controls that lead to the consent page. Needs ``app.observe.pages``.

    Args:
        page: Name of the page that starts linking, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = CONNECT
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open the pages, and record their content.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        read_connect_pages(stage, stage.end_user(self.twin), page=self.page)


def read_connect_pages(stage: "Stage", end_user: "EndUser", *, page: str) -> None:
    """Open and record the page, and those that follow it up to the consent page if it does not explain everything."""
    view_page(stage, end_user, page, moment=PLAIN)

    def is_enough() -> bool:
        views = connect_views(stage.journal, page=page, participant=end_user.participant)
        return any(view.problem for view in views) or _explains(views, stage.settings)

    def is_enough_with_this_page() -> bool:
        window.look(moment=PLAIN, has_pictures=False)
        return is_enough()

    if not is_enough():
        window = stage.window(end_user)
        known_sessions = set(stage.fiskil.sandbox.store.sessions)
        problem = press_until_consent(stage, end_user, window, known_sessions, page=page, is_enough=is_enough_with_this_page)
        if problem:
            window.look(moment=PLAIN, problem=problem, has_pictures=False)


def _explains(views: list[PageView], settings: Settings) -> bool:
    """Return true if *views* show all that the config states: datasets, purpose and the link to the privacy notice."""
    facts = settings.app.facts
    words = purpose_words(facts.purpose or "")
    names = [dataset_names(name, facts.dataset_words) for name in facts.datasets or ()]
    return all(
        all(place_of(view, phrases) is not Place.NOWHERE for phrases in names)
        and len(missing_words(view.text, words)) * 2 <= len(words)
        and (not facts.privacy_url or _links(view, facts.privacy_url))
        for view in views
    )


def _links(view: PageView, address: str) -> bool:
    return any(is_same_address(control.leads_to, urljoin(view.url, address)) for control in view.controls)
