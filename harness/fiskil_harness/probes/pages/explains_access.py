"""Does the connect page explain which data the app accesses, and why?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Declared, Journal, PageView
from fiskil_harness.journal.queries.page_claims import access_denied
from fiskil_harness.journal.queries.page_text import (
    UNKNOWN_LANGUAGE,
    Place,
    connect_views,
    explaining,
    markup,
    place_of,
    why_incomplete,
    why_unreadable,
)
from fiskil_harness.journal.queries.page_wording import dataset_names, may_name, missing_words, phrase_in, purpose_words
from fiskil_harness.probes.probe import Finding, Probe

DATASETS, PURPOSE = "app.facts.datasets", "app.facts.purpose"
WORDS = "app.facts.dataset_words"


class ExplainsAccess(Probe, frozen=True, kw_only=True, tag="explains_access"):
    """Check that the connect page mentions every dataset in ``app.facts.datasets``, and the purpose, at both widths.

    Text inside ``<details>`` counts. If a missing word may appear after a press or in a picture, the result is INCONCLUSIVE.
    """

    needs = (PAGES,)
    expected = "each dataset and the purpose in words on the page where linking starts, also on a phone"
    source = "practices: explain what data you access and why"
    fix = "name every dataset and the purpose next to the control that leads to the consent page"

    def examine(self, journal: Journal) -> Finding:
        """Compare the text of the page with the datasets and the purpose in the config."""
        stated = next(iter(journal.all(Declared)), Declared())
        if not stated.datasets:
            return self.inconclusive("the config does not state which datasets the app uses", hook=DATASETS)
        if not (stated.purpose or "").strip():
            return self.inconclusive("the config does not state what the data is used for", hook=PURPOSE)
        views = connect_views(journal)
        problem = why_unreadable(views)
        if problem:
            return self.inconclusive(problem)
        return self._judge(views, stated, why_incomplete(journal) or explaining(views))

    def _judge(self, views: list[PageView], stated: Declared, reason: str) -> Finding:
        places = {name: _worst(views, name, dataset_names(name, stated.dataset_words)) for name in stated.datasets or ()}
        words = purpose_words(stated.purpose or "")
        missing = max((missing_words(view.text, words) for view in views), key=len)
        absent = [name for name, place in places.items() if place is Place.NOWHERE]
        denied = [name for name in stated.datasets or () if _denies(views, dataset_names(name, stated.dataset_words))]
        invisible = [name for name, place in places.items() if place is Place.UNSEEN]
        has_no_purpose = len(missing) == len(words) and all(
            len(missing_words(markup(view).written, words)) == len(words) for view in views
        )
        if denied:
            lines = tuple(f"denies access to {name.replace('_', ' ')}" for name in denied)
            observed = (
                f"the page where linking starts denies that the app reads {_in_words(denied)}, which the config states"
            )
            return self.fails(observed, evidence=lines)
        if (absent or has_no_purpose) and not reason:
            return self._fail(absent, words if has_no_purpose else ())
        if absent or has_no_purpose:
            names = _in_words(absent) if absent else "the purpose"
            hook = WORDS if reason == UNKNOWN_LANGUAGE else ""
            return self.inconclusive(f"the page may name {names} in a place that cannot be read: {reason}", hook=hook)
        if invisible:
            return self.inconclusive(f"the page does not clearly and visibly name {_in_words(invisible)} at both widths")
        if len(missing) * 2 > len(words):
            absent_words = ", ".join(missing)
            return self.inconclusive(
                f"these words of the purpose in the config are missing on the page: {absent_words}; "
                "it may state the purpose in other words"
            )
        advice = tuple(
            f"the page names {name} only in a part that a press opens"
            for name, place in places.items()
            if place is Place.FOLDED
        )
        observed = f"the page names {len(places)} datasets and the purpose"
        if missing:
            observed += f", except for {', '.join(missing)}"
        return self.passes(observed, examined=len(places) + 1, advice=advice)

    def _fail(self, absent: list[str], words: tuple[str, ...]) -> Finding:
        lines = tuple(f"no word for {name.replace('_', ' ')}" for name in absent)
        lines += (f"none of: {', '.join(words)}",) if words else ()
        subjects = [_in_words(absent)] if absent else []
        subjects += ["what the data is used for"] if words else []
        observed = f"the page where linking starts does not state {' or '.join(subjects)}"
        return self.fails(observed, evidence=lines)


def _worst(views: list[PageView], dataset: str, phrases: tuple[str, ...]) -> Place:
    """Return the place of a dataset's name in the view with the worst place.

    Return UNSEEN, not NOWHERE, if every view has an ambiguous word that may mean the dataset.
    """
    worst = max(place_of(view, phrases) for view in views)
    is_ambiguous = worst is Place.NOWHERE and all(may_name(view.text, dataset) for view in views)
    return Place.UNSEEN if is_ambiguous else worst


def _denies(views: list[PageView], phrases: tuple[str, ...]) -> bool:
    """Return True if every view denies access to a dataset, and names it nowhere else."""
    return all(
        place_of(view, phrases) is Place.UNSEEN and bool(phrase_in(access_denied(view.text), phrases)) for view in views
    )


def _in_words(names: list[str]) -> str:
    words = [name.replace("_", " ") for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
