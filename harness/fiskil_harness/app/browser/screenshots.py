"""Takes screenshots of pages, except of pages that show a secret."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from fiskil_harness.app.browser.page_snapshot import PageSnapshot

if TYPE_CHECKING:
    from playwright.async_api import Page

HIGHEST_PX = 1600
CAP_MS = 5_000
SECRET = "it shows a secret, so no screenshot was taken"


async def take(
    page: "Page", width_px: int, *, read: Callable[[], Awaitable[PageSnapshot]], is_secret: Callable[[str], bool]
) -> tuple[bytes, str]:
    """Return a PNG of the top of the page, or b'' and the reason why there is no screenshot.

    The page is searched for secrets both before and after the screenshot is taken.
    """
    try:
        if is_secret((await read()).all_text):
            return b"", SECRET
        height_px = await asyncio.wait_for(page.evaluate("() => document.documentElement.scrollHeight"), CAP_MS / 1000)
        clip = {"x": 0, "y": 0, "width": width_px, "height": max(1, min(height_px, HIGHEST_PX))}
        png = await page.screenshot(
            clip=clip,  # type: ignore[arg-type]
            full_page=True,
            animations="disabled",
            caret="hide",
            timeout=CAP_MS,
        )
        return (b"", SECRET) if is_secret((await read()).all_text) else (png, "")
    except Exception:  # noqa: BLE001 - Playwright has one class for all errors here
        return b"", "no screenshot could be taken"
