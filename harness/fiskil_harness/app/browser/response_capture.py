"""Captures each response before the page gets it, because the browser discards responses when the page navigates.

A response that may never end is passed on to the page unread, but the events of an event stream are captured one by one.
"""

import asyncio
from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page

KINDS = ("Document", "Script", "Stylesheet", "XHR", "Fetch", "Other")
ENDLESS = ("text/event-stream", "application/x-ndjson", "application/octet-stream", "multipart/", "application/stream")
EMPTY = (204, 205)
"""Statuses of responses without a body. The browser gives up a navigation that has one."""

ARRIVAL_CAP_S = 2.0
"""The longest wait for a page that responds to nothing, in real seconds."""

RunLater = Callable[[Coroutine[Any, Any, None]], None]


class CapturedResponse(NamedTuple):
    """The status, body and headers of a response as received."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


class ResponseCapture:
    """The captured responses for the pages of one window. All methods run on the browser's thread."""

    def __init__(self, later: RunLater) -> None:
        """Start without responses. *later* runs a coroutine in the background."""
        self.events: list[bytes] = []
        """The data of events from event streams, in order."""
        self._later = later
        self._sessions: list[CDPSession] = []
        self._documents: dict[str, asyncio.Task[None] | None] = {}
        """The task that read the latest document of each frame, by the frame's id."""
        self._responses: dict[tuple[str, str], list[CapturedResponse]] = defaultdict(list)

    async def open(self, context: "BrowserContext", page: "Page") -> None:
        """Capture every response for *page* from now on."""
        session = await context.new_cdp_session(page)
        self._sessions.append(session)
        session.on("Fetch.requestPaused", lambda paused: self._later(self._read(session, paused)))
        session.on("Network.eventSourceMessageReceived", lambda event: self.events.append(event["data"].encode()))
        await session.send("Network.enable")
        patterns = [{"urlPattern": "*", "resourceType": kind, "requestStage": "Response"} for kind in KINDS]
        await session.send("Fetch.enable", {"patterns": patterns})

    def take(self, method: str, url: str) -> CapturedResponse | None:
        """Remove and return the oldest captured response to a request with *method* and *url*; None if there is none."""
        waiting = self._responses.get((method, url.partition("#")[0]))
        return waiting.pop(0) if waiting else None

    async def wait_for_events(self) -> None:
        """Wait until each event that a page has got has arrived here: the browser sends it before its next response."""
        for session in self._sessions:
            with suppress(Exception):  # the page may be gone by now, or busy
                await asyncio.wait_for(session.send("Runtime.evaluate", {"expression": "0"}), ARRIVAL_CAP_S)

    async def _read(self, session: "CDPSession", paused: dict[str, Any]) -> None:
        request_id = {"requestId": paused["requestId"]}
        if paused["resourceType"] == "Document":
            self._give_up_document(paused["frameId"])
        with suppress(Exception):  # the page may be gone by now
            if _has_body(paused) or paused.get("responseStatusCode") in EMPTY:
                body = await _body_of(session, paused) if _has_body(paused) else b""
                request = paused["request"]
                headers = tuple((header["name"], header["value"]) for header in paused.get("responseHeaders", ()))
                captured = CapturedResponse(paused["responseStatusCode"], body, headers)
                self._responses[request["method"], request["url"].partition("#")[0]].append(captured)
        with suppress(Exception):
            await session.send(
                "Fetch.continueRequest" if "responseErrorReason" in paused else "Fetch.continueResponse", request_id
            )

    def _give_up_document(self, frame_id: str) -> None:
        """Stop reading the document before: the browser never returns the body of a navigation that another one replaced."""
        document = self._documents.get(frame_id)
        if document is not None:
            document.cancel()
        self._documents[frame_id] = asyncio.current_task()


async def _body_of(session: "CDPSession", paused: dict[str, Any]) -> bytes:
    content = await session.send("Fetch.getResponseBody", {"requestId": paused["requestId"]})
    return b64decode(content["body"]) if content["base64Encoded"] else content["body"].encode()


def _has_body(paused: dict[str, Any]) -> bool:
    status = paused.get("responseStatusCode")
    if status is None or status in EMPTY or 300 <= status < 400:
        return False
    content_type = next(
        (header["value"] for header in paused.get("responseHeaders", ()) if header["name"].lower() == "content-type"), ""
    )
    return not content_type.lower().startswith(ENDLESS)
