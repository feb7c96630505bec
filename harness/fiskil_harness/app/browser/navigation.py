"""Navigation of a browser window: opens pages, waits until they have loaded, and records their URLs."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from fiskil_harness.app.browser.confirmation_word import confirmation_word
from fiskil_harness.app.browser.network import NetworkTraffic
from fiskil_harness.app.browser.page_snapshot import script
from fiskil_harness.core.clock import stopwatch

if TYPE_CHECKING:
    from playwright.async_api import Dialog, Frame, Page, Response

UNCHANGED_MS = 60
TICK_MS = 10
TURN_CAP_S = 4.0
DRAW_CAP_S = 4.0
REST_CAP_S = 2.0
"""How long a page may take to fade in, or to replace a placeholder that is marked as busy, in real seconds."""
QUESTIONS = ("confirm", "prompt")
INTERRUPTED = "the page before navigated at the same time"
"""The problem text if a navigation that the page before had started came first."""

RESPONDED = "the app returned"
"""The first words of the problem text if the app's response is not a page."""


class Trail:
    """The URLs that a window's pages have shown, and the status of the latest response for each page."""

    def __init__(self) -> None:
        self.visited: list[str] = []
        self._statuses: dict[Page, int] = {}
        self._moves: dict[Page, int] = {}
        self._opened_at: dict[Page, str] = {}

    def follow(self, page: "Page") -> None:
        """Record the URLs and responses of *page* from now on. A window that another page opened may already have a URL."""
        if page.url not in {"", "about:blank"}:
            self.visited.append(page.url)
            self._opened_at[page] = page.url
        page.on("framenavigated", lambda frame: self._moved(page, frame))
        page.on("response", lambda response: self._responded(page, response))

    def status_of(self, page: "Page") -> int | None:
        """Return the HTTP status of the response that *page* shows, or None if there was no response."""
        return self._statuses.get(page)

    def moves_of(self, page: "Page") -> int:
        """Return how often *page* has navigated to another URL."""
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
    """The text of a browser dialog. ``is_question`` is true if the end user can still decline (confirm or prompt)."""

    text: str
    is_question: bool = False


class Dialogs:
    """The browser dialogs of a window's pages. The text of each dialog is recorded, and the dialog is accepted."""

    def __init__(self) -> None:
        self.shown: list[PageDialog] = []
        self.is_over: Callable[[], bool] = lambda: False
        """Returns true if the clicked action has already happened, so that a dialog can no longer prevent it."""

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
    """Go to *url*; return why no page is shown, as a text that is the same in every run, or ''."""
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
    # An error response counts as a page here; its status and content are judged elsewhere.
    is_page = content_type in {"text/html", "application/xhtml+xml"} or (response is not None and response.status >= 400)
    return "" if is_page else f"{RESPONDED} {content_type or 'no content type'}, not a page"


async def visit(page: "Page", url: str, *, cap_s: float) -> str:
    """Go to *url*, so that the response can set cookies; return why there was no response, or ''. Any response will do."""
    problem = await go(page, url, cap_s=cap_s)
    return "" if problem.startswith(RESPONDED) else problem


async def settle(front: Callable[[], "Page"], traffic: NetworkTraffic, *, cap_s: float) -> bool:
    """Wait until no request has been open for 60 ms; return False if that does not happen within *cap_s* real seconds.

    Args:
        front: Returns the page that is in front now. It is called often, because the page in front may close.
    """
    elapsed = stopwatch()
    quiet_ms = 0
    while quiet_ms < UNCHANGED_MS:
        if elapsed() >= cap_s:
            return False
        await asyncio.sleep(TICK_MS / 1000)
        quiet_ms = quiet_ms + TICK_MS if traffic.is_idle and not front().is_closed() else 0
        if quiet_ms == UNCHANGED_MS - TICK_MS:
            # Scripts of the page that are still queued may start another request.
            await _run_queued_scripts(front())
    return True


async def _run_queued_scripts(page: "Page") -> None:
    with suppress(Exception):  # the page may be navigating
        await asyncio.wait_for(page.evaluate("() => new Promise((done) => setTimeout(done, 0))"), TURN_CAP_S)


async def rest(page: "Page") -> None:
    """Wait until nothing on the page is marked as busy, and no animation runs that ends; at most ``REST_CAP_S``."""
    with suppress(Exception):  # the page may be navigating
        await asyncio.wait_for(page.evaluate(script("rest"), REST_CAP_S * 1000), REST_CAP_S + TURN_CAP_S)


async def drawn(page: "Page") -> None:
    """Wait until the page is drawn at its current width, because its scripts handle a new width in the next frame."""
    frames = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"
    with suppress(Exception):  # the browser does not draw a page behind another page
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
        "ERR_HTTP_RESPONSE_CODE_FAILURE": f"{RESPONDED} an error without a page",
        "is interrupted by another navigation": INTERRUPTED,
        "Download is starting": f"{RESPONDED} a file to download, not a page",
    }
    code = re.search(r"ERR_[A-Z_]+", error)
    unknown = f"the browser reported {code[0]}" if code else "the page could not be opened"
    return next((problem for name, problem in words.items() if name in error), unknown)
