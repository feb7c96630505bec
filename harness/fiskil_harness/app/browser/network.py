"""What the pages of one window ask for, and what they get: each request is let pass or refused, and written down.

Bodies are read when an answer is complete. A body that the browser has thrown away by then, and a request that was refused,
say so in ``lack``: nobody may take them for clean.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from fiskil_harness.app.browser import source_maps
from fiskil_harness.app.browser.origins import Places
from fiskil_harness.app.browser.response_capture import Tap
from fiskil_harness.app.browser.websockets import Sockets
from fiskil_harness.journal import NO_RESPONSE, Fetched

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Request, Response, Route, WebSocket, WebSocketRoute

READ = frozenset({"document", "script", "stylesheet", "xhr", "fetch", "manifest", "other", "sourcemap"})
"""The kinds whose bodies hold texts."""

ENDLESS = frozenset({"eventsource", "websocket", "ping", "beacon", "media"})
"""The kinds that nobody waits for."""

LARGEST_BODY = 4_000_000
REFUSED = "it would have left this machine, so it was refused; sandbox.allow_hosts can allow its host"
TOO_LONG = "the answer is longer than 4 MB, so the rest of it was not read"
UNENDED = "it had not come to an end when the window was closed"
UNREAD = "the browser had thrown the answer away before it was read"
BLOCKED_WORKER = "Service Worker registration blocked"
DRAIN_CAP_S = 8.0

Headers = tuple[tuple[str, str], ...]


class NetworkTraffic:
    """The requests of one window; everything here runs on the browser's thread."""

    def __init__(self, places: Places, write: Callable[[Fetched], None], *, stamp: Callable[[], dict[str, Any]]) -> None:
        self.page = ""
        """What the page is called that is open now."""
        self._places = places
        self._write = write
        self._stamp = stamp
        self._open: dict[Request, dict[str, Any]] = {}
        self._answered: dict[Request, Response] = {}
        self._reading: set[asyncio.Task[None]] = set()
        self._context: BrowserContext | None = None
        self._tap = Tap(self._later)
        self._sockets = Sockets(self._note)
        self._watched: dict[Page, asyncio.Future[None]] = {}
        self._maps: set[str] = set()
        self.ways: list[str] = []
        """Every address that a page was sent to on its way, redirects too."""

    async def attach(self, context: "BrowserContext", *, participant: str) -> None:
        """Watch every request of *context*, and stand before each."""
        self._context = context
        self._participant = participant
        context.on("request", self._begun)
        context.on("requestfinished", lambda request: self._later(self._ended(request)))
        context.on("requestfailed", lambda request: self._later(self._failed(request)))
        context.on("console", lambda told: self._told(told.text))
        context.on("response", lambda response: self._answered.update({response.request: response}))
        context.on("page", self._opened)
        await context.route("**/*", self._guard)
        await context.route_web_socket(lambda _url: True, self._guard_socket)

    async def watch(self, page: "Page") -> None:
        """Read every answer to *page* before the page does."""
        assert self._context is not None
        if page not in self._watched:
            self._watched[page] = asyncio.ensure_future(self._tap.open(self._context, page))
        await self._watched[page]

    @property
    def is_idle(self) -> bool:
        """Whether nothing that somebody waits for is on its way."""
        return not self._reading and all(request.resource_type in ENDLESS for request in self._open)

    def is_leaving(self, page: "Page") -> bool:
        """Whether *page* is on its way to another address; until it is there it answers nobody."""
        unanswered = [request for request in self._open if request not in self._answered and request.is_navigation_request()]
        return any(_is_of(request, page) and request.frame == page.main_frame for request in unanswered)

    async def drain(self) -> None:
        """Wait until what has come is written down."""
        if self._reading:
            await asyncio.wait(set(self._reading), timeout=DRAIN_CAP_S)
        self.note_sockets()

    def note_sockets(self) -> None:
        """Write down what sockets that stay open have heard."""
        self._sockets.note()

    async def close(self) -> None:
        """Write down what never came to an end."""
        await self.drain()
        for request, about in list(self._open.items()):
            self._put(request, about, problem=UNENDED if request in self._answered else NO_RESPONSE)
        self._open.clear()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._reading.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # the page was gone; nobody waits for what it would have told

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
        page.on("websocket", self._socket)
        page.on("close", lambda closed: self._later(self._gone(closed)))
        self._later(self.watch(page))

    def _begun(self, request: "Request") -> None:
        self._open[request] = {**self._stamp(), "page": self.page}
        if request.is_navigation_request():
            self.ways.append(request.url)

    async def _ended(self, request: "Request") -> None:
        about = self._open.get(request)
        if about is None:
            return
        try:
            response = await request.response()
            headers = tuple((await request.all_headers()).items())
            told = await _headers_of(response)
            kind = request.resource_type
            body, problem = b"", ""
            if response is not None and self._is_read(request, response):
                read = self._tap.take(request.method, request.url)
                body, problem = (read.body, "") if read is not None else await _body_of(response)
            self._put(request, about, response=response, headers=headers, told=told, body=body, problem=problem)
            if body and kind in {"document", "script", "stylesheet"} and response is not None:
                await self._follow(request.url, body, await response.all_headers(), about)
        except Exception:  # noqa: BLE001 - the window was closed meanwhile
            self._put(request, about, problem=UNREAD)
        finally:
            self._open.pop(request, None)

    def _is_read(self, request: "Request", response: "Response") -> bool:
        has_body = not 300 <= response.status < 400 and response.status != 204
        return has_body and request.resource_type in READ and not self._places.is_auth(request.url)

    async def _failed(self, request: "Request") -> None:
        about = self._open.pop(request, None)
        if about is None:
            return
        if not self._places.may_pass(request.url):
            self._put(request, about, problem=REFUSED)
            return
        # The browser has names for failures that change with its version.
        read = self._tap.take(request.method, request.url)
        self._put(request, about, body=read.body if read else b"", problem="" if read else NO_RESPONSE)

    async def _gone(self, page: "Page") -> None:
        """Of an answer to a window that has closed the browser tells no more, but it may have been read as it came."""
        for request in [request for request in self._open if _is_of(request, page)]:
            read = self._tap.take(request.method, request.url)
            response = self._answered.get(request)
            if read is not None and response is not None:
                about = self._open.pop(request)
                self._put(request, about, response=response, told=read.headers, body=read.body)

    def _put(
        self,
        request: "Request",
        about: dict[str, Any],
        *,
        response: "Response | None" = None,
        headers: Headers = (),
        told: Headers = (),
        body: bytes = b"",
        problem: str = "",
    ) -> None:
        kind = response.headers.get("content-type", "") if response is not None else ""
        begun = self._answered.pop(request, None)
        if not told and begun is not None:
            told = tuple(begun.headers.items())
        if request.resource_type == "eventsource":
            # Such an answer need not end; what it told was heard event by event.
            body, problem = b"\n".join(self._tap.events), ""
        self._note(
            about,
            url=request.url,
            method=request.method,
            kind=request.resource_type,
            headers=headers or tuple(request.headers.items()),
            sent=request.post_data_buffer or b"",
            status=None if response is None else response.status,
            response_headers=told,
            content_type=kind.partition(";")[0].strip().lower(),
            body=body[:LARGEST_BODY],
            problem=problem or (TOO_LONG if len(body) > LARGEST_BODY else ""),
        )

    def _note(self, about: dict[str, Any] | None = None, *, url: str, **known: Any) -> None:
        self._write(
            Fetched(
                **(about or {**self._stamp(), "page": self.page}),
                participant=self._participant,
                url=url,
                is_ours=self._places.is_app(url) or url.startswith("data:"),
                is_api=self._places.is_api(url),
                **known,
            )
        )

    async def _follow(self, url: str, body: bytes, headers: dict[str, str], about: dict[str, Any]) -> None:
        """Ask for the maps that a script, a style or a page names, as a curious visitor would."""
        for named in source_maps.named_in(url, body, headers):
            if named in self._maps or self._context is None:
                continue
            self._maps.add(named)
            if named.startswith("data:"):
                told = source_maps.inline(named)
                problem = "" if told else "it cannot be decoded"
                self._note(about, url=f"data: in {url}", kind="sourcemap", status=200, body=told, problem=problem)
            elif not self._places.may_pass(named):
                self._note(about, url=named, kind="sourcemap", problem=REFUSED)
            else:
                status, told, problem = await source_maps.fetched(self._context, named)
                self._note(about, url=named, kind="sourcemap", status=status, body=told[:LARGEST_BODY], problem=problem)

    def _told(self, text: str) -> None:
        if BLOCKED_WORKER in text:
            problem = "a service worker was kept out, so what it would do was not seen"
            self._note(url=self._places.app(), kind="serviceworker", problem=problem)

    def _socket(self, socket: "WebSocket") -> None:
        self._sockets.watch(socket, {**self._stamp(), "page": self.page})


def _is_of(request: "Request", page: "Page") -> bool:
    try:
        return request.frame.page == page
    except Exception:  # noqa: BLE001 - a request of a page that is just coming has no frame yet
        return False


async def _headers_of(response: "Response | None") -> Headers:
    """Every header of an answer, and each of several alike."""
    return (
        tuple((http_header["name"], http_header["value"]) for http_header in await response.headers_array())
        if response is not None
        else ()
    )


async def _body_of(response: "Response") -> tuple[bytes, str]:
    try:
        return await response.body(), ""
    except Exception:  # noqa: BLE001 - Playwright has one class for all that can go wrong here
        return b"", UNREAD
