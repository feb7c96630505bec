"""The windows of one person: which of them are the app's, and in which order they lie.

What a page writes into a window that it opened stands at an address that names no machine, and is the app's all the same.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.browser.places import Places

if TYPE_CHECKING:
    from playwright.async_api import Page

BLANK = ("", "about:blank")


def of_app(first: "Page", pages: Iterable["Page"], places: Places) -> "list[Page]":
    """The page in front, and after it the others that are the app's: the newest first, and those at no address last."""
    is_at_consent = not first.is_closed() and places.is_auth(first.url)
    others = [one for one in reversed(list(pages)) if one != first]
    opened = [one for one in others if places.is_app(one.url)]
    written = [one for one in others if is_written(one.url, places)]
    mine = [first] if not first.is_closed() or not [*opened, *written] else []
    return [*(mine + opened if is_at_consent else opened + mine), *written]


def has_others(first: "Page", pages: Iterable["Page"], places: Places) -> bool:
    """Whether a window lies beside the first that nobody looks into: neither the app's nor the consent page's."""
    others = [one.url for one in pages if one != first]
    return not all(places.is_app(url) or places.is_auth(url) or is_written(url, places) for url in others)


def is_written(url: str, places: Places) -> bool:
    """Whether a script of the app's made what stands there: in a blank window, or in a text of its own."""
    return url in BLANK or (url.startswith("blob:") and places.is_app(url.removeprefix("blob:")))
