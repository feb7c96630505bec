"""The pointer in Chromium: it reaches a frame before anything in that frame is clicked."""

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import ElementHandle, Frame, Locator

RECORD_MOVEMENTS = """(element) => {
  const movements = [];
  const view = element.ownerDocument.defaultView;
  view.addEventListener("pointermove", () => movements.push(1), {capture: true, passive: true});
  return movements;
}"""
"""A function that returns the list of an element's frame to which each movement of the pointer in that frame is added."""


async def reach(element: "ElementHandle | Locator", frame: "Frame | None", *, cap_s: float) -> None:
    """Move the pointer over *element* in an inner *frame* until the frame has noticed it, for about *cap_s* seconds.

    A frame can have a process of its own, as in a page with ``Origin-Agent-Cluster``. Until Chromium has drawn the frame,
    each click in it goes to the page around it, and nothing reports that.

    Raises:
        playwright.async_api.Error: The element is covered or removed.
    """
    if frame is None or frame.parent_frame is None:
        return
    end = time.monotonic() + cap_s
    movements = await element.evaluate_handle(RECORD_MOVEMENTS)
    while not await movements.evaluate("(movements) => movements.length") and time.monotonic() < end:
        await element.hover(timeout=cap_s * 1000, no_wait_after=True)
