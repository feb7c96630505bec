"""The browser windows of one end user: which of them belong to the app, and which window is in front.

A blank window that a page of the app opens and writes into belongs to the app too, although its URL contains no host.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from fiskil_harness.app.browser.origins import Origins

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

BLANK = ("", "about:blank")
RESPONSE_CAP_S = 10.0
"""A page that needs more real seconds than this for an immediate action hangs: on a very busy machine, it took 5 s."""

LATE_S = 0.05
"""The delay after which the browser reports that a window was opened, in real seconds."""

CLOSE_AGAIN_S = 0.25
"""The pause before a page that is not closed yet is closed again, in real seconds."""

MOST_ROUNDS = 5
LEAVE_CAPS_S = (1.0, 3.0, RESPONSE_CAP_S)
"""The limit in real seconds of each attempt to leave a page. The command has no effect if the page navigates meanwhile."""


def app_pages(first: "Page", pages: Iterable["Page"], places: Origins) -> "list[Page]":
    """Return the page in front, then the app's other pages: the newest first, and blank and ``blob:`` pages last.

    *first* is the window's first page. It is not in front if the app has opened another page with a URL of its own, unless
    *first* shows the consent page.
    """
    is_at_consent = not first.is_closed() and places.is_auth(first.url)
    others = [page for page in reversed(list(pages)) if page != first]
    app_others = [page for page in others if places.is_app(page.url)]
    written_pages = [page for page in others if is_written_by_app(page.url, places)]
    front = [first] if not first.is_closed() or not [*app_others, *written_pages] else []
    return [*(front + app_others if is_at_consent else app_others + front), *written_pages]


def has_unread_pages(first: "Page", pages: Iterable["Page"], places: Origins) -> bool:
    """Return true if a window is open that shows neither the app nor the consent page, so that it is not read."""
    others = [page.url for page in pages if page != first]
    return not all(places.is_app(url) or places.is_auth(url) or is_written_by_app(url, places) for url in others)


async def leave(page: "Page") -> bool:
    """Replace *page* by a blank page, so that its scripts end; return False if it hangs or is closed."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    for cap_s in LEAVE_CAPS_S:
        if page.is_closed() or page.url in BLANK:
            break
        try:
            await page.goto("about:blank", timeout=cap_s * 1000)
        except PlaywrightTimeout:
            continue
        except Exception:  # noqa: BLE001 - a navigation of its own ended first and the blank page follows, or it is closed
            with suppress(Exception):
                await page.wait_for_url("about:blank", wait_until="commit", timeout=cap_s * 1000)
    return not page.is_closed() and page.url in BLANK


async def close_others(first: "Page", context: "BrowserContext") -> None:
    """Close every window but *first*, including those that are opened in the meantime."""
    for _ in range(MOST_ROUNDS):
        others = [page for page in context.pages if page != first]
        if not others:
            return
        await asyncio.gather(*(close(page) for page in others))
        await asyncio.sleep(LATE_S)


@contextmanager
def closing_late_windows(context: "BrowserContext", *, until: Callable[[], bool]) -> Iterator[None]:
    """Close every window that the browser reports before *until* returns true.

    Such a window was opened by the page that was left, but the browser reports new windows late.
    """
    closing: list[asyncio.Task[None]] = []

    def close_late(page: "Page") -> None:
        if not until():
            closing.append(asyncio.ensure_future(close(page)))

    context.on("page", close_late)
    try:
        yield
    finally:
        context.remove_listener("page", close_late)


async def close(page: "Page") -> None:
    """Close *page*, even if it hangs.

    Chromium drops the command to close a page that starts to show its next page at that moment, so the command is repeated.
    """
    with suppress(Exception):  # it may have closed by itself
        await asyncio.wait_for(_close(page), RESPONSE_CAP_S)


async def _close(page: "Page") -> None:
    async with asyncio.TaskGroup() as tasks:
        closing = tasks.create_task(page.close())
        while not (await asyncio.wait({closing}, timeout=CLOSE_AGAIN_S))[0]:
            # Playwright sends the command only once.
            with suppress(Exception):
                session = await page.context.new_cdp_session(page)
                target = await session.send("Target.getTargetInfo")
                await session.send("Target.closeTarget", {"targetId": target["targetInfo"]["targetId"]})


async def resize(page: "Page", width_px: int, height_px: int, *, cap_s: float | None = None) -> None:
    """Resize *page*; give up after *cap_s* real seconds. None disables the limit, even if the page is navigating."""
    with suppress(Exception):  # it may close meanwhile
        await asyncio.wait_for(page.set_viewport_size({"width": width_px, "height": height_px}), cap_s)


def is_written_by_app(url: str, places: Origins) -> bool:
    """Return true if a script of the app wrote the page: in a blank window, or at a ``blob:`` URL of the app."""
    return url in BLANK or (url.startswith("blob:") and places.is_app(url.removeprefix("blob:")))
