"""Makes closed shadow trees that are declared in the HTML readable: scripts cannot read them, but the browser can.

Closed shadow trees that a script creates are recorded by ``watch.js``, which runs before the page's scripts.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

CAP_S = 2.0
KEEP = "function (root) { globalThis[Symbol.for('fiskil_harness.closed')].keep(this, root); }"


async def reveal_closed_trees(page: "Page") -> bool:
    """Make closed shadow trees readable for the script that reads the page; return False if they cannot be found."""
    try:
        await asyncio.wait_for(_open(page), CAP_S)
    except Exception:  # noqa: BLE001 - the page may be navigating
        return False
    return True


async def _open(page: "Page") -> None:
    session = await page.context.new_cdp_session(page)
    try:
        document = await session.send("DOM.getDocument", {"depth": -1, "pierce": True})
        for host, root in _closed(document["root"]):
            argument = {"objectId": await _object_id(session, root)}
            call = {"objectId": await _object_id(session, host), "functionDeclaration": KEEP, "arguments": [argument]}
            await session.send("Runtime.callFunctionOn", call)
    finally:
        with suppress(Exception):  # a page that hangs does not detach either
            await asyncio.wait_for(session.detach(), CAP_S)


def _closed(node: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield the host and the root of each closed shadow tree in *node*, as the browser's node ids."""
    for root in node.get("shadowRoots", ()):
        if root.get("shadowRootType") == "closed":
            yield node["backendNodeId"], root["backendNodeId"]
    inner = [*node.get("children", ()), *node.get("shadowRoots", ())]
    for child in [*inner, node["contentDocument"]] if "contentDocument" in node else inner:
        yield from _closed(child)


async def _object_id(session: "CDPSession", node_id: int) -> str:
    resolved = await session.send("DOM.resolveNode", {"backendNodeId": node_id})
    return str(resolved["object"]["objectId"])
