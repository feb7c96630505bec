"""Reading a page with all its frames, and pressing or filling in what was read."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.browser.origins import Places
from fiskil_harness.app.browser.page_snapshot import FrameContent, PageSnapshot, frame_content, script, together
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Page

GONE = "it is no longer there"
BESIDE_CAP_S = 1.0
"""A page that is being left answers nobody, and is not waited for where another is in front."""

UNREADABLE = FrameContent(unseen=("another window",))
"""What is known of a window that tells nothing."""


async def read(
    page: "Page", *, status: int | None, places: Places, more: Sequence[FrameContent] = (), cap_s: float | None = None
) -> PageSnapshot:
    """The page and its frames, but for those in which there is nothing of the app's; and what is seen *more* beside it.

    Raises:
        StepError: It told nothing within *cap_s* real seconds, and there is nothing beside it.
    """
    try:
        parts = await asyncio.wait_for(_parts(page, places), cap_s)
    except TimeoutError:
        if not more:
            raise StepError(f"The page did not answer within {cap_s:g} s.") from None
        parts = [FrameContent(unseen=("the page in front",))]
    return together([*parts, *more], url=page.url, status=status)


async def beside(pages: Iterable["Page"], *, places: Places) -> list[FrameContent]:
    """What other windows show at the same time, or that one of them does not tell."""
    found: list[FrameContent] = []
    for page in pages:
        try:
            found += await asyncio.wait_for(_parts(page, places), BESIDE_CAP_S)
        except Exception:  # noqa: BLE001 - it may be on its way to another page, or closed
            found += [] if page.is_closed() else [UNREADABLE]
    return found


def spoken(said: Iterable[str]) -> list[FrameContent]:
    """What dialogs of the browser's said, as a person reads it."""
    return [FrameContent(text=text) for text in said]


async def _parts(page: "Page", places: Places) -> list[FrameContent]:
    main = page.main_frame
    own = [frame for frame in page.frames if frame == main or not _is_foreign(frame, places)]
    return [await _part(frame, is_inner=frame != main) for frame in own]


async def press(pages: Iterable["Page"], control: Control, *, cap_s: float, nth: int | None = None) -> str:
    """Press what looks like *control*: of several alike the first that nothing lies over, or that of a number from 0."""
    element = await _element(pages, control, nth)
    if element is None:
        return GONE
    try:
        # Where the press leads to may hang, and what shows meanwhile is looked at.
        await element.click(timeout=cap_s * 1000, no_wait_after=True)
    except Exception:  # noqa: BLE001 - Playwright has one class for all that can go wrong here
        return await _press_beneath(element)
    return ""


async def _press_beneath(element: "ElementHandle") -> str:
    """Press what something lies over, such as a banner that a person would send away first."""
    try:
        await element.evaluate("(one) => one.click()")
    except Exception:  # noqa: BLE001 - as above
        return "it cannot be pressed"
    return ""


async def fill(pages: Iterable["Page"], control: Control, value: str, *, cap_s: float) -> str:
    """Fill in the first that looks like *control*."""
    element = await _element(pages, control)
    if element is None:
        return GONE
    try:
        await element.fill(value, timeout=cap_s * 1000)
    except Exception:  # noqa: BLE001 - as above
        return "it cannot be filled in"
    return ""


async def _part(frame: "Frame", *, is_inner: bool) -> FrameContent:
    try:
        if is_inner and not await _is_shown(frame):
            return FrameContent()
        return frame_content(await frame.evaluate(script("read")))
    except Exception:  # noqa: BLE001 - a frame may go while it is read
        return FrameContent(unseen=("a frame",)) if is_inner and not frame.is_detached() else FrameContent()


def _is_foreign(frame: "Frame", places: Places) -> bool:
    """Whether it is the consent page, or what the browser shows in place of a page that was refused."""
    return places.is_auth(frame.url) or frame.url.startswith("chrome-error:")


async def _is_shown(frame: "Frame") -> bool:
    return await (await frame.frame_element()).is_visible()


async def _element(pages: Iterable["Page"], control: Control, nth: int | None = None) -> "ElementHandle | None":
    wanted: Any = {**msgspec.to_builtins(control), "nth": nth}
    for frame in (frame for page in pages for frame in page.frames):
        try:
            found = (await frame.evaluate_handle(script("read"), wanted)).as_element()
        except Exception:  # noqa: BLE001, S112 - a frame may go while it is searched
            continue
        if found is not None:
            return found
    return None
