"""Closed shadow trees that stand in the HTML itself: no script of the page's can look into them, but the browser can.

Those that a script makes are known by the script that runs before it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

CAP_S = 2.0
KEEP = "function (root) { globalThis[Symbol.for('fiskil_harness.closed')].keep(this, root); }"


async def open_closed(page: "Page") -> bool:
    """Let the script that reads the page look into them from now on; False where nobody can say whether there are any."""
    try:
        await asyncio.wait_for(_open(page), CAP_S)
    except Exception:  # noqa: BLE001 - the page may be on its way to another
        return False
    return True


async def _open(page: "Page") -> None:
    session = await page.context.new_cdp_session(page)
    try:
        document = await session.send("DOM.getDocument", {"depth": -1, "pierce": True})
        for host, root in _closed(document["root"]):
            told = {"objectId": await _handle(session, root)}
            kept = {"objectId": await _handle(session, host), "functionDeclaration": KEEP, "arguments": [told]}
            await session.send("Runtime.callFunctionOn", kept)
    finally:
        with suppress(Exception):  # one that hangs lets nobody go either
            await asyncio.wait_for(session.detach(), CAP_S)


def _closed(node: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Host and root of each, by the numbers that the browser has for them."""
    for root in node.get("shadowRoots", ()):
        if root.get("shadowRootType") == "closed":
            yield node["backendNodeId"], root["backendNodeId"]
    inner = [*node.get("children", ()), *node.get("shadowRoots", ())]
    for value in [*inner, node["contentDocument"]] if "contentDocument" in node else inner:
        yield from _closed(value)


async def _handle(session: "CDPSession", number: int) -> str:
    told = await session.send("DOM.resolveNode", {"backendNodeId": number})
    return str(told["object"]["objectId"])
