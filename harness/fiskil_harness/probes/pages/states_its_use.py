"""Can the end user read what the data is used for, and the privacy notice, before they begin?"""

from typing import ClassVar
from urllib.parse import urljoin

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, Journal, PageView, Pressed
from fiskil_harness.journal.entries.pages import CONNECT, LINKED, NOTICE, PLAIN, PRIVACY
from fiskil_harness.journal.queries.page_addresses import is_local, is_same_address
from fiskil_harness.journal.queries.page_text import (
    SHORTEST_TEXT,
    is_fine,
    letters,
    markup,
    page_views,
    why_uncertain,
    why_unreadable,
)
from fiskil_harness.journal.queries.page_wording import missing_words, phrase_in, purpose_words, words_for
from fiskil_harness.probes.pages.explains_access import PURPOSE
from fiskil_harness.probes.probe import PlainProbe

PRIVACY_URL = "app.facts.privacy_url"


class StatesItsUse(PlainProbe, frozen=True, kw_only=True, tag="states_its_use"):
    """From the page that starts linking one press leads to ``app.facts.privacy_url``, and the purpose is told on the way.

    A notice of the app's own must answer 200 with text; one at another machine is known by its address and never opened.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "a link to the privacy notice on the page that starts linking, and the purpose on either page"
    source: ClassVar[str] = "practices: be transparent about how data will be used"
    fix: ClassVar[str] = (
        "say what the data is used for and link the privacy notice on the page that leads to the consent page"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look for the link, read where it leads, and look for the purpose."""
        stated = next(iter(journal.all(Declared)), Declared())
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not say what the data is used for", hook=PURPOSE)
        if not (stated.privacy_url or "").strip():
            return self.inconclusive("the config does not say where the privacy notice is", hook=PRIVACY_URL)
        seen = page_views(journal, CONNECT, [PLAIN])
        unreadable = why_unreadable(seen)
        if unreadable:
            return self.inconclusive(unreadable)
        notice = page_views(journal, NOTICE, [PLAIN])
        notice = notice or [view for view in _linked(journal) if is_same_address(view.url, _address(seen, stated))]
        return self._judge_link(journal, seen, notice, stated) or self._judge_purpose(journal, seen, notice, stated)

    def _judge_link(
        self, journal: Journal, seen: list[PageView], notice: list[PageView], stated: Declared
    ) -> Finding | None:
        """What is wrong or open about the link and where it leads; None where all is well."""
        wanted = _address(seen, stated)
        is_seen = all(any(is_same_address(control.leads_to, wanted) for control in view.controls) for view in seen)
        has_arrived = any(is_same_address(view.url, wanted) for view in notice)
        if not is_seen and not has_arrived:
            return self._without_link(journal, seen, wanted)
        if not is_local(seen[0].url, wanted):
            return None
        if not notice:
            return self.inconclusive("the privacy notice was not opened")
        return self._judge_notice(notice)

    def _judge_notice(self, notice: list[PageView]) -> Finding | None:
        bad = next((view.status for view in notice if not is_fine(view.status)), None)
        if bad is not None:
            return self.fails(f"the link to the privacy notice leads to a page that answers {bad}", examined=2)
        problem = next((view.problem for view in notice if view.problem), "")
        if problem:
            return self.inconclusive(f"the privacy notice could not be read: {problem}")
        if min(letters(view.text) for view in notice) >= SHORTEST_TEXT:
            return None
        if any(markup(view).is_drawn or markup(view).is_framed for view in notice):
            return self.inconclusive("the privacy notice is a picture or a frame, which cannot be read")
        return self.fails("the privacy notice has no text", examined=2)

    def _without_link(self, journal: Journal, seen: list[PageView], wanted: str) -> Finding:
        held = [markup(view) for view in seen]
        hidden = any(is_same_address(urljoin(seen[0].url, address), wanted) for page in held for address in page.addresses)
        if hidden:
            return self.inconclusive("the link to the privacy notice is in the page and not to be seen at both widths")
        named = [control for view in seen for control in view.controls if phrase_in(control.text, words_for(PRIVACY))]
        if named or any(pressed.purpose == PRIVACY for pressed in journal.all(Pressed)):
            told = "the page offers a privacy notice at another address than the config states, or in a window of its own"
            return self.inconclusive(told)
        why = why_uncertain(seen)
        if why:
            return self.inconclusive(f"the link to the privacy notice was not found, and {why}")
        return self.fails("nothing on the page that starts linking leads to the privacy notice", examined=len(seen))

    def _judge_purpose(self, journal: Journal, seen: list[PageView], notice: list[PageView], stated: Declared) -> Finding:
        words = purpose_words(stated.purpose or "")
        others = _linked(journal)
        lost = min((missing_words(view.text, words) for view in [*seen, *notice, *others]), key=len)
        written = [markup(view).written for view in [*seen, *notice, *others]]
        if len(lost) * 2 <= len(words):
            told = "the privacy notice is linked and the purpose is told"
            return self.passes(f"{told}, but for {', '.join(lost)}" if lost else told, examined=2)
        if not is_local(seen[0].url, _address(seen, stated)):
            return self.inconclusive("the purpose may be told in the privacy notice, which is at another machine")
        why = why_uncertain(seen) or why_uncertain(notice)
        if len(lost) < len(words) or why or any(len(missing_words(text, words)) < len(words) for text in written):
            reason = f"of the purpose as the config states it {', '.join(lost)} was not found"
            return self.inconclusive(f"{reason}, and {why}" if why else reason)
        return self.fails(
            "neither the page that starts linking nor the privacy notice tells what the data is used for",
            evidence=(f"none of: {', '.join(words)}",),
            examined=2,
        )


def _address(seen: list[PageView], stated: Declared) -> str:
    """Where the privacy notice is, as the page would resolve it."""
    return urljoin(seen[0].url, stated.privacy_url or "")


def _linked(journal: Journal) -> list[PageView]:
    """The pages of the app's own that the first one links."""
    return [view for view in journal.all(PageView) if view.page == LINKED and not view.participant and not view.problem]
