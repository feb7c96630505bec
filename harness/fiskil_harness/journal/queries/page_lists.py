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
) -> Gaps:
    """Return the details of the consent *sharing* that the connections page does not show.

    If the consent will not be revoked, only the name of the institution is required, because the other details may be on
    pages that the harness did not open.

    Args:
        views: Views of the connections page, one for each width.
        responses: Views of the pages that presses opened.
        more_words: The app's own words for each dataset, from the config.
        stated_days: The usual duration of a consent according to the config, which may differ from the consent's own.
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
        _add_data_gaps(sharing, views, responses, more_words, absent, uncertain)
        _add_expiry_gap(sharing, views, responses, stated_days, absent, uncertain)
    return absent, uncertain


def _add_data_gaps(
    sharing: Sharing,
    views: list[PageView],
    responses: list[PageView],
    more_words: Mapping[str, Iterable[str]],
    absent: list[str],
    uncertain: list[str],
) -> None:
    text = "\n".join(view.text for view in responses)
    written = "\n".join(markup(view).written for view in [*views, *responses])
    names = {name: dataset_names(name, more_words) for name in sharing.permissions}
    invisible = [
        name
        for name, phrases in names.items()
        if max(place_of(view, phrases) for view in views) > Place.FOLDED and not phrase_in(text, phrases)
    ]
    names_nothing = not any(phrase_in(written, phrases) or may_name(text + written, name) for name, phrases in names.items())
    if invisible and len(invisible) == len(names) and names_nothing:
        absent.append("the shared data")
    elif invisible:
        words = ", ".join(name.replace("_", " ") for name in invisible)
        uncertain.append(f"the list of shared data does not visibly name {words}")


def _add_expiry_gap(
    sharing: Sharing,
    views: list[PageView],
    responses: list[PageView],
    stated_days: int | None,
    absent: list[str],
    uncertain: list[str],
) -> None:
    text = "\n".join(view.text for view in responses)
    written = "\n".join(markup(view).written for view in [*views, *responses])
    today, expires_on = date.fromisoformat(sharing.today), date.fromisoformat(sharing.expires_on)
    if all(shows_day(f"{view.text}\n{text}", expires_on, today=today) for view in views):
        return
    days = [each for each in (stated_days, *ASSUMED_DAYS) if each is not None]
    assumed = [
        each for each in days if all(names_day(f"{view.text}\n{text}", today + timedelta(days=each)) for view in views)
    ]
    if assumed:
        absent.append(f"the expiry (it names the day after {assumed[0]} days, and this consent lasts {_length(sharing)})")
    elif has_date(f"{written}\n{text}") or any("<time" in view.html for view in [*views, *responses]):
        uncertain.append("the page shows dates, but not the day on which the consent expires")
    else:
        absent.append("the expiry")


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
