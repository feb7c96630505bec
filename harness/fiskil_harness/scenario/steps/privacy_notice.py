"""The end user reads before they begin: the privacy notice that a page links, and what else of the app's it links."""

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from fiskil_harness.app.browser import Window
from fiskil_harness.journal import Control, PageView, Pressed
from fiskil_harness.journal.entries.pages import CONNECT, ELSEWHERE, LINKED, NOTICE, PLAIN, PRIVACY
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_text import WIDTHS
from fiskil_harness.journal.queries.page_wording import missing_words, phrase_in, purpose_words, words_for
from fiskil_harness.scenario.steps.pages import Looking, view_page

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

MOST_LINKS = 4
UNREAD = ("never", "sure", "likely")
"""Words of controls that do something, or lead to where one does."""


class ReadPrivacyNotice(Looking, frozen=True, kw_only=True, tag="read_privacy_notice"):
    """The end user opens the page that starts linking, follows its link to the privacy notice, and reads it.

    Where neither tells the purpose, the app's other pages that it links are read too. Nothing at another machine is opened.
    """

    page: str = CONNECT
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Look, follow, read."""
        participant = stage.participant(self.twin)
        view_page(stage, participant, self.page, moment=PLAIN)
        seen = [
            view for view in stage.journal.all(PageView) if view.page == self.page and view.participant == participant.name
        ]
        if not seen or seen[-1].problem or self.page not in stage.settings.app.observe.pages:
            return
        window = stage.window(participant)
        controls = {control: None for look in seen[-WIDTHS:] for control in look.controls}
        read = [*seen[-WIDTHS:], *_follow(stage, participant, window, seen[-1].url, list(controls))]
        if _lacks_purpose(stage, read):
            _read_on(window, seen[-1].url, list(controls))


def _follow(
    stage: "Stage", participant: "Participant", window: Window, page_url: str, controls: list[Control]
) -> tuple[PageView, ...]:
    """Follow what leads to the stated address, or else what its name says is the notice."""
    wanted = urljoin(page_url, stage.settings.app.facts.privacy_url or "")
    able = [control for control in controls if control.kind in {"link", "button"} and not control.is_disabled]
    stated = [
        control for control in able if stage.settings.app.facts.privacy_url and is_same_address(control.leads_to, wanted)
    ]
    named = [control for control in able if phrase_in(control.text, words_for(PRIVACY))]
    for control in [*stated, *named][:1]:
        problem = ELSEWHERE if control.leads_to and not window.places.is_app(control.leads_to) else ""
        if not problem and control.leads_to:
            window.open(control.leads_to, page=NOTICE)
        elif not problem:
            problem = window.press(control)
            window.settle()
            window.called(NOTICE)
        stage.journal.write(
            Pressed(
                **stage.journal.stamp(),
                participant=participant.name,
                page=CONNECT,
                purpose=PRIVACY,
                text=control.text,
                number=1,
                problem=problem,
            )
        )
        return () if problem else window.look(moment=PLAIN)
    return ()


def _lacks_purpose(stage: "Stage", read: list[PageView]) -> bool:
    """Whether no page yet tells the purpose, or none of them is the notice: more may be behind other links."""
    words = purpose_words(stage.settings.app.facts.purpose or "")
    is_told = any(len(missing_words(view.text, words)) * 2 <= len(words) for view in read)
    return not is_told or not any(view.page == NOTICE for view in read)


def _read_on(window: Window, page_url: str, controls: list[Control]) -> None:
    """Open the app's other pages that are linked, as far as a link does nothing but lead there."""
    links = [
        control
        for control in controls
        if control.kind == "link"
        and control.leads_to
        and window.places.is_app(control.leads_to)
        and not is_same_address(control.leads_to, page_url)
        and not any(phrase_in(control.text, words_for("revoke", name)) for name in UNREAD)
    ]
    for link in links[:MOST_LINKS]:
        window.open(link.leads_to, page=LINKED)
        window.look(moment=PLAIN, has_pictures=False)
