"""The windows of one person: which of them are the app's, and in which order they lie.

What a page writes into a window that it opened stands at an address that names no machine, and is the app's all the same.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fiskil_harness.app.browser.origins import Places

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

BLANK = ("", "about:blank")
RESPONSE_CAP_S = 5.0
"""A page that takes longer for what is done at once hangs; a machine that is busy takes a second or two."""

LATE_S = 0.05
"""The browser tells of a window that was opened so long after that."""

MOST_ROUNDS = 5
LAPS = 2


def of_app(first: "Page", pages: Iterable["Page"], places: Places) -> "list[Page]":
    """The page in front, and after it the others that are the app's: the newest first, and those at no address last."""
    is_at_consent = not first.is_closed() and places.is_auth(first.url)
    others = [page for page in reversed(list(pages)) if page != first]
    opened = [page for page in others if places.is_app(page.url)]
    written = [page for page in others if is_written(page.url, places)]
    mine = [first] if not first.is_closed() or not [*opened, *written] else []
    return [*(mine + opened if is_at_consent else opened + mine), *written]


def has_others(first: "Page", pages: Iterable["Page"], places: Places) -> bool:
    """Whether a window lies beside the first that nobody looks into: neither the app's nor the consent page's."""
    others = [page.url for page in pages if page != first]
    return not all(places.is_app(url) or places.is_auth(url) or is_written(url, places) for url in others)


async def is_left(page: "Page") -> bool:
    """Leave *page* for a blank one, so that its scripts come to an end; False where it hangs, or is closed."""
    from playwright.async_api import TimeoutError as TooLate

    for _ in range(LAPS):
        if page.is_closed() or page.url in BLANK:
            break
        try:
            await page.goto("about:blank", timeout=RESPONSE_CAP_S * 1000)
        except TooLate:
            return False
        except Exception:  # noqa: BLE001, S112 - it was on its way somewhere else, or is gone
            continue
    return not page.is_closed() and page.url in BLANK


async def clear(first: "Page", context: "BrowserContext") -> None:
    """Close every window but *first*, also those that others open meanwhile."""
    for _ in range(MOST_ROUNDS):
        others = [page for page in context.pages if page != first]
        if not others:
            return
        await asyncio.gather(*(shut(page) for page in others))
        await asyncio.sleep(LATE_S)


@contextmanager
def none_more(context: "BrowserContext", *, until: Callable[[], bool]) -> Iterator[None]:
    """Close every window that comes *until* then: a page that is gone has opened it, and the browser tells so late."""
    shutting: list[asyncio.Task[None]] = []

    def turn_away(page: "Page") -> None:
        if not until():
            shutting.append(asyncio.ensure_future(shut(page)))

    context.on("page", turn_away)
    try:
        yield
    finally:
        context.remove_listener("page", turn_away)


async def shut(page: "Page") -> None:
    """Close one of them, be it one that hangs."""
    with suppress(Exception):  # it may have closed by itself
        await asyncio.wait_for(page.close(), RESPONSE_CAP_S)


async def resize(page: "Page", width_px: int, height_px: int, *, cap_s: float | None = None) -> None:
    """Make it as large as that, or give it up after *cap_s*; without one a page that is being left is waited for."""
    with suppress(Exception):  # it may close meanwhile
        await asyncio.wait_for(page.set_viewport_size({"width": width_px, "height": height_px}), cap_s)


def is_written(url: str, places: Places) -> bool:
    """Whether a script of the app's made what stands there: in a blank window, or in a text of its own."""
    return url in BLANK or (url.startswith("blob:") and places.is_app(url.removeprefix("blob:")))
