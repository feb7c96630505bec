"""Does the page announce that data is syncing, from the consent until all data is there, and no longer?"""

import re

from fiskil_harness.core.config.hooks import EFFECTS, PAGES, STATE
from fiskil_harness.core.model.findings import Verdict
from fiskil_harness.journal import Declared, Journal, PageView, Rows
from fiskil_harness.journal.queries.page_claims import without_denials
from fiskil_harness.journal.queries.page_messages import flaw_of, is_readable, listed, mentions, new_text, sentences
from fiskil_harness.journal.queries.rows import shown, snapshots
from fiskil_harness.probes.probe import Finding, Probe

WORDS = "app.facts.syncing_words"
SHOWN_FIELDS = frozenset(
    {
        *("display_name", "masked_number", "current_balance", "description", "amount"),
        *("balance", "invoice_amount", "invoice_number", "national_metering_id"),
    }
)
"""Fields of rows whose values pages show."""
FEW_LETTERS = 4
"""Minimum length of a value that is searched for on a page; a shorter value may occur by chance."""

AFTER_JOURNEY = "callback"
"""Name of the page to which the browser returns after a consent."""

PLENTY = 2
"""Minimum number of common English words that identify a page in English."""

_FIXTURE = "syncing_words.toml"
_NAMED = re.compile(r"(?:aria-label|alt|title)=\"([^\"]*)\"")
_DRAWN = re.compile(
    r"class=\"[^\"]*(?:skeleton|spinner|spin|loader|loading|shimmer|placeholder|progress|busy)", re.IGNORECASE
)


class ShowsSyncing(Probe, frozen=True, kw_only=True, tag="shows_syncing"):
    """Check that the page announces that data is syncing, from the consent until all data is there, and not afterwards.

    Each page that shows data afterwards must announce it. An announcement is a progress bar, or text with words of
    ``fixtures/syncing_words.toml`` or ``app.facts.syncing_words``.
    An announcement that stays is a FAIL only if no other text about syncing disappears; otherwise the remaining text may be
    general information. A page in an unknown language can only be judged if the config has words for it.
    """

    is_general = True
    needs = (PAGES, EFFECTS)
    expected = "a page that announces that data is syncing until it is there, and not afterwards"
    source = "consents.received"
    fix = "store for each consent whether its first sync is complete, and show that data is syncing until then"

    def examine(self, journal: Journal) -> Finding:
        """Judge the page before and after the data arrived."""
        own = _own_words(journal)
        early = [view for view in journal.all(PageView) if view.is_unsynced]
        late = [view for view in journal.all(PageView) if view.is_synced]
        if not early and not late:
            return self.inconclusive("no page was viewed after the consent", hook=PAGES)
        hidden = [view for view in early if view.page == AFTER_JOURNEY and view.is_covered and _is_written(journal, view)]
        if hidden:
            observed = (
                f"the {AFTER_JOURNEY} page is covered by the consent page or an empty element: its text is out of reach"
            )
            return self.fails(observed, evidence=(f"{AFTER_JOURNEY}: covered",))
        unreadable = [view for view in (*early, *late) if not is_readable(view)]
        if unreadable or not early or not late:
            return self.inconclusive(_why_unobserved(unreadable, early))
        if not any(_announces(view, own) for view in early):
            return self._judge_silent(journal, early, own)
        if not all(_holds_rows(journal, view) for view in late):
            return self.inconclusive("the app did not report that it holds the data before the page was viewed", hook=STATE)
        pages = [self._judge_silent(journal, views, own) for views in _silent_pages(journal, early, late, own)]
        silent = sorted(pages, key=lambda finding: finding.verdict is not Verdict.FAIL)
        return silent[0] if silent else self._judge_after(journal, early, late, own)

    def _judge_silent(self, journal: Journal, early: list[PageView], own: tuple[str, ...]) -> Finding:
        """Judge pages without an announcement: FAIL requires a known language and that no data was shown yet."""
        if any(_names_data(journal, view) for view in early):
            return self.inconclusive("the page showed data before any sync was announced, so there was nothing to wait for")
        if flawed := [view for view in early if flaw_of(view)]:
            return self.inconclusive(f"the {flawed[0].page} page {flaw_of(flawed[0])}")
        if not own and not all(_is_english(view) for view in early):
            return self.inconclusive(
                'the page has few English words; add its words for "syncing" to app.facts.syncing_words',
                hook=WORDS,
            )
        if any(_hints(view.text) or _draws_waiting(view) for view in early):
            return self.inconclusive("the page may announce the sync in unknown words", hook=WORDS)
        evidence = tuple(f"{page}: no word and no sign of waiting" for page in dict.fromkeys(view.page for view in early))
        return self.fails(
            "after the consent the page shows no data, and does not announce that data is syncing",
            evidence=evidence,
        )

    def _judge_after(self, journal: Journal, early: list[PageView], late: list[PageView], own: tuple[str, ...]) -> Finding:
        # The page after the journey may be static: its text about the sync may stay.
        late = [view for view in late if view.page != AFTER_JOURNEY]
        examined = len({view.page for view in (*early, *late)})
        plain = {sentence for view in journal.all(PageView) if view.is_plain for sentence in sentences(view.text)}
        lasting = _signs(late, own)
        fresh = _signs(early, own) - lasting
        announced = {sentence for view in early for sentence in _current(view, own)} - plain
        still = sorted({view.page for view in late if announced & _current(view, own)})
        viewed_again = [view for view in early if view.page in {other.page for other in late}]
        vanished = _signs(viewed_again, own) - lasting
        if still and not vanished and not _may_have_announced_more(viewed_again, late):
            observed = f"the {still[0]} page still announces that data is syncing although all of it is there"
            return self.fails(observed, evidence=tuple(f"{page}: still syncing" for page in still))
        if not fresh:
            return self.inconclusive("the page shows its words about waiting at all times", hook=WORDS)
        remaining = sorted(_remaining(journal, late, own, announced=announced, plain=plain))
        if remaining:
            observed = f"{remaining[0]!r} may announce missing data or be general information"
            return self.inconclusive(observed, hook=WORDS)
        advice = tuple(
            f"the {page} page does not announce that data is syncing"
            for page in dict.fromkeys(view.page for view in early if not _announces(view, own))
        )
        observed = "the page announces that data is syncing, and stops when it is there"
        return self.passes(observed, examined=examined, advice=advice)


def _silent_pages(
    journal: Journal, early: list[PageView], late: list[PageView], own: tuple[str, ...]
) -> list[list[PageView]]:
    """Return the early views of each page that shows data later, and neither shows nor announces it before."""
    showing = {view.page for view in late if _names_data(journal, view)}
    announcing = {view.page for view in early if _announces(view, own) or _names_data(journal, view)}
    names = dict.fromkeys(view.page for view in early if view.page in showing - announcing)
    return [[view for view in early if view.page == name] for name in names]


def _is_written(journal: Journal, view: PageView) -> bool:
    """Return True if the page has new text since before the journey, so that the app knows that the journey is over."""
    plain = [other for other in journal.all(PageView) if other.is_plain and other.at_s <= view.at_s and is_readable(other)]
    same = [other for other in plain if (other.participant, other.width_px) == (view.participant, view.width_px)]
    return bool(same and new_text(same[-1], view))


def _own_words(journal: Journal) -> tuple[str, ...]:
    declared = journal.all(Declared)
    return declared[-1].syncing_words if declared else ()


def _why_unobserved(unreadable: list[PageView], early: list[PageView]) -> str:
    if unreadable:
        return f"the {unreadable[0].page} page could not be read: {unreadable[0].problem or 'there was no response'}"
    return "no page was viewed " + ("after the data had arrived" if early else "between the consent and the data")


def _announces(view: PageView, own: tuple[str, ...]) -> bool:
    return bool(_announcements(view, own) or _progress(view))


def _signs(views: list[PageView], own: tuple[str, ...]) -> set[str]:
    return {sign for view in views for sign in (*_announcements(view, own), *_progress(view))}


def _announcements(view: PageView, own: tuple[str, ...]) -> list[str]:
    """Return the sentences which announce that data is syncing.

    Ambiguous words, such as "loading", count only if the same sentence has a word for data. A denial, such as "we are not
    syncing", does not count.
    """
    certain, ambiguous, tied = (*own, *listed(_FIXTURE, "words")), listed(_FIXTURE, "ambiguous"), listed(_FIXTURE, "tied")
    return [
        sentence
        for sentence in sentences(view.text)
        if (claim := without_denials(sentence))
        and (mentions(claim, certain) or (mentions(claim, ambiguous) and mentions(sentence, tied)))
    ]


def _current(view: PageView, own: tuple[str, ...]) -> set[str]:
    """Return the sentences which state that data is syncing now, without sentences about syncing in general."""
    now, general = (*own, *listed(_FIXTURE, "now")), listed(_FIXTURE, "general")
    return {sentence for sentence in sentences(view.text) if mentions(sentence, now) and not mentions(sentence, general)}


def _may_have_announced_more(early: list[PageView], late: list[PageView]) -> bool:
    """Return True if a sentence that disappeared may have been an announcement that data is syncing."""
    lasting = {sentence for view in late for sentence in sentences(view.text)}
    gone = {sentence for view in early for sentence in sentences(view.text)} - lasting
    return _hints("\n".join(gone))


def _hints(text: str) -> bool:
    """Return True if a sentence in *text* may be about waiting; sentences about the end of sharing do not count."""
    words = (*listed(_FIXTURE, "hints"), *listed(_FIXTURE, "ambiguous"))
    return any(
        mentions(sentence, words) and not mentions(sentence, listed(_FIXTURE, "endings")) for sentence in sentences(text)
    )


def _remaining(
    journal: Journal, late: list[PageView], own: tuple[str, ...], *, announced: set[str], plain: set[str]
) -> set[str]:
    """Return the sentences which still state that data is syncing when all data is there.

    Args:
        late: Views of pages from after all data had arrived.
        own: The app's own words for syncing.
        announced: Sentences about syncing from before the data arrived. If a page shows data, only these sentences count.
        plain: Sentences from before the consent, which never count.
    """
    remaining: set[str] = set()
    for view in late:
        current = _current(view, own) - plain
        remaining |= current & announced if _names_data(journal, view) else current
    return remaining


def _draws_waiting(view: PageView) -> bool:
    """Return True if an element without text, such as a skeleton, a spinner or a picture, may show that data is syncing."""
    names = " ".join(_NAMED.findall(view.html))
    return bool(_DRAWN.search(view.html)) or mentions(names, listed(_FIXTURE, "words"))


def _progress(view: PageView) -> set[str]:
    """Return the signs of progress on the page, without announced statuses, which are judged by their words."""
    return {sign for sign in view.signs if not sign.startswith("status")}


def _is_english(view: PageView) -> bool:
    common = set(re.findall(r"[a-z]+", view.text.lower())) & set(listed(_FIXTURE, "english"))
    return len(common) >= PLENTY


def _names_data(journal: Journal, view: PageView) -> bool:
    """Return True if the page shows data that the API served, such as an account's name, a balance or a description."""
    text = view.text.lower().replace(",", "")
    values = {
        str(value).lower().replace(",", "").removeprefix("-")
        for rows in journal.all(Rows)
        if rows.participant == view.participant
        for row in rows.rows
        for name, value in row.items()
        if name in SHOWN_FIELDS and len(str(value)) >= FEW_LETTERS
    }
    return any(value in text for value in values)


def _holds_rows(journal: Journal, view: PageView) -> bool:
    """Return True if, before the view, the app was idle and reported a state with rows of the view's end user."""
    earlier = [effects for effects in snapshots(journal, view.participant) if effects.at_s <= view.at_s]
    if not earlier or not earlier[-1].is_idle:
        return False
    served = [rows for rows in journal.all(Rows) if rows.participant == view.participant and rows.at_s <= view.at_s]
    ids = [str(row["fiskil_id"]) for rows in served for row in rows.rows if "fiskil_id" in row]
    return bool(shown(earlier[-1].state, ids))
