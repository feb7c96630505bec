"""Is the end user told that data is on its way, as long as it is, and no longer?"""

import re
from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS, PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, Effects, Journal, PageView, Rows
from fiskil_harness.journal.queries.page_messages import flaw_of, is_readable, listed, mentions, sentences
from fiskil_harness.journal.queries.rows import places
from fiskil_harness.probes.probe import PlainProbe

PLAIN, UNSYNCED, SYNCED = "plain", "unsynced", "synced"
WORDS = "app.facts.syncing_words"
FEW_LETTERS = 4
"""A shorter value may stand on a page by accident."""

PLENTY = 2
"""So many common words tell that a page is in English."""

_FIXTURE = "syncing_words.toml"
_NAMED = re.compile(r"(?:aria-label|alt|title)=\"([^\"]*)\"")
_DRAWN = re.compile(
    r"class=\"[^\"]*(?:skeleton|spinner|spin|loader|loading|shimmer|placeholder|progress|busy)", re.IGNORECASE
)


class ShowsSyncing(PlainProbe, frozen=True, kw_only=True, tag="shows_syncing"):
    """Between the consent and the first data the page says that data is on its way; once all is there, it does not.

    The words are those of ``fixtures/syncing_words.toml`` and the config's own (``app.facts.syncing_words``); a progress bar
    will do as well. Only a page that tells the same before and after is accused: what stays while something else has gone
    may be about all times. A page in another language is no witness where the config gives no words.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES, EFFECTS)
    expected: ClassVar[str] = "a page that says that data is on its way until it is there, and not afterwards"
    source: ClassVar[str] = "consents.received"
    fix: ClassVar[str] = "keep for each consent whether its first sync has come, and let the page say so until it has"

    def examine(self, journal: Journal) -> Finding:
        """Read what was shown before the data and after it."""
        own = _own_words(journal)
        early = [view for view in journal.all(PageView) if view.moment == UNSYNCED]
        late = [view for view in journal.all(PageView) if view.moment == SYNCED]
        if not early and not late:
            return self.inconclusive("nobody saw a page after the consent", hook=PAGES)
        unseen = [view for view in (*early, *late) if not is_readable(view)]
        if unseen or not early or not late:
            return self.inconclusive(_why_unseen(unseen, early))
        if not any(_tells(view, own) for view in early):
            return self._silent(journal, early, own)
        if not _has_arrived(journal, late):
            return self.inconclusive("the app does not hold the data, as far as it tells", hook=EFFECTS)
        return self._after(journal, early, late, own)

    def _silent(self, journal: Journal, early: list[PageView], own: tuple[str, ...]) -> Finding:
        """No page said it: a witness only where the words would have been known, and no data was there already."""
        if any(_names_data(journal, view) for view in early):
            return self.inconclusive("the page showed data before any was announced, so there was nothing to wait for")
        if any(flaw_of(view) for view in early):
            return self.inconclusive(f"the {early[0].page} page {flaw_of(early[0]) or 'is no page for people'}")
        if not own and not all(_is_english(view) for view in early):
            return self.inconclusive("the page is in a language whose words for waiting nobody has told", hook=WORDS)
        if any(_hints(view.text) or _draws_waiting(view) for view in early):
            return self.inconclusive("the page may say it in words of its own", hook=WORDS)
        evidence = tuple(
            f"{fromkey}: no word and no sign of waiting" for fromkey in dict.fromkeys(view.page for view in early)
        )
        return self.fails(
            "after the consent the page shows nothing as final, and does not say that data is on its way",
            evidence=evidence,
            examined=len(evidence),
        )

    def _after(self, journal: Journal, early: list[PageView], late: list[PageView], own: tuple[str, ...]) -> Finding:
        examined = len({view.page for view in (*early, *late)})
        known = {told for view in journal.all(PageView) if view.moment == PLAIN for told in sentences(view.text)}
        lasting = {told for view in late for told in (*_telling(view, own), *_progress(view))}
        fresh = {told for view in early for told in (*_telling(view, own), *_progress(view))} - lasting
        told = {told for view in early for told in _telling_now(view, own)} - known
        still = sorted({view.page for view in late if told & _telling_now(view, own)})
        again = [view for view in early if view.page in {look.page for look in late}]
        vanished = {told for view in again for told in (*_telling(view, own), *_progress(view))} - lasting
        if still and not vanished and not _may_have_said_more(again, late):
            seen = f"the {still[0]} page still says that data is on its way when all of it is there"
            return self.fails(seen, evidence=tuple(f"{page}: still syncing" for page in still), examined=examined)
        if not fresh:
            return self.inconclusive("what the page says about waiting, it says always", hook=WORDS)
        left = sorted(_left_over(journal, late, own, told=told, known=known))
        if left:
            return self.inconclusive(f"whether it is about data to come or about all times is open: {left[0]!r}", hook=WORDS)
        advice = tuple(
            f"the {page} page does not say that data is on its way"
            for page in dict.fromkeys(view.page for view in early if not _tells(view, own))
        )
        seen = "the page says that data is on its way, and stops when it is there"
        return self.passes(seen, examined=examined, advice=advice)


def _own_words(journal: Journal) -> tuple[str, ...]:
    declared = journal.all(Declared)
    return declared[-1].syncing_words if declared else ()


def _why_unseen(unseen: list[PageView], early: list[PageView]) -> str:
    if unseen:
        return f"the {unseen[0].page} page was not seen: {unseen[0].problem or 'there was no answer'}"
    return "nobody saw a page " + ("after the data had come" if early else "between the consent and the data")


def _tells(look: PageView, own: tuple[str, ...]) -> bool:
    return bool(_telling(look, own) or _progress(look))


def _telling(look: PageView, own: tuple[str, ...]) -> list[str]:
    """The sentences that say that data is on its way; a word that may be about something else counts beside the data."""
    certain, ambiguous, tied = (*own, *listed(_FIXTURE, "words")), listed(_FIXTURE, "ambiguous"), listed(_FIXTURE, "tied")
    return [
        sentence
        for sentence in sentences(look.text)
        if mentions(sentence, certain) or (mentions(sentence, ambiguous) and mentions(sentence, tied))
    ]


def _telling_now(look: PageView, own: tuple[str, ...]) -> set[str]:
    """The sentences that say it of this very moment, and not of how things go in general."""
    now, general = (*own, *listed(_FIXTURE, "now")), listed(_FIXTURE, "general")
    return {sentence for sentence in sentences(look.text) if mentions(sentence, now) and not mentions(sentence, general)}


def _may_have_said_more(early: list[PageView], late: list[PageView]) -> bool:
    """Whether something has gone that may have told it in words of its own, so that what stays may be about all times."""
    lasting = {told for view in late for told in sentences(view.text)}
    gone = {told for view in early for told in sentences(view.text)} - lasting
    return _hints("\n".join(gone))


def _hints(text: str) -> bool:
    """Whether a sentence may be about waiting, unless it is about how sharing ends."""
    words = (*listed(_FIXTURE, "hints"), *listed(_FIXTURE, "ambiguous"))
    return any(
        mentions(sentence, words) and not mentions(sentence, listed(_FIXTURE, "endings")) for sentence in sentences(text)
    )


def _left_over(journal: Journal, late: list[PageView], own: tuple[str, ...], *, told: set[str], known: set[str]) -> set[str]:
    """What a page says of this moment when all is there: as it did before, or where it shows none of the data.

    What it said before there was a consent is no news of this one.
    """
    found: set[str] = set()
    for view in late:
        now = _telling_now(view, own) - known
        found |= now & told if _names_data(journal, view) else now
    return found


def _draws_waiting(look: PageView) -> bool:
    """Whether something may stand for what is to come without a word: a skeleton, a wheel, a picture with a name."""
    named = " ".join(_NAMED.findall(look.html))
    return bool(_DRAWN.search(look.html)) or mentions(named, listed(_FIXTURE, "words"))


def _progress(look: PageView) -> set[str]:
    """The signs that work is under way; an announced status counts by its words alone."""
    return {sign for sign in look.signs if not sign.startswith("status")}


def _is_english(look: PageView) -> bool:
    found = set(re.findall(r"[a-z]+", look.text.lower())) & set(listed(_FIXTURE, "english"))
    return len(found) >= PLENTY


def _names_data(journal: Journal, look: PageView) -> bool:
    """Whether the page shows what the API serves: an account's name or number, a balance, a description."""
    shown = look.text.lower()
    values = {
        str(value).lower()
        for rows in journal.all(Rows)
        if rows.participant == look.participant
        for row in rows.rows
        for name, value in row.items()
        if name in {"display_name", "masked_number", "current_balance", "description", "amount"}
        and len(str(value)) >= FEW_LETTERS
    }
    return any(value in shown for value in values)


def _has_arrived(journal: Journal, late: list[PageView]) -> bool:
    """Whether the app told, at rest and before somebody looked, that it holds rows of every look's end user."""
    return all(_holds_rows(journal, view) for view in late)


def _holds_rows(journal: Journal, look: PageView) -> bool:
    told = [
        effects for effects in journal.all(Effects) if effects.participant == look.participant and effects.at_s <= look.at_s
    ]
    if not told or not told[-1].is_idle:
        return False
    served = [rows for rows in journal.all(Rows) if rows.participant == look.participant and rows.at_s <= look.at_s]
    ids = [str(row["fiskil_id"]) for rows in served for row in rows.rows if "fiskil_id" in row]
    return any(found for found in places(told[-1].state, ids).values())
