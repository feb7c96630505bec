"""The requests of one window's pages: each is allowed or blocked, and recorded with its response.

Bodies are read when a response is complete. If the browser has discarded the body by then, or the request was blocked, the
journal entry has a ``problem``. An entry with a problem must not count as free of secrets.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fiskil_harness.app.browser import source_maps
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.browser.response_capture import CapturedResponse, ResponseCapture
from fiskil_harness.app.browser.websockets import Sockets
from fiskil_harness.journal import NO_RESPONSE, Fetched

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Request, Response, Route, WebSocketRoute

READ = frozenset({"document", "script", "stylesheet", "xhr", "fetch", "manifest", "other", "sourcemap"})
"""Kinds of resources whose bodies contain text."""

ENDLESS = frozenset({"eventsource", "websocket", "ping", "beacon", "media"})
"""Kinds of requests that may stay open forever, so waits for open requests ignore them."""

LARGEST_BODY = 4_000_000
REFUSED = "it goes to another host, so it was blocked; sandbox.allow_hosts can allow the host"
TOO_LONG = "the response is longer than 4 MB; the rest was not read"
UNENDED = "the response was incomplete when the window was closed"
UNREAD = "the browser discarded the response before it was read"
BLOCKED_WORKER = "Service Worker registration blocked"
DRAIN_CAP_S = 8.0

Headers = tuple[tuple[str, str], ...]


class NetworkTraffic:
    """The requests of one window. All methods run on the browser's thread."""

    def __init__(self, places: Origins, write: Callable[[Fetched], None], *, stamp: Callable[[], dict[str, Any]]) -> None:
        self.page = ""
        """The name of the page that is open now."""
        self._places = places
        self._write = write
        self._stamp = stamp
        self._open: dict[Request, dict[str, Any]] = {}
        self._responses: dict[Request, Response] = {}
        self._reading: set[asyncio.Task[None]] = set()
        self._context: BrowserContext | None = None
        self._capture = ResponseCapture(self._later)
        self._sockets = Sockets(self._note)
        self._watched: dict[Page, asyncio.Future[None]] = {}
        self._maps: set[str] = set()
        self.addresses: list[str] = []
        """Every URL that a page navigated to, including redirects."""

    async def attach(self, context: "BrowserContext", *, participant: str) -> None:
        """Record every request of *context*, and block requests to hosts that are not allowed."""
        self._context = context
        self._participant = participant
        context.on("request", self._started)
        context.on("requestfinished", lambda request: self._later(self._ended(request)))
        context.on("requestfailed", lambda request: self._later(self._failed(request)))
        context.on("console", lambda message: self._note_blocked_worker(message.text))
        context.on("response", lambda response: self._responses.update({response.request: response}))
        context.on("page", self._opened)
        await context.route("**/*", self._guard)
        await context.route_web_socket(lambda _url: True, self._guard_socket)

    async def watch(self, page: "Page") -> None:
        """Capture every response for *page* before the page itself gets it."""
        assert self._context is not None
        if page not in self._watched:
            self._watched[page] = asyncio.ensure_future(self._capture.open(self._context, page))
        await self._watched[page]

    @property
    def is_idle(self) -> bool:
        """True if no request is open, except requests that may stay open forever."""
        return not self._reading and all(request.resource_type in ENDLESS for request in self._open)

    def is_leaving(self, page: "Page") -> bool:
        """Return true if *page* is navigating; it cannot be queried until the navigation ends."""
        return any(
            request not in self._responses
            and request.is_navigation_request()
            and _is_of(request, page)
            and request.frame == page.main_frame
            for request in self._open
        )

    async def drain(self) -> None:
        """Wait until every response that has arrived is recorded."""
        if self._reading:
            await asyncio.wait(set(self._reading), timeout=DRAIN_CAP_S)
        self.note_sockets()

    def note_sockets(self) -> None:
        """Record what open WebSockets have transferred since the last call."""
        self._sockets.note()

    async def close(self) -> None:
        """Record the requests that are still open."""
        await self.drain()
        if any(request.resource_type == "eventsource" for request in self._open):
            await self._capture.wait_for_events()
        for request, about in list(self._open.items()):
            self._put(request, about, problem=UNENDED if request in self._responses else NO_RESPONSE)
        self._open.clear()

    def _later(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self._reading.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # read the error, which asyncio would log otherwise: the page has closed

    async def _guard(self, route: "Route") -> None:
        with suppress(Exception):  # the page may be gone by now
            if self._places.may_pass(route.request.url):
                await route.continue_()
            else:
                await route.abort("blockedbyclient")

    def _guard_socket(self, route: "WebSocketRoute") -> None:
        if self._places.may_pass(route.url):
            route.connect_to_server()
            return
        self._note(url=route.url, kind="websocket", problem=REFUSED)
        self._later(route.close())

    def _opened(self, page: "Page") -> None:
        page.on("websocket", lambda socket: self._sockets.watch(socket, {**self._stamp(), "page": self.page}))
        page.on("close", lambda closed: self._later(self._note_unfinished(closed)))
        self._later(self.watch(page))

    def _started(self, request: "Request") -> None:
        self._open[request] = {**self._stamp(), "page": self.page}
        if request.is_navigation_request():
            self.addresses.append(request.url)

    async def _ended(self, request: "Request") -> None:
        about = self._open.pop(request, None)
        if about is None:
            return
        captured = self._captured(request)
        if request.resource_type == "eventsource":
            await self._capture.wait_for_events()
        try:
            response = await request.response()
            heads: dict[str, Headers] = {"headers": tuple((await request.all_headers()).items())}
            heads["response_headers"] = await _headers_of(response)
            body, problem = (captured.body, "") if captured is not None else (b"", "")
            has_body = response is not None and not 300 <= response.status < 400 and response.status != 204
            if captured is None and response is not None and has_body and self._is_read(request):
                body, problem = await _body_of(response)
        except Exception:  # noqa: BLE001 - the window was closed meanwhile
            self._put_captured(request, about, captured, problem=UNREAD)
            return
        self._put(request, about, status=response.status if response else None, **heads, body=body, problem=problem)
        if body and request.resource_type in {"document", "script", "stylesheet"} and response is not None:
            await self._follow(request.url, body, await response.all_headers(), about)

    def _captured(self, request: "Request") -> CapturedResponse | None:
        """Return the response as captured before the page got it; None if it was not captured or is not to be read."""
        captured = self._capture.take(request.method, request.url)
        return captured if self._is_read(request) else None

    def _is_read(self, request: "Request") -> bool:
        return request.resource_type in READ and not self._places.is_auth(request.url)

    async def _failed(self, request: "Request") -> None:
        about = self._open.pop(request, None)
        if about is None:
            return
        if not self._places.may_pass(request.url):
            self._put(request, about, problem=REFUSED)
            return
        # The browser's error names change with its version, so they are not recorded.
        self._put_captured(request, about, self._captured(request), problem=NO_RESPONSE)

    async def _note_unfinished(self, page: "Page") -> None:
        """Record the requests of a closed window, for which the browser reports no end, with the captured responses."""
        for request in [request for request in self._open if _is_of(request, page)]:
            about = self._open.pop(request)
            problem = UNENDED if request in self._responses else NO_RESPONSE
            self._put_captured(request, about, self._captured(request), problem=problem)

    def _put_captured(
        self, request: "Request", about: dict[str, Any], captured: CapturedResponse | None, *, problem: str
    ) -> None:
        """Record a request for which the browser has no response any more. *problem* applies if none was captured."""
        if captured is None:
            self._put(request, about, problem=problem)
        else:
            self._put(request, about, status=captured.status, response_headers=captured.headers, body=captured.body)

    def _put(
        self,
        request: "Request",
        about: dict[str, Any],
        *,
        status: int | None = None,
        headers: Headers = (),
        response_headers: Headers = (),
        body: bytes = b"",
        problem: str = "",
    ) -> None:
        early_response = self._responses.pop(request, None)
        if not response_headers and early_response is not None:
            response_headers = tuple(early_response.headers.items())
        content_type = next((text for name, text in response_headers if name.lower() == "content-type"), "")
        if request.resource_type == "eventsource":
            # An event stream may never end, so its events were captured one by one.
            body, problem = b"\n".join(self._capture.events), ""
        self._note(
            about,
            url=request.url,
            method=request.method,
            kind=request.resource_type,
            headers=headers or tuple(request.headers.items()),
            sent=request.post_data_buffer or b"",
            status=status,
            response_headers=response_headers,
            content_type=content_type.partition(";")[0].strip().lower(),
            body=body[:LARGEST_BODY],
            problem=problem or (TOO_LONG if len(body) > LARGEST_BODY else ""),
        )

    def _note(self, about: dict[str, Any] | None = None, *, url: str, **fields: Any) -> None:
        self._write(
            Fetched(
                **(about or {**self._stamp(), "page": self.page}),
                participant=self._participant,
                url=url,
                is_ours=self._places.is_app(url) or url.startswith("data:"),
                is_api=self._places.is_api(url),
                **fields,
            )
        )

    async def _follow(self, url: str, body: bytes, headers: dict[str, str], about: dict[str, Any]) -> None:
        """Request the source maps that a script, stylesheet or page refers to, because every end user could do so."""
        for map_url in source_maps.map_urls(url, body, headers):
            if map_url in self._maps or self._context is None:
                continue
            self._maps.add(map_url)
            if map_url.startswith("data:"):
                content = source_maps.decode(map_url)
                problem = "" if content else "it cannot be decoded"
                self._note(about, url=f"data: in {url}", kind="sourcemap", status=200, body=content, problem=problem)
            elif not self._places.may_pass(map_url):
                self._note(about, url=map_url, kind="sourcemap", problem=REFUSED)
            else:
                status, content, problem = await source_maps.fetch(self._context, map_url)
                self._note(about, url=map_url, kind="sourcemap", status=status, body=content[:LARGEST_BODY], problem=problem)

    def _note_blocked_worker(self, text: str) -> None:
        if BLOCKED_WORKER in text:
            problem = "the service worker was blocked, so its requests were not observed"
            self._note(url=self._places.app(), kind="serviceworker", problem=problem)


def _is_of(request: "Request", page: "Page") -> bool:
    try:
        return request.frame.page == page
    except Exception:  # noqa: BLE001 - a request of a page that is just opening has no frame yet
        return False


async def _headers_of(response: "Response | None") -> Headers:
    """Return every header of a response, including repeated headers."""
    headers = await response.headers_array() if response is not None else []
    return tuple((header["name"], header["value"]) for header in headers)


async def _body_of(response: "Response") -> tuple[bytes, str]:
    try:
        return await response.body(), ""
    except Exception:  # noqa: BLE001 - Playwright has one class for all errors here
        return b"", UNREAD
