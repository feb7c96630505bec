"""The step in which the end user reads the privacy notice, and other pages of the app, before they start linking."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from fiskil_harness.app.browser import Window
from fiskil_harness.journal import Control, PageView, Pressed
from fiskil_harness.journal.entries.pages import CONNECT, LINKED, NOTICE, OTHER_MACHINE, PLAIN, PRIVACY
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_text import connect_views
from fiskil_harness.journal.queries.page_wording import missing_words, phrase_in, purpose_words, words_for
from fiskil_harness.scenario.steps.connect_pages import read_connect_pages
from fiskil_harness.scenario.steps.pages import Looking

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MOST_LINKS = 4
ACTION_WORDS = ("never", "sure", "likely")
"""Names of word lists: a control whose label contains such a word performs an action, or leads to one."""


class ReadPrivacyNotice(Looking, frozen=True, kw_only=True, tag="read_privacy_notice"):
    """The end user reads the pages that start linking, follows their link to the privacy notice, and reads it.

    If the notice or a statement of the purpose is not found, other linked pages of the app are read as well. Pages on
    foreign hosts are not opened. Needs ``app.observe.pages``.

    Args:
        page: Name of the page that starts linking, as in ``app.observe.pages``.
        twin: Name of the participant; "" means the scenario's end user.
    """

    page: str = CONNECT
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Open and record the pages.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
        """
        end_user = stage.end_user(self.twin)
        read_connect_pages(stage, end_user, page=self.page)
        views = connect_views(stage.journal, page=self.page, participant=end_user.participant)
        if any(view.problem for view in views):
            return
        window = stage.window(end_user)
        controls = {control: None for view in views for control in view.controls}
        read = [*views, *_open_notice(stage, end_user, window, views[-1].url, list(controls))]
        if _lacks_purpose(stage, read):
            _open_other_links(window, views[-1].url, list(controls))


def _open_notice(
    stage: "Stage", end_user: "EndUser", window: Window, page_url: str, controls: list[Control]
) -> tuple[PageView, ...]:
    """Open the notice through a control that links to ``app.facts.privacy_url``, or whose label mentions the notice."""
    privacy_url = urljoin(page_url, stage.settings.app.facts.privacy_url or "")
    enabled = [control for control in controls if (control.is_link or control.is_button) and not control.is_disabled]
    by_url = [
        control
        for control in enabled
        if stage.settings.app.facts.privacy_url and is_same_address(control.leads_to, privacy_url)
    ]
    by_label = [control for control in enabled if phrase_in(control.text, words_for(PRIVACY))]
    for control in [*by_url, *by_label][:1]:
        problem = OTHER_MACHINE if control.leads_to and not window.places.is_app(control.leads_to) else ""
        if not problem and control.leads_to:
            window.open(control.leads_to, page=NOTICE)
        elif not problem:
            problem = window.press(control)
            window.settle()
            window.name_page(NOTICE)
        stage.record(
            Pressed,
            participant=end_user.participant,
            page=CONNECT,
            purpose=PRIVACY,
            text=control.text,
            number=1,
            problem=problem,
        )
        return () if problem else window.look(moment=PLAIN)
    return ()


def _lacks_purpose(stage: "Stage", read: list[PageView]) -> bool:
    """Return true if no page in *read* states the purpose, or no page in *read* is the privacy notice."""
    words = purpose_words(stage.settings.app.facts.purpose or "")
    is_stated = any(len(missing_words(view.text, words)) * 2 <= len(words) for view in read)
    return not is_stated or not any(view.page == NOTICE for view in read)


def _open_other_links(window: Window, page_url: str, controls: list[Control]) -> None:
    """Open other pages of the app that are linked, unless a link's label suggests an action."""
    links = [
        control
        for control in controls
        if control.is_link
        and control.leads_to
        and window.places.is_app(control.leads_to)
        and not is_same_address(control.leads_to, page_url)
        and not any(phrase_in(control.text, words_for("revoke", name)) for name in ACTION_WORDS)
    ]
    for link in links[:MOST_LINKS]:
        window.open(link.leads_to, page=LINKED)
        window.look(moment=PLAIN, has_pictures=False)
