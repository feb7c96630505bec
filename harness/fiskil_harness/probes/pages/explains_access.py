"""Does the page that starts linking say which data is asked for, and why?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Declared, Journal, PageView
from fiskil_harness.journal.entries.pages import CONNECT, PLAIN
from fiskil_harness.journal.queries.page_text import (
    UNKNOWN_LANGUAGE,
    Place,
    explaining,
    markup,
    page_views,
    place_of,
    why_uncertain,
    why_unreadable,
)
from fiskil_harness.journal.queries.page_wording import dataset_names, may_name, missing_words, purpose_words
from fiskil_harness.probes.probe import PlainProbe

DATASETS, PURPOSE = "app.facts.datasets", "app.facts.purpose"
WORDS = "app.facts.dataset_words"


class ExplainsAccess(PlainProbe, frozen=True, kw_only=True, tag="explains_access"):
    """The page that starts linking names every dataset in ``app.facts.datasets`` and ``app.facts.purpose``, at both widths.

    What only a press shows, or a picture, is not judged; what ``<details>`` hold counts.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "each dataset and the purpose in words on the page that starts linking, on a phone too"
    source: ClassVar[str] = "practices: explain what data you access and why"
    fix: ClassVar[str] = "name every dataset and the purpose beside the control that leads to the consent page"

    def examine(self, journal: Journal) -> Finding:
        """Read the page."""
        stated = next(iter(journal.all(Declared)), Declared())
        if not stated.datasets:
            return self.inconclusive("the config does not say which datasets the app uses", hook=DATASETS)
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not say what the data is used for", hook=PURPOSE)
        seen = page_views(journal, CONNECT, [PLAIN])
        unreadable = why_unreadable(seen)
        if unreadable:
            return self.inconclusive(unreadable)
        return self._judge(seen, stated)

    def _judge(self, seen: list[PageView], stated: Declared) -> Finding:
        named = {name: _worst(seen, name, dataset_names(name, stated.dataset_words)) for name in stated.datasets or ()}
        words = purpose_words(stated.purpose or "")
        lost = max((missing_words(view.text, words) for view in seen), key=len)
        absent = [name for name, place in named.items() if place is Place.NOWHERE]
        unseen = [name for name, place in named.items() if place is Place.UNSEEN]
        has_no_purpose = len(lost) == len(words) and all(
            len(missing_words(markup(view).written, words)) == len(words) for view in seen
        )
        why = why_uncertain(seen) or explaining(seen)
        if (absent or has_no_purpose) and not why:
            return self._accused(absent, words if has_no_purpose else (), examined=len(named) + 1)
        if absent or has_no_purpose:
            what = _in_words(absent) if absent else "the purpose"
            hook = WORDS if why == UNKNOWN_LANGUAGE else ""
            return self.inconclusive(f"{what} may be named where it cannot be read: {why}", hook=hook)
        if unseen:
            return self.inconclusive(f"whether {_in_words(unseen)} is meant is open, or it is not to be seen at both widths")
        if len(lost) * 2 > len(words):
            told = f"of the purpose as the config states it the page lacks {', '.join(lost)}"
            return self.inconclusive(f"{told}, so whether it tells it is open")
        advice = tuple(
            f"{name} is named only in what a press opens" for name, place in named.items() if place is Place.FOLDED
        )
        told = f"the page names {len(named)} datasets and the purpose"
        return self.passes(f"{told}, but for {', '.join(lost)}" if lost else told, examined=len(named) + 1, advice=advice)

    def _accused(self, absent: list[str], words: tuple[str, ...], *, examined: int) -> Finding:
        lines = tuple(f"no word for {name.replace('_', ' ')}" for name in absent)
        lines += (f"none of: {', '.join(words)}",) if words else ()
        what = [_in_words(absent)] if absent else []
        what += ["what the data is used for"] if words else []
        told = f"the page that starts linking does not tell {' and '.join(what)}"
        return self.fails(told, evidence=lines, examined=examined)


def _worst(seen: list[PageView], dataset: str, phrases: tuple[str, ...]) -> Place:
    """Where the look that shows least names a dataset; UNSEEN also where a word may mean it."""
    worst = max(place_of(view, phrases) for view in seen)
    is_open = worst is Place.NOWHERE and all(may_name(view.text, dataset) for view in seen)
    return Place.UNSEEN if is_open else worst


def _in_words(names: list[str]) -> str:
    told = [name.replace("_", " ") for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
