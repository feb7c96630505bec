"""What a page that lists consents tells of one of them: with which institution, which data, and until when.

Of the consent that is sought, pages of details that were opened on the way count as well.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from fiskil_harness.journal import PageView, Sharing
from fiskil_harness.journal.queries.page_dates import has_date, shows_day
from fiskil_harness.journal.queries.page_text import Place, markup, place_of
from fiskil_harness.journal.queries.page_wording import dataset_names, may_name, missing_words, phrase_in, plain, words_for

Gaps = tuple[list[str], list[str]]
"""What is nowhere, and what may be there in words that nobody knows."""


def gaps(one: Sharing, seen: list[PageView], answers: list[PageView], *, more_words: Mapping[str, Iterable[str]]) -> Gaps:
    """What looks at the page and at its *answers* to presses do not tell of a consent.

    The details of those that are not sought may stand where nobody looked, so of them the name alone is asked for.
    """
    lost: list[str] = []
    left_open: list[str] = []
    text = "\n".join(look.text for look in answers)
    place = max(_place_of_name(look, one.institution) for look in seen)
    if place is Place.NOWHERE and any(markup(look).is_drawn for look in seen):
        left_open.append("the institution may be shown by a picture that has no name")
    elif place is Place.NOWHERE:
        lost.append("with which institution data is shared")
    elif place is not Place.VISIBLE and not phrase_in(text, [one.institution]):
        left_open.append("the institution's name is not to be seen in full")
    if one.is_sought:
        _data(one, seen, answers, more_words, lost, left_open)
        _end(one, seen, answers, lost, left_open)
    return lost, left_open


def _data(
    one: Sharing,
    seen: list[PageView],
    answers: list[PageView],
    more_words: Mapping[str, Iterable[str]],
    lost: list[str],
    left_open: list[str],
) -> None:
    text = "\n".join(look.text for look in answers)
    written = "\n".join(markup(look).written for look in [*seen, *answers])
    names = {name: dataset_names(name, more_words) for name in one.permissions}
    unseen = [
        name
        for name, phrases in names.items()
        if max(place_of(look, phrases) for look in seen) > Place.FOLDED and not phrase_in(text, phrases)
    ]
    is_silent = not any(phrase_in(written, phrases) or may_name(text + written, name) for name, phrases in names.items())
    if unseen and len(unseen) == len(names) and is_silent:
        lost.append("which data is shared")
    elif unseen:
        told = ", ".join(name.replace("_", " ") for name in unseen)
        left_open.append(f"{told} is not to be seen among what is shared")


def _end(one: Sharing, seen: list[PageView], answers: list[PageView], lost: list[str], left_open: list[str]) -> None:
    text = "\n".join(look.text for look in answers)
    written = "\n".join(markup(look).written for look in [*seen, *answers])
    today, wanted = date.fromisoformat(one.today), date.fromisoformat(one.expires_on)
    if all(shows_day(f"{look.text}\n{text}", wanted, today=today) for look in seen):
        return
    if has_date(f"{written}\n{text}") or any("<time" in look.html for look in [*seen, *answers]):
        left_open.append("there are dates, and none of them is the day on which the consent ends")
    else:
        lost.append("until when data is shared")


def _place_of_name(look: PageView, name: str) -> Place:
    """Where its name stands; UNSEEN where only a part of it does, which may be how the app calls it."""
    place = place_of(look, [name])
    if place is not Place.NOWHERE:
        return place
    common = set(plain(" ".join(words_for("institution", "common"))).split())
    telling = tuple(word for word in plain(name).split() if word not in common) or tuple(plain(name).split())
    told = f"{markup(look).written}\n{look.text}"
    return Place.UNSEEN if len(missing_words(told, telling)) < len(telling) else Place.NOWHERE
