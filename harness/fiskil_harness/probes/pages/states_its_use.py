"""Does the connect page state what the data is used for and link the privacy notice?"""

from urllib.parse import urljoin

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Declared, Journal, PageView, Pressed
from fiskil_harness.journal.entries.pages import LINKED, NOTICE, PLAIN, PRIVACY
from fiskil_harness.journal.queries.page_addresses import is_local, is_same_address
from fiskil_harness.journal.queries.page_text import (
    SHORTEST_TEXT,
    connect_views,
    is_fine,
    letters,
    markup,
    page_views,
    why_incomplete,
    why_uncertain,
    why_unreadable,
)
from fiskil_harness.journal.queries.page_wording import missing_words, phrase_in, purpose_words, words_for
from fiskil_harness.probes.pages.explains_access import PURPOSE
from fiskil_harness.probes.probe import Finding, Probe

PRIVACY_URL = "app.facts.privacy_url"


class StatesItsUse(Probe, frozen=True, kw_only=True, tag="states_its_use"):
    """Check that the connect page links the privacy notice, and that one of the two pages states the purpose of the data.

    The notice is at ``app.facts.privacy_url``. If the app itself serves the notice, it must respond with success and text.
    A notice on another machine is never opened, and only its URL is checked.
    """

    needs = (PAGES,)
    expected = "a link to the privacy notice on the page where linking starts, and the purpose on either page"
    source = "practices: be transparent about how data will be used"
    fix = "state what the data is used for and link the privacy notice on the page that leads to the consent page"

    def examine(self, journal: Journal) -> Finding:
        """Judge the link to the notice, the notice, and the stated purpose."""
        stated = next(iter(journal.all(Declared)), Declared())
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not state what the data is used for", hook=PURPOSE)
        if not (stated.privacy_url or "").strip():
            return self.inconclusive("the config does not state the URL of the privacy notice", hook=PRIVACY_URL)
        views = connect_views(journal)
        problem = why_unreadable(views)
        if problem:
            return self.inconclusive(problem)
        notice = page_views(journal, NOTICE, [PLAIN])
        notice = notice or [view for view in _linked(journal) if is_same_address(view.url, _address(views, stated))]
        return self._judge_link(journal, views, notice, stated) or self._judge_purpose(journal, views, notice, stated)

    def _judge_link(
        self, journal: Journal, views: list[PageView], notice: list[PageView], stated: Declared
    ) -> Finding | None:
        """Return a finding if the link to the notice, or the notice, is wrong or uncertain; else None."""
        address = _address(views, stated)
        is_visible = all(any(is_same_address(control.leads_to, address) for control in view.controls) for view in views)
        has_arrived = any(is_same_address(view.url, address) for view in notice)
        if not is_visible and not has_arrived:
            return self._without_link(journal, views, address)
        if not is_local(views[0].url, address):
            return None
        if not notice:
            return self.inconclusive("the privacy notice was not opened")
        return self._judge_notice(notice)

    def _judge_notice(self, notice: list[PageView]) -> Finding | None:
        bad = next((view.status for view in notice if not is_fine(view.status)), None)
        if bad is not None:
            return self.fails(f"the link to the privacy notice leads to a page that responds {bad}")
        problem = next((view.problem for view in notice if view.problem), None)
        if problem:
            return self.inconclusive(f"the privacy notice could not be read: {problem}")
        if min(letters(view.text) for view in notice) >= SHORTEST_TEXT:
            return None
        if any(markup(view).is_drawn or markup(view).is_framed for view in notice):
            return self.inconclusive("the privacy notice is a picture or a frame, which cannot be read")
        return self.fails("the privacy notice has no text")

    def _without_link(self, journal: Journal, views: list[PageView], address: str) -> Finding:
        links = (urljoin(views[0].url, link) for view in views for link in markup(view).addresses)
        hidden = any(is_same_address(link, address) for link in links)
        if hidden:
            return self.inconclusive(
                "the page contains the link to the privacy notice, but it is not visible at both widths"
            )
        named = [control for view in views for control in view.controls if phrase_in(control.text, words_for(PRIVACY))]
        if named or any(pressed.purpose == PRIVACY for pressed in journal.all(Pressed)):
            return self.inconclusive("the page shows a privacy notice at another URL than the config states, or in a dialog")
        reason = why_incomplete(journal)
        if reason:
            return self.inconclusive(f"the page may link the privacy notice in a place that cannot be read: {reason}")
        return self.fails("no link on the page where linking starts leads to the privacy notice")

    def _judge_purpose(self, journal: Journal, views: list[PageView], notice: list[PageView], stated: Declared) -> Finding:
        words = purpose_words(stated.purpose or "")
        others = _linked(journal)
        missing = min((missing_words(view.text, words) for view in [*views, *notice, *others]), key=len)
        written = [markup(view).written for view in [*views, *notice, *others]]
        if len(missing) * 2 <= len(words):
            observed = "the page links the privacy notice and states the purpose"
            return self.passes(f"{observed}, except for {', '.join(missing)}" if missing else observed, examined=2)
        if not is_local(views[0].url, _address(views, stated)):
            return self.inconclusive("the privacy notice, which is on another machine, may state the purpose")
        reason = why_incomplete(journal) or why_uncertain(notice)
        if len(missing) < len(words) or reason or any(len(missing_words(text, words)) < len(words) for text in written):
            observed = f"these words of the purpose in the config were not found: {', '.join(missing)}"
            return self.inconclusive(f"{observed}; {reason}" if reason else observed)
        return self.fails(
            "neither the page where linking starts nor the privacy notice states what the data is used for",
            evidence=(f"none of: {', '.join(words)}",),
        )


def _address(views: list[PageView], stated: Declared) -> str:
    """Return the absolute URL of the privacy notice; a relative URL in the config is relative to the connect page."""
    return urljoin(views[0].url, stated.privacy_url or "")


def _linked(journal: Journal) -> list[PageView]:
    """Return the views of other pages of the app to which the connect page links."""
    return [view for view in journal.all(PageView) if view.page == LINKED and not view.participant and not view.problem]
