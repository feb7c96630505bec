"""Reads what the browser stores for the app: every kind of web storage, and cookies, even HttpOnly cookies."""

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.browser.page_snapshot import script
from fiskil_harness.app.browser.tabs import RESPONSE_CAP_S
from fiskil_harness.journal import StoragePlace

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

StoredItem = tuple[StoragePlace, str, str]
"""The kind of storage, the item's name and its value. The kind ``unread`` marks storage that could not be read."""


async def stored_items(context: "BrowserContext", places: Origins) -> list[StoredItem]:
    """Return every stored item of the app once. Web storage can only be read while a page of the app is open."""
    items: dict[StoredItem, None] = {}
    is_read = False
    for page in context.pages:
        for frame in page.frames:
            if not places.is_app(frame.url):
                continue
            try:
                rows = await asyncio.wait_for(frame.evaluate(script("store")), RESPONSE_CAP_S)
            except TimeoutError:
                items["unread", "storage", "a page of the app did not respond"] = None
                continue
            except Exception:  # noqa: BLE001, S112 - a frame may be removed while it is read
                continue
            is_read = True
            items |= {(place, str(name), str(value)): None for place, name, value in rows}
    if not is_read:
        items["unread", "storage", "no page of the app was open"] = None
    hosts = {urlsplit(places.app()).hostname, "localhost", "127.0.0.1"}
    for cookie in await context.cookies():
        if cookie.get("domain", "").lstrip(".") in hosts:
            items["cookie", cookie.get("name", ""), cookie.get("value", "")] = None
    return list(items)
