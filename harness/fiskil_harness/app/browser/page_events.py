"""Snapshots that a page sends about itself while the browser waits for the next page.

Chromium cannot query a page that is navigating. Therefore a script is injected into the page before the navigation, and
sends the page's content at intervals. Of a screenshot, only a digest is kept: it shows that the page has changed, but
cannot reveal a secret.
"""

import base64
import hashlib
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.browser.page_snapshot import FrameContent, PageSnapshot, frame_content, merged, script
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
    """The snapshots of one page, from the creation of this object until the window navigates to another page."""

    def __init__(self, window: Window) -> None:
        """Make the current page of *window* send snapshots from now on."""
        self._window = window
        self._snapshots: list[FrameContent] = []
        self.since_s: float | None = None
        """The time from the last click to the latest snapshot, by the page's own clock; None before the first click.

        On a busy machine a snapshot arrives late, which is not the page's fault.
        """
        self.width_px = 0
        """The width of the page at its latest snapshot."""
        self._session: CDPSession = window.run(self._begin)

    @property
    def is_over(self) -> bool:
        """True if the window shows another page, which can be queried as usual."""
        return self._window.moves_of(self._page) != self._moves

    def latest(self) -> PageSnapshot | None:
        """Return the page's latest snapshot, merged with the content of the app's other windows.

        Return None if there is no snapshot yet, or if the window shows another page.
        """
        parts = [] if self.is_over else self._window.run(self._last)
        return merged(parts, url=self._window.url, status=None) if parts else None

    def point_at(self, control: Control) -> None:
        """Move the pointer to *control* before the click, so that a hover effect does not count as its effect."""
        self._window.run(lambda page: _point_at(page, control))

    def digest(self) -> str:
        """Return a digest of a screenshot, or '' if none could be taken."""
        try:
            return str(self._window.run(self._take_digest, cap_s=DIGEST_CAP_S))
        except StepError:  # Chromium takes no screenshot of a page that is navigating
            return ""

    async def _begin(self, page: "Page") -> "CDPSession":
        self._page, self._moves = page, self._window.moves_of(page)
        name = f"harness_seen_{next(_NUMBERS)}"
        await page.expose_function(name, self._take_snapshot)
        await page.evaluate(
            f"([name, everyMs]) => ({script('page_events').replace('READ', script('read'))})(name, everyMs)",
            [name, EVERY_MS],
        )
        return await page.context.new_cdp_session(page)

    async def _last(self, _: "Page") -> list[FrameContent]:
        return [*self._snapshots, *await self._window.read_others(self._page)] if self._snapshots else []

    def _take_snapshot(self, snapshot: Any) -> None:
        self._snapshots[:], self.since_s = [frame_content(snapshot)], snapshot.get("since_s")
        self.width_px = snapshot.get("width_px", 0)

    async def _take_digest(self, _: "Page") -> str:
        try:
            screenshot = await self._session.send("Page.captureScreenshot", {"format": "png"})
        except Exception:  # noqa: BLE001 - a page may close while its screenshot is taken
            return ""
        return hashlib.sha256(base64.b64decode(screenshot["data"])).hexdigest()


async def _point_at(page: "Page", control: Control) -> None:
    try:
        element = (await page.evaluate_handle(script("read"), msgspec.to_builtins(control))).as_element()
        if element is not None:
            await element.hover(timeout=POINTING_CAP_MS)
    except Exception:  # noqa: BLE001, S110 - the click reports the same problem
        pass
