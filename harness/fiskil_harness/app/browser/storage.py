"""What the browser keeps for the app: storage of every kind, and cookies, those too that no script may see."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fiskil_harness.app.browser.origins import Places
from fiskil_harness.app.browser.page_snapshot import script
from fiskil_harness.app.browser.tabs import RESPONSE_CAP_S
from fiskil_harness.journal import StoragePlace

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

StoredItem = tuple[StoragePlace, str, str]
"""Place, name and value."""


async def stored_items(context: "BrowserContext", places: Places) -> list[StoredItem]:
    """Everything, each once; storage is read in a document of the app's, so where none is open nothing of it is seen."""
    found: dict[StoredItem, None] = {}
    is_read = False
    for page in context.pages:
        for frame in page.frames:
            if not places.is_app(frame.url):
                continue
            try:
                told = await asyncio.wait_for(frame.evaluate(script("store")), RESPONSE_CAP_S)
            except TimeoutError:
                found["lack", "storage", "a page of the app did not answer"] = None
                continue
            except Exception:  # noqa: BLE001, S112 - a frame may go while it is read
                continue
            is_read = True
            found |= {(place, str(name), str(value)): None for place, name, value in told}
    if not is_read:
        found["lack", "storage", "no page of the app was open"] = None
    hosts = {urlsplit(places.app()).hostname, "localhost", "127.0.0.1"}
    for cookie in await context.cookies():
        if cookie.get("domain", "").lstrip(".") in hosts:
            found["cookie", cookie.get("name", ""), cookie.get("value", "")] = None
    return list(found)
