"""The answers to a page, read before the page gets them: a browser throws them away as soon as it goes to another page.

An answer that never ends is passed on unread, but for a stream of events, whose events are told one by one.
"""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page

KINDS = ("Document", "Script", "Stylesheet", "XHR", "Fetch", "Other")
ENDLESS = ("text/event-stream", "application/x-ndjson", "application/octet-stream", "multipart/", "application/stream")
EMPTY = (204, 205, 304)

Later = Callable[[Coroutine[Any, Any, None]], None]


class Read(NamedTuple):
    """An answer as it came."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class Tap:
    """What has come to the pages of one window; everything here runs on the browser's thread."""

    def __init__(self, later: Later) -> None:
        """*later* lets a coroutine run while the window goes on."""
        self.events: list[bytes] = []
        """What streams of events told, in order."""
        self._later = later
        self._answers: dict[tuple[str, str], list[Read]] = defaultdict(list)

    async def open(self, context: "BrowserContext", page: "Page") -> None:
        """Stand before every answer to *page* from now on."""
        session = await context.new_cdp_session(page)
        session.on("Fetch.requestPaused", lambda paused: self._later(self._read(session, paused)))
        session.on("Network.eventSourceMessageReceived", lambda told: self.events.append(told["data"].encode()))
        await session.send("Network.enable")
        patterns = [{"urlPattern": "*", "resourceType": kind, "requestStage": "Response"} for kind in KINDS]
        await session.send("Fetch.enable", {"patterns": patterns})

    def take(self, method: str, url: str) -> Read | None:
        """The oldest answer to such a request that nobody has taken yet; None where it was not read."""
        waiting = self._answers.get((method, url.partition("#")[0]))
        return waiting.pop(0) if waiting else None

    async def _read(self, session: "CDPSession", paused: dict[str, Any]) -> None:
        number = {"requestId": paused["requestId"]}
        with suppress(Exception):  # the page may be gone by now
            if _has_body(paused):
                told = await session.send("Fetch.getResponseBody", number)
                body = b64decode(told["body"]) if told["base64Encoded"] else told["body"].encode()
                asked = paused["request"]
                told_headers = tuple((value["name"], value["value"]) for value in paused.get("responseHeaders", ()))
                self._answers[asked["method"], asked["url"].partition("#")[0]].append(Read(body, told_headers))
        with suppress(Exception):
            await session.send(
                "Fetch.continueRequest" if "responseErrorReason" in paused else "Fetch.continueResponse", number
            )


def _has_body(paused: dict[str, Any]) -> bool:
    status = paused.get("responseStatusCode")
    if status is None or status in EMPTY or 300 <= status < 400:
        return False
    kind = next(
        (value["value"] for value in paused.get("responseHeaders", ()) if value["name"].lower() == "content-type"), ""
    )
    return not kind.lower().startswith(ENDLESS)
