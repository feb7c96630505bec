"""Navigation of a window: opens pages, waits until they load nothing more, and remembers the URLs."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from fiskil_harness.app.browser.confirmation_word import confirmation_word
from fiskil_harness.app.browser.network import NetworkTraffic
from fiskil_harness.core.clock import stopwatch

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Frame, Page, Response

UNCHANGED_MS = 60
TICK_MS = 10
TURN_CAP_S = 4.0
DRAW_CAP_S = 4.0
QUESTIONS = ("confirm", "prompt")
RESPONDED = "the app returned"
"""The beginning of a problem if the app responded with something that is not a page."""


class Trail:
    """The URLs that the pages of a window have shown, and the status of each page's latest response."""

    def __init__(self) -> None:
        self.visited: list[str] = []
        self._statuses: dict[Page, int] = {}
        self._moves: dict[Page, int] = {}
        self._opened_at: dict[Page, str] = {}

    def follow(self, page: "Page") -> None:
        """Watch *page* from now on. A window opened by a page may have a URL already."""
        if page.url not in {"", "about:blank"}:
            self.visited.append(page.url)
            self._opened_at[page] = page.url
        page.on("framenavigated", lambda frame: self._moved(page, frame))
        page.on("response", lambda response: self._responded(page, response))

    def status_of(self, page: "Page") -> int | None:
        """Return the status of the response that *page* shows."""
        return self._statuses.get(page)

    def moves_of(self, page: "Page") -> int:
        """Return how often *page* has shown another URL."""
        return self._moves.get(page, 0)

    def _moved(self, page: "Page", frame: "Frame") -> None:
        if frame == page.main_frame and frame.url not in {"about:blank", self._opened_at.pop(page, "")}:
            self.visited.append(frame.url)
            self._moves[page] = self.moves_of(page) + 1

    def _responded(self, page: "Page", response: "Response") -> None:
        request = response.request
        if request.is_navigation_request() and request.resource_type == "document" and response.frame == page.main_frame:
            self._statuses[page] = response.status


class PageDialog(Struct, frozen=True, kw_only=True):
    """The text of a browser dialog. A question (confirm or prompt) has a choice, an alert has none."""

    text: str
    is_question: bool = False


class Dialogs:
    """The browser dialogs of a window's pages. Each is read and accepted."""

    def __init__(self) -> None:
        self.shown: list[PageDialog] = []
        self.is_over: Callable[[], bool] = lambda: False
        """Returns true if the action has already happened, so that a question about it has no consequence."""

    async def take(self, dialog: "Dialog") -> None:
        """Record a dialog and accept it."""
        if dialog.message:
            is_question = dialog.type in QUESTIONS and not self.is_over()
            self.shown.append(PageDialog(text=dialog.message, is_question=is_question))
        with suppress(Exception):  # the page may be gone by now
            await dialog.accept(
                *([confirmation_word(dialog.message) or dialog.default_value] if dialog.type == "prompt" else [])
            )


async def go(page: "Page", url: str, *, cap_s: float) -> str:
    """Go to *url*; return why no page is shown, in words that are the same in every run, or ''."""
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        response = await page.goto(url, wait_until="domcontentloaded", timeout=cap_s * 1000)
    except PlaywrightTimeout:
        return f"the page did not load within {cap_s:g} s"
    except Error as error:
        return _in_words(str(error))
    content_type = response.headers.get("content-type", "") if response is not None else "text/html"
    content_type = content_type.partition(";")[0].strip().lower()
    # The content of an error response is judged elsewhere.
    is_page = content_type in {"text/html", "application/xhtml+xml"} or (response is not None and response.status >= 400)
    return "" if is_page else f"{RESPONDED} {content_type or 'no content type'}, not a page"


async def visit(page: "Page", url: str, *, cap_s: float) -> str:
    """Go to *url* for its cookies; return why there was no response, or ''. The response need not be a page."""
    problem = await go(page, url, cap_s=cap_s)
    return "" if problem.startswith(RESPONDED) else problem


async def settle(front: Callable[[], "Page"], traffic: NetworkTraffic, *, cap_s: float) -> bool:
    """Wait until no request has been open for a moment; return False if that does not happen within *cap_s*.

    Args:
        front: Returns the page in front. A window that a page opened may close in the meantime.
    """
    elapsed = stopwatch()
    quiet_ms = 0
    while quiet_ms < UNCHANGED_MS:
        if elapsed() >= cap_s:
            return False
        await asyncio.sleep(TICK_MS / 1000)
        quiet_ms = quiet_ms + TICK_MS if traffic.is_idle and not front().is_closed() else 0
        if quiet_ms == UNCHANGED_MS - TICK_MS:
            # Scripts that are still queued may start another request.
            await _run_queued_scripts(front())
    return True


async def _run_queued_scripts(page: "Page") -> None:
    with suppress(Exception):  # the page may be on its way to another
        await asyncio.wait_for(page.evaluate("() => new Promise((done) => setTimeout(done, 0))"), TURN_CAP_S)


async def drawn(page: "Page") -> None:
    """Wait until the page is drawn at its current width. Its scripts learn of a new width with the next frame only."""
    frames = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"
    with suppress(Exception):  # a page that lies behind another is not drawn
        await asyncio.wait_for(page.evaluate(frames), DRAW_CAP_S)


async def wait(milliseconds: float) -> None:
    """Pause on the browser's thread, in real time."""
    await asyncio.sleep(milliseconds / 1000)


def _in_words(error: str) -> str:
    words = {
        "ERR_CONNECTION_REFUSED": "no process listens there",
        "ERR_CONNECTION_RESET": "the connection was reset",
        "ERR_EMPTY_RESPONSE": "the connection was closed without a response",
        "ERR_BLOCKED_BY_CLIENT": "the page is on another host, and the request was blocked",
        "ERR_TOO_MANY_REDIRECTS": "the page redirects without end",
        "ERR_ABORTED": f"{RESPONDED} a response without a page",
        "Download is starting": f"{RESPONDED} a file to download, not a page",
    }
    return next((problem for name, problem in words.items() if name in error), "the page could not be opened")
