"""Coming to a page: going there, waiting until it asks for nothing more, and remembering the way."""

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
RESPONDED = "the app answered"
"""So begins what is said of an answer that is no page."""


class Trail:
    """Where the pages of a window have been, and how each was answered last."""

    def __init__(self) -> None:
        self.visited: list[str] = []
        self._answers: dict[Page, int] = {}
        self._moves: dict[Page, int] = {}
        self._opened_at: dict[Page, str] = {}

    def follow(self, page: "Page") -> None:
        """Watch one page from now on; a window that was opened may be somewhere already."""
        if page.url not in {"", "about:blank"}:
            self.visited.append(page.url)
            self._opened_at[page] = page.url
        page.on("framenavigated", lambda frame: self._moved(page, frame))
        page.on("response", lambda response: self._answered(page, response))

    def status_of(self, page: "Page") -> int | None:
        """The status of the answer that *page* shows."""
        return self._answers.get(page)

    def moves_of(self, page: "Page") -> int:
        """How often *page* has shown another address."""
        return self._moves.get(page, 0)

    def _moved(self, page: "Page", frame: "Frame") -> None:
        if frame == page.main_frame and frame.url not in {"about:blank", self._opened_at.pop(page, "")}:
            self.visited.append(frame.url)
            self._moves[page] = self.moves_of(page) + 1

    def _answered(self, page: "Page", response: "Response") -> None:
        request = response.request
        if request.is_navigation_request() and request.resource_type == "document" and response.frame == page.main_frame:
            self._answers[page] = response.status


class PageDialog(Struct, frozen=True, kw_only=True):
    """What a page said in a dialog of the browser's. A question wants an answer; what only tells something wants none."""

    text: str
    is_question: bool = False


class Dialogs:
    """What pages ask and say in dialogs of the browser's: a person reads each, and says yes."""

    def __init__(self) -> None:
        self.said: list[PageDialog] = []
        self.is_over: Callable[[], bool] = lambda: False
        """Whether what was asked about is over already, so that a question costs nobody anything any more."""

    async def take(self, dialog: "Dialog") -> None:
        """Read one, and answer it."""
        if dialog.message:
            is_question = dialog.type in QUESTIONS and not self.is_over()
            self.said.append(PageDialog(text=dialog.message, is_question=is_question))
        with suppress(Exception):  # the page may be gone by now
            await dialog.accept(
                *([confirmation_word(dialog.message) or dialog.default_value] if dialog.type == "prompt" else [])
            )


async def go(page: "Page", url: str, *, cap_s: float) -> str:
    """Go to *url*; what kept it from being shown, in words that do not change from run to run."""
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as TooLate

    try:
        response = await page.goto(url, wait_until="domcontentloaded", timeout=cap_s * 1000)
    except TooLate:
        return f"the page was not there within {cap_s:g} s"
    except Error as error:
        return _in_words(str(error))
    kind = response.headers.get("content-type", "") if response is not None else "text/html"
    kind = kind.partition(";")[0].strip().lower()
    # How an app words a failure, is another's question.
    is_page = kind in {"text/html", "application/xhtml+xml"} or (response is not None and response.status >= 400)
    return "" if is_page else f"{RESPONDED} {kind or 'no content type'}, not a page"


async def pass_by(page: "Page", url: str, *, cap_s: float) -> str:
    """Go to *url* for what it leaves in the browser; what kept it from being answered. Any answer will do, be it no page."""
    problem = await go(page, url, cap_s=cap_s)
    return "" if problem.startswith(RESPONDED) else problem


async def settle(front: Callable[[], "Page"], traffic: NetworkTraffic, *, cap_s: float) -> bool:
    """Wait until nothing has been on its way for a moment; False where that did not come.

    *front* tells which page is in front: a window that was opened may close meanwhile.
    """
    elapsed = stopwatch()
    still_ms = 0
    while still_ms < UNCHANGED_MS:
        if elapsed() >= cap_s:
            return False
        await asyncio.sleep(TICK_MS / 1000)
        still_ms = still_ms + TICK_MS if traffic.is_idle and not front().is_closed() else 0
        if still_ms == UNCHANGED_MS - TICK_MS:
            # Scripts that wait for their turn may yet ask for something.
            await _turn(front())
    return True


async def _turn(page: "Page") -> None:
    with suppress(Exception):  # the page may be on its way to another
        await asyncio.wait_for(page.evaluate("() => new Promise((done) => setTimeout(done, 0))"), TURN_CAP_S)


async def drawn(page: "Page") -> None:
    """Wait until the page has been drawn as wide as it is now: it hears of another width with its next picture only."""
    frames = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"
    with suppress(Exception):  # a page that lies behind another is not drawn
        await asyncio.wait_for(page.evaluate(frames), DRAW_CAP_S)


async def wait(milliseconds: float) -> None:
    """Let real time pass on the browser's thread."""
    await asyncio.sleep(milliseconds / 1000)


def _in_words(error: str) -> str:
    words = {
        "ERR_CONNECTION_REFUSED": "nobody listens there",
        "ERR_CONNECTION_RESET": "the connection was reset",
        "ERR_EMPTY_RESPONSE": "the connection was closed without an answer",
        "ERR_BLOCKED_BY_CLIENT": "the page is on another machine, which was not asked",
        "ERR_TOO_MANY_REDIRECTS": "the page redirects without end",
        "ERR_ABORTED": f"{RESPONDED} with nothing to be shown",
        "Download is starting": f"{RESPONDED} with a file to be kept, not a page",
    }
    return next((said for name, said in words.items() if name in error), "the page could not be opened")
