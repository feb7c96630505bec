"""Find the details of a consent that the connections page does not show: institution, datasets, expiry.

For the consent that the harness revokes, the pages that opened after its presses count as well.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from fiskil_harness.journal import PageView, Sharing
from fiskil_harness.journal.queries.page_dates import has_date, names_day, shows_day
from fiskil_harness.journal.queries.page_text import Place, markup, place_of
from fiskil_harness.journal.queries.page_wording import dataset_names, may_name, missing_words, phrase_in, plain, words_for

Gaps = tuple[list[str], list[str]]
"""Details that the page certainly does not show (as nouns), and details that are uncertain (as clauses)."""

ASSUMED_DAYS = (90, 365)
"""Durations that an app may assume for every consent, in days."""


def gaps(
    sharing: Sharing,
    views: list[PageView],
    responses: list[PageView],
    *,
    more_words: Mapping[str, Iterable[str]],
    stated_days: int | None = None,
    earlier_ends: Iterable[str] = (),
) -> Gaps:
    """Return the details of the consent *sharing* that the connections page does not show.

    If the consent will not be revoked, only the name of the institution is required, because the other details may be on
    pages that the harness did not open.

    Args:
        views: Views of the connections page, one for each width.
        responses: Views of the pages that presses opened.
        more_words: The app's own words for each dataset, from the config.
        stated_days: The usual duration of a consent according to the config, which may differ from the consent's own.
        earlier_ends: Days on which the consent would have ended before it was renewed.
    """
    absent: list[str] = []
    uncertain: list[str] = []
    text = "\n".join(view.text for view in responses)
    place = max(_place_of_name(view, sharing.institution) for view in views)
    if place is Place.NOWHERE and any(markup(view).is_drawn for view in views):
        uncertain.append("a picture without a text alternative may show the institution")
    elif place is Place.NOWHERE:
        absent.append("the institution")
    elif place is not Place.VISIBLE and not phrase_in(text, [sharing.institution]):
        uncertain.append("the full name of the institution is not visible")
    if sharing.will_be_revoked:
        written = "\n".join(markup(view).written for view in [*views, *responses])
        names = {name: dataset_names(name, more_words) for name in sharing.permissions}
        has_time = any("<time" in view.html for view in [*views, *responses])
        expiry = _expiry_gap(sharing, views, text, written, stated_days, earlier_ends, has_time=has_time)
        for gap in (_data_gap(names, views, text, written), expiry):
            absent += gap[0]
            uncertain += gap[1]
    return absent, uncertain


def _data_gap(names: Mapping[str, tuple[str, ...]], views: list[PageView], text: str, written: str) -> Gaps:
    invisible = [
        name
        for name, phrases in names.items()
        if max(place_of(view, phrases) for view in views) > Place.FOLDED and not phrase_in(text, phrases)
    ]
    names_nothing = not any(phrase_in(written, phrases) or may_name(text + written, name) for name, phrases in names.items())
    if invisible and len(invisible) == len(names) and names_nothing:
        return ["the shared data"], []
    words = ", ".join(name.replace("_", " ") for name in invisible)
    return [], [f"the list of shared data does not visibly name {words}"] if invisible else []


def _expiry_gap(
    sharing: Sharing,
    views: list[PageView],
    text: str,
    written: str,
    stated_days: int | None,
    earlier_ends: Iterable[str],
    *,
    has_time: bool,
) -> Gaps:
    today, expires_on = date.fromisoformat(sharing.today), date.fromisoformat(sharing.expires_on)
    shown = [f"{view.text}\n{text}" for view in views]
    if all(shows_day(each, expires_on, today=today) for each in shown):
        return [], []
    if any(names_day(each, date.fromisoformat(day)) for day in earlier_ends for each in shown):
        return ["the expiry (it names the day on which the consent ended before it was renewed)"], []
    for days in (stated_days, *ASSUMED_DAYS):
        if days is not None and all(names_day(each, today + timedelta(days=days)) for each in shown):
            return [f"the expiry (it names the day after {days} days, and this consent lasts {_length(sharing)})"], []
    if has_date(f"{written}\n{text}") or has_time:
        return [], ["the page shows dates, but not the day on which the consent expires"]
    return ["the expiry"], []


def _place_of_name(view: PageView, name: str) -> Place:
    """Return the place of an institution's *name* in the view; UNSEEN also if the view only has a part of *name*."""
    place = place_of(view, [name])
    if place is not Place.NOWHERE:
        return place
    common = set(plain(" ".join(words_for("institution", "common"))).split())
    distinctive = tuple(word for word in plain(name).split() if word not in common) or tuple(plain(name).split())
    text = f"{markup(view).written}\n{view.text}"
    return Place.UNSEEN if len(missing_words(text, distinctive)) < len(distinctive) else Place.NOWHERE


def _length(sharing: Sharing) -> str:
    days = (date.fromisoformat(sharing.expires_on) - date.fromisoformat(sharing.today)).days
    return f"{days} day{'' if days == 1 else 's'}"
