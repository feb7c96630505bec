"""What a page tells of itself while the browser waits for the next one.

Chromium answers no question about a page that is being left, so a script in the page is asked beforehand to go on telling.
Of the picture only a digest is kept: it tells that something changed, and shows nothing to anybody.
"""

import base64
import hashlib
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.browser.page_snapshot import FrameContent, PageSnapshot, frame_content, script, together
from fiskil_harness.app.browser.window import Window
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

EVERY_MS = 60
DIGEST_CAP_S = 2.0
POINTING_CAP_MS = 1000
_NUMBERS = count(1)


class PageEvents:
    """Of one page in one window, from when it is begun until the page is left."""

    def __init__(self, window: Window) -> None:
        """Let the page that is there now tell what it shows, from now on."""
        self._window = window
        self._told: list[FrameContent] = []
        self._since_s: float | None = None
        self._width_px = 0
        self._session: CDPSession = window.run(self._begin)

    @property
    def is_over(self) -> bool:
        """Whether another page has come, which can be asked as usual."""
        return self._window.moves_of(self._page) != self._moves

    def latest(self) -> PageSnapshot | None:
        """What the page told last, and what windows beside it show; None where it never told anything, or is gone."""
        parts = [] if self.is_over else self._window.run(self._last)
        return together(parts, url=self._window.url, status=None) if parts else None

    @property
    def since_s(self) -> float | None:
        """How long after the last press the page told what it told last, by the page's own clock; None before any press.

        A machine that is busy tells late, and the page is not to blame for that.
        """
        return self._since_s

    @property
    def width_px(self) -> int:
        """How wide the page was when it told what it told last."""
        return self._width_px

    def point_at(self, control: Control) -> None:
        """Lay the pointer on *control* beforehand, so that what the pointer changes is no change by the press."""
        self._window.run(lambda page: _point_at(page, control))

    def digest(self) -> str:
        """What the picture is known by; empty where none could be taken."""
        try:
            return str(self._window.run(self._picture, cap_s=DIGEST_CAP_S))
        except StepError:  # Chromium takes no picture of a page that is being left
            return ""

    async def _begin(self, page: "Page") -> "CDPSession":
        self._page, self._moves = page, self._window.moves_of(page)
        name = f"harness_seen_{next(_NUMBERS)}"
        await page.expose_function(name, self._hear)
        await page.evaluate(
            f"([name, everyMs]) => ({script('diary').replace('READ', script('read'))})(name, everyMs)", [name, EVERY_MS]
        )
        return await page.context.new_cdp_session(page)

    async def _last(self, _: "Page") -> list[FrameContent]:
        return [*self._told, *await self._window.beside(self._page)] if self._told else []

    def _hear(self, told: Any) -> None:
        self._told[:], self._since_s = [frame_content(told)], told.get("since_s")
        self._width_px = told.get("width_px", 0)

    async def _picture(self, _: "Page") -> str:
        try:
            taken = await self._session.send("Page.captureScreenshot", {"format": "png"})
        except Exception:  # noqa: BLE001 - a page may go while it is pictured
            return ""
        return hashlib.sha256(base64.b64decode(taken["data"])).hexdigest()


async def _point_at(page: "Page", control: Control) -> None:
    try:
        found = (await page.evaluate_handle(script("read"), msgspec.to_builtins(control))).as_element()
        if found is not None:
            await found.hover(timeout=POINTING_CAP_MS)
    except Exception:  # noqa: BLE001, S110 - what cannot be pointed at cannot be pressed either, and the press will say so
        pass
