"""Reads a page with all its frames, clicks its controls and fills in its fields."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.app.browser import form_values, pointer
from fiskil_harness.app.browser.form_values import FormValues
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.browser.page_snapshot import FrameContent, PageSnapshot, frame_content, merged, script
from fiskil_harness.errors import StepError
from fiskil_harness.journal import Control

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Page

REMOVED = "it no longer exists"
BESIDE_CAP_S = 1.0
"""The time limit for reading a page that is not in front and may be navigating, in real seconds."""

_IS_LIST = "(element) => element.matches('select')"
_OTHER_OPTION = "(list) => [...list.options].findLastIndex((option) => !option.selected && !option.disabled)"

UNREADABLE = FrameContent(unseen=("another window",))
"""The content of a window that does not respond."""


async def read(
    page: "Page", *, status: int | None, places: Origins, more: Sequence[FrameContent] = (), cap_s: float | None = None
) -> PageSnapshot:
    """Return a snapshot of the page with its frames, except frames that show the consent page or a blocked page.

    Args:
        status: The status of the response that the page shows.
        places: The origins of the app, the API and the consent page.
        more: Content to merge into the snapshot, such as that of other windows.
        cap_s: The time limit in real seconds; None disables the limit.

    Raises:
        StepError: The page did not respond within the limit, and *more* is empty.
    """
    try:
        parts = await asyncio.wait_for(_parts(page, places), cap_s)
    except TimeoutError:
        if not more:
            raise StepError(f"The page did not respond within {cap_s:g} s.") from None
        parts = [FrameContent(unseen=("the page in front",))]
    return merged([*parts, *more], url=page.url, status=status)


async def is_covered(page: "Page", places: Origins, *, cap_s: float | None) -> bool:
    """Return true if the consent page or an empty element lies over every text of *page*; false if that is unknown."""

    async def query() -> bool:
        frames = [frame for frame in page.frames if frame.parent_frame == page.main_frame and places.is_auth(frame.url)]
        return bool(await page.evaluate(script("covered"), [await frame.frame_element() for frame in frames]))

    try:
        return await asyncio.wait_for(query(), cap_s)
    except Exception:  # noqa: BLE001 - the page may be navigating, or closed
        return False


async def read_others(pages: Iterable["Page"], *, places: Origins) -> list[FrameContent]:
    """Return the content of other windows. For a window that cannot be read, the content says so."""
    contents: list[FrameContent] = []
    for page in pages:
        try:
            contents += await asyncio.wait_for(_parts(page, places), BESIDE_CAP_S)
        except Exception:  # noqa: BLE001 - it may be navigating, or closed
            contents += [] if page.is_closed() else [UNREADABLE]
    return contents


def dialog_contents(texts: Iterable[str]) -> list[FrameContent]:
    """Return the texts of browser dialogs as page content, because an end user reads them too."""
    return [FrameContent(text=text) for text in texts]


async def _parts(page: "Page", places: Origins) -> list[FrameContent]:
    return [await _part(frame, is_inner=frame != page.main_frame) for frame in _own_frames(page, places)]


def _own_frames(page: "Page", places: Origins) -> list["Frame"]:
    """Return the frames of *page*, itself included, except those that show the consent page or a blocked page."""
    return [frame for frame in page.frames if frame == page.main_frame or not _is_foreign(frame, places)]


async def press(pages: Iterable["Page"], control: Control, *, cap_s: float, nth: int | None = None) -> str:
    """Click *control*, or choose another option of it; return a problem or ''.

    Of several equal controls, the *nth* (from 0) is clicked or, without *nth*, the first that no other element covers.
    """
    element = await _element(pages, control, nth)
    if element is None:
        return REMOVED
    try:
        if await element.evaluate(_IS_LIST):
            await element.select_option(index=await element.evaluate(_OTHER_OPTION), timeout=cap_s * 1000)
            return ""
        await pointer.reach(element, await element.owner_frame(), cap_s=cap_s)
        # Return before the next page has loaded: it may hang, and the current page is observed until then.
        await element.click(timeout=cap_s * 1000, no_wait_after=True)
    except Exception:  # noqa: BLE001 - Playwright has one class for all errors here
        return await _press_covered(element)
    return ""


async def _press_covered(element: "ElementHandle") -> str:
    """Click an element that another element covers, such as a banner, which an end user would close first."""
    try:
        await element.evaluate("(element) => element.click()")
    except Exception:  # noqa: BLE001 - as above
        return "it cannot be pressed"
    return ""


async def fill(pages: Iterable["Page"], control: Control, value: str, *, cap_s: float) -> str:
    """Fill in the first field that matches *control*; return a problem or ''."""
    element = await _element(pages, control)
    if element is None:
        return REMOVED
    try:
        await element.fill(value, timeout=cap_s * 1000)
    except Exception:  # noqa: BLE001 - as above
        return "it cannot be filled in"
    return ""


async def fill_in(
    page: "Page", places: Origins, *, is_all: bool, excluded: Sequence[str], values: FormValues, cap_s: float
) -> list[str]:
    """Fill in the form of *page* and its frames, as ``Window.fill_in`` describes; return the names of what changed."""
    changed: list[str] = []
    arguments = [is_all, list(excluded), list(map(list, values)), form_values.ALWAYS]
    for frame in _own_frames(page, places):
        try:
            if frame == page.main_frame or await _is_shown(frame):
                changed += await asyncio.wait_for(frame.evaluate(script("fill_in"), arguments), cap_s)
        except Exception:  # noqa: BLE001, S112 - the frame may be navigating, or removed
            continue
    return changed


async def _part(frame: "Frame", *, is_inner: bool) -> FrameContent:
    try:
        if is_inner and not await _is_shown(frame):
            return FrameContent()
        return frame_content(await frame.evaluate(script("read")))
    except Exception:  # noqa: BLE001 - a frame may be removed while it is read
        return FrameContent(unseen=("a frame",)) if is_inner and not frame.is_detached() else FrameContent()


def _is_foreign(frame: "Frame", places: Origins) -> bool:
    """Return true if *frame* shows the consent page, or the browser's error page for a blocked request."""
    return places.is_auth(frame.url) or frame.url.startswith("chrome-error:")


async def _is_shown(frame: "Frame") -> bool:
    return await (await frame.frame_element()).is_visible()


async def _element(pages: Iterable["Page"], control: Control, nth: int | None = None) -> "ElementHandle | None":
    description: Any = {**msgspec.to_builtins(control), "nth": nth}
    for frame in (frame for page in pages for frame in page.frames):
        try:
            element = (await frame.evaluate_handle(script("read"), description)).as_element()
        except Exception:  # noqa: BLE001, S112 - a frame may be removed while it is searched
            continue
        if element is not None:
            return element
    return None
