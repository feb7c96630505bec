"""The browser window of one end user: opens and reads pages, clicks controls, fills in fields and records page views.

Each wait is limited in real seconds. No screenshot is taken of a page that shows a secret. Further windows that a page
opens belong to this window: the newest page with a URL of the app is in front, and the others are read together with it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from fiskil_harness.app.browser import consent_page, navigation, page_reader, screenshots, shadow_dom, storage, tabs
from fiskil_harness.app.browser.chromium import CLOSING_CAP_S, Chromium
from fiskil_harness.app.browser.form_values import FormValues
from fiskil_harness.app.browser.network import NetworkTraffic
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.browser.page_snapshot import LOGIN, FrameContent, PageSnapshot, script
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Control, Entry, PageView, Picture, StoragePlace, Stored, ViewMoment

if TYPE_CHECKING:
    from playwright.async_api import Page

T_ = TypeVar("T_")

PHONE_PX, DESK_PX = 360, 1280
WIDTHS_PX = (PHONE_PX, DESK_PX)
HEIGHTS_PX = {PHONE_PX: 740, DESK_PX: 800}
SETTLE_CAP_S = 5.0
PRESS_CAP_S = 5.0
EVERY_MS = 25
OPEN_TRIES = 5
UNSEARCHED = "the page could not be searched for closed shadow trees"
CLOSED_TO_ALL = (401, 403, 404, 405, 410)
AFTER_JOURNEY = frozenset({"failed", "unsynced"})
"""Moments after a consent journey, whose consent page may still lie over the app's page."""


class Window:
    """The browser window of one end user. Cookies persist from page to page.

    Every method that uses the browser raises ``StepError`` if the browser reports an error or exceeds its time limit.
    """

    def __init__(
        self,
        chromium: Chromium,
        *,
        places: Origins,
        participant: str,
        write: Callable[[Entry], None],
        stamp: Callable[[], dict[str, Any]],
        is_secret: Callable[[str], bool],
        deadline_s: float = 30.0,
    ) -> None:
        """Open an empty window.

        Args:
            places: The origins of app, API and consent page, and further hosts that pages may reach.
            participant: The name of the end user in the journal.
            write: Writes an entry to the journal.
            stamp: Returns the time and the scenario step for a new journal entry.
            is_secret: Returns true if a text contains a secret that no screenshot may show.
            deadline_s: The longest wait for a page, in real seconds.

        Raises:
            ToolMissing: Playwright or Chromium is missing, or Chromium does not start.
        """
        self.places = places
        self.participant = participant
        self.deadline_s = deadline_s
        self.page_name = ""
        self._chromium = chromium
        self._write = write
        self._stamp = stamp
        self._is_secret = is_secret
        self._since = stopwatch()
        self._problem = ""
        self._recorded: set[tuple[str, str, str]] = set()
        self._traffic = NetworkTraffic(places, write, stamp=stamp)
        # Deliveries verify the app's own certificate; pages are read even if it is invalid.
        self._context = chromium.context(
            viewport={"width": DESK_PX, "height": HEIGHTS_PX[DESK_PX]},
            locale="en-AU",
            service_workers="block",
            accept_downloads=False,
            reduced_motion="reduce",
            ignore_https_errors=any(url.startswith("https:") for url in (places.app(), places.auth())),
        )
        self._resizing: set[asyncio.Task[None]] = set()
        self._trail = navigation.Trail()
        self._dialogs = navigation.Dialogs()
        self._first: Page = self._run(self._begin(), cap_s=CLOSING_CAP_S)

    @property
    def url(self) -> str:
        """The URL of the page in front."""
        return self._chromium.call(lambda: self._page.url)

    @property
    def has_blank_window(self) -> bool:
        """True if a page has opened a window that has no URL yet."""
        return self._chromium.call(lambda: any(page.url in tabs.BLANK for page in self._context.pages[1:]))

    @property
    def has_unread_window(self) -> bool:
        """True if a window is open that shows neither the app nor the consent page, so that it is not read."""
        return self._chromium.call(lambda: tabs.has_unread_pages(self._first, self._context.pages, self.places))

    @property
    def visited(self) -> tuple[str, ...]:
        """Every URL that the window has shown, in order, including URLs that a script set without a request."""
        return tuple(self._trail.visited)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every URL that a page of the window navigated to, in order, including redirects."""
        return tuple(self._traffic.addresses)

    @property
    def dialogs(self) -> tuple[navigation.PageDialog, ...]:
        """The browser dialogs since the last click. Each was accepted."""
        return self._chromium.call(lambda: tuple(self._dialogs.shown))

    @property
    def is_idle(self) -> bool:
        """True if no request is open, except requests that may stay open forever."""
        return self._chromium.call(lambda: self._traffic.is_idle)

    @property
    def is_leaving(self) -> bool:
        """True if the page in front is navigating; it cannot be read until the navigation ends."""
        return self._chromium.call(lambda: self._traffic.is_leaving(self._page))

    @property
    def consent_url(self) -> str:
        """The URL of the consent page, in a frame or in its own window; empty if it is not open."""
        frame = self._run(consent_page.frame_of(self._context, self.places), cap_s=CLOSING_CAP_S)
        return frame.url if frame is not None else ""

    @property
    def is_embedded(self) -> bool:
        """True if the consent page is open together with the app's page, in a frame or in its own window."""
        return bool(self.consent_url) and not self.places.is_auth(self.url)

    def open(self, url: str, *, page: str, settle_s: float = SETTLE_CAP_S, cap_s: float | None = None) -> str:
        """Go to *url*, and use *page* as its name in reports; return why no page is shown, or ''.

        Args:
            settle_s: The longest wait for the page's requests, in real seconds.
            cap_s: The longest wait for the page itself, in real seconds; None means ``deadline_s``.
        """
        self.name_page(page)
        self._since = stopwatch()
        cap_s = self.deadline_s if cap_s is None else cap_s
        self._problem = self._run(self._open(url, page_cap_s=cap_s), cap_s=cap_s + CLOSING_CAP_S * 2)
        if not self._problem and self.settle(cap_s=settle_s):
            self._run(navigation.rest(self._page), cap_s=CLOSING_CAP_S * 2)
        return self._problem

    def visit(self, url: str, *, page: str) -> str:
        """Go to *url*, so that the response can set cookies; return why that probably failed, or ''.

        The response need not be a page. Only an error or a login page counts as a failure. Reports use the name *page*.
        """
        self.name_page(page)
        problem = self._run(self._open(url, navigation.visit), cap_s=self.deadline_s + CLOSING_CAP_S * 2)
        if not problem:
            self.settle()
        status = self._chromium.call(lambda: self._trail.status_of(self._page))
        if problem or (status or 0) >= 400:
            return f"returned {status}" if (status or 0) >= 400 else f"cannot be opened: {problem}"
        return "shows a password field" if self.read().has_password else ""

    @property
    def has_consent_window(self) -> bool:
        """True if the consent page is open in its own window, in addition to the app's page."""
        return self._chromium.call(lambda: any(self.places.is_auth(page.url) for page in self._context.pages[1:]))

    def begin_to_resize(self, width_px: int, *, taller_px: int = 0) -> None:
        """Start to change the width of the window without waiting for it.

        The browser resizes a page that is navigating at once, but reports that only after the navigation. Until then
        Playwright assumes the old size. A caller that restores the old size must therefore pass 1 as *taller_px*, so that
        the height differs by one pixel.
        """

        def begin() -> None:
            for page in self._pages:
                task = asyncio.ensure_future(tabs.resize(page, width_px, HEIGHTS_PX[width_px] + taller_px))
                self._resizing.add(task)
                task.add_done_callback(self._resizing.discard)

        self._chromium.call(begin)

    def clear_dialogs(self) -> None:
        """Remove the recorded dialogs."""
        self._chromium.call(self._dialogs.shown.clear)

    def accept_dialogs_until(self, is_over: Callable[[], bool]) -> None:
        """Record no dialog as a question once *is_over* returns true, because declining it then prevents nothing."""
        self._chromium.call(lambda: setattr(self._dialogs, "is_over", is_over))

    def moves_of(self, page: "Page") -> int:
        """Return how often *page* has navigated to another URL. Closing the page counts as a navigation."""
        return self._trail.moves_of(page) + page.is_closed()

    def set_cookies(self, cookies: dict[str, str], *, url: str) -> None:
        """Set *cookies* for the app at *url* as HttpOnly, as a login does."""
        settings: Any = [{"name": name, "value": value, "url": url, "httpOnly": True} for name, value in cookies.items()]
        self._run(self._context.add_cookies(settings), cap_s=CLOSING_CAP_S)

    def name_page(self, page: str) -> None:
        """Set the name that reports use for the current page."""
        self.page_name = page
        self._chromium.call(lambda: setattr(self._traffic, "page", page))

    def settle(self, *, cap_s: float = SETTLE_CAP_S) -> bool:
        """Wait until the page has no open requests; return False if some are still open after *cap_s* real seconds."""
        return self._run(navigation.settle(lambda: self._page, self._traffic, cap_s=cap_s), cap_s=cap_s + 5)

    def read(self) -> PageSnapshot:
        """Return a snapshot of the page, without recording it in the journal."""
        return self._run(self._read(), cap_s=CLOSING_CAP_S)

    def read_at(self, width_px: int) -> PageSnapshot:
        """Return a snapshot of the page at this width of the window, without recording it in the journal."""

        async def read() -> PageSnapshot:
            await self._resize(width_px)
            return await self._read()

        return self._run(read(), cap_s=CLOSING_CAP_S * 2)

    def wait_until(self, is_there: Callable[[PageSnapshot], bool], *, cap_s: float) -> PageSnapshot | None:
        """Read the page until *is_there* accepts a snapshot, and return that snapshot; None after *cap_s* real seconds."""
        elapsed = stopwatch()
        while True:
            snapshot = self.read()
            if is_there(snapshot):
                return snapshot
            if elapsed() >= cap_s:
                return None
            self.pause()

    def look(
        self,
        *,
        moment: ViewMoment = "plain",
        cause: str = "",
        problem: str = "",
        has_pictures: bool = True,
        widths_px: tuple[int, ...] = WIDTHS_PX,
    ) -> tuple[PageView, ...]:
        """Record a view of the page at each width, and return the views.

        Args:
            moment: The situation in which the page is viewed, as in ``PageView``.
            cause: The type of the error that the page should explain, as in ``PageView``.
            problem: The reason why the page cannot be judged, if the caller knows one.
            has_pictures: True also records a screenshot at each width.
            widths_px: Widths of the window in pixels (default: a phone and a desktop screen).
        """
        self._chromium.call(self._traffic.note_sockets)
        return tuple(
            self._run(self._look(width_px, moment, cause, problem or self._problem, has_pictures), cap_s=CLOSING_CAP_S * 2)
            for width_px in widths_px
        )

    def press(self, control: Control, *, nth: int | None = None) -> str:
        """Click a control; return why that failed, or ''.

        Args:
            nth: The index of the control among equal controls, from 0. None clicks the first that no element covers.
        """
        self._since = stopwatch()
        self._chromium.call(self._dialogs.shown.clear)
        return self._run(page_reader.press(self._pages, control, cap_s=PRESS_CAP_S, nth=nth), cap_s=PRESS_CAP_S * 3)

    def fill(self, control: Control, value: str) -> str:
        """Write *value* into a field; return why that failed, or ''."""
        return self._run(page_reader.fill(self._pages, control, value, cap_s=PRESS_CAP_S), cap_s=PRESS_CAP_S * 3)

    def fill_in(self, values: FormValues = (), *, is_all: bool = False, excluded: Sequence[str] = ()) -> list[str]:
        """Tick boxes, choose from lists and write into empty fields that the page requires, and return their names.

        Args:
            values: Texts to write; () leaves text fields as they are.
            is_all: True includes boxes, lists and fields that are not required.
            excluded: Names of boxes that stay as they are.
        """
        filling = page_reader.fill_in(
            self._page, self.places, is_all=is_all, excluded=excluded, values=values, cap_s=CLOSING_CAP_S
        )
        return self._run(filling, cap_s=CLOSING_CAP_S * 2)

    def consent(self, act: str, **answers: tuple[str, ...]) -> str:
        """Fill in and submit the consent page's form whose ``act`` field is *act*; return why that failed, or ''."""

        async def send() -> str:
            frame = await consent_page.frame_of(self._context, self.places)
            if frame is None:
                return "the consent page is no longer open"
            code = {"code": (await consent_page.code_on(frame),)} if act == "enter_code" and not answers else {}
            return await consent_page.submit(frame, act, {**answers, **code})

        self._since = stopwatch()
        return str(self._run(send(), cap_s=CLOSING_CAP_S * 3))

    def leave_consent(self) -> None:
        """Go back to the app from the consent page's last screen, for apps that do not close it themselves."""

        async def leave() -> None:
            frame = await consent_page.frame_of(self._context, self.places)
            if frame is not None:
                await consent_page.leave(frame)

        self._run(leave(), cap_s=CLOSING_CAP_S * 2)

    def pause(self) -> None:
        """Wait 25 ms, the interval between two reads of a page."""
        self._run(navigation.wait(EVERY_MS), cap_s=CLOSING_CAP_S)

    def drain(self) -> None:
        """Wait until every response that has arrived is recorded."""
        self._run(self._traffic.drain(), cap_s=CLOSING_CAP_S)

    def note_storage(self) -> tuple[Stored, ...]:
        """Record and return what the browser stores for the app and which URLs it opened, without items recorded before."""
        self.drain()
        items = self._run(storage.stored_items(self._context, self.places), cap_s=CLOSING_CAP_S * 2)
        addresses: dict[StoragePlace, tuple[str, ...]] = {"url": self.addresses, "history": self.visited}
        for place, urls in addresses.items():
            items += [(place, str(number), url) for number, url in enumerate(urls) if not self.places.is_auth(url)]
        entries = tuple(
            Stored(**self._stamp(), participant=self.participant, page=self.page_name, place=place, name=name, value=value)
            for place, name, value in items
            if (place, name, value) not in self._recorded
        )
        self._recorded |= set(items)
        for entry in entries:
            self._write(entry)
        return entries

    def run(self, act: Callable[["Page"], Coroutine[Any, Any, T_]], *, cap_s: float = CLOSING_CAP_S) -> T_:
        """Run the coroutine *act* with the page in front, for at most *cap_s* real seconds, and return its result."""
        return self._run(act(self._page), cap_s=cap_s)

    def close(self) -> None:
        """Close the window and all its pages."""
        if self._chromium.is_running:
            self._run(self._end(), cap_s=CLOSING_CAP_S)

    async def read_others(self, page: "Page") -> "list[FrameContent]":
        """Return the content of the app's pages in this window, except *page*. Runs on the browser's thread."""
        others = [other for other in self._pages if other != page]
        leaving = [other for other in others if self._traffic.is_leaving(other)]
        contents = await page_reader.read_others([other for other in others if other not in leaving], places=self.places)
        return [*contents, *[page_reader.UNREADABLE for _ in leaving]]

    @property
    def _page(self) -> "Page":
        """The page in front."""
        return self._pages[0]

    @property
    def _pages(self) -> "list[Page]":
        """The page in front, then the app's other pages."""
        return tabs.app_pages(self._first, self._context.pages, self.places)

    def _run(self, coroutine: Coroutine[Any, Any, T_], *, cap_s: float) -> T_:
        return self._chromium.run(coroutine, cap_s=cap_s)

    async def _begin(self) -> "Page":
        await self._traffic.attach(self._context, participant=self.participant)
        await self._context.add_init_script(script("watch"))
        self._context.on("page", self._trail.follow)
        self._context.on("dialog", self._dialogs.take)
        return await self._new_page()

    async def _new_page(self) -> "Page":
        page = await self._context.new_page()
        await self._traffic.watch(page)
        page.set_default_timeout(self.deadline_s * 1000)
        return page

    async def _open(
        self, url: str, go: Callable[..., Coroutine[Any, Any, str]] = navigation.go, *, page_cap_s: float | None = None
    ) -> str:
        for _ in range(OPEN_TRIES):
            problem = await self._replace(url, go, page_cap_s=page_cap_s)
            if problem != navigation.INTERRUPTED:
                break
        return problem

    async def _replace(self, url: str, go: Callable[..., Coroutine[Any, Any, str]], *, page_cap_s: float | None) -> str:
        if not await tabs.leave(self._first):
            await tabs.close(self._first)
            self._first = await self._new_page()
        await tabs.close_others(self._first, self._context)
        self._dialogs.shown.clear()
        moves = self._trail.moves_of(self._first)
        with tabs.closing_late_windows(self._context, until=lambda: self._trail.moves_of(self._first) > moves):
            return await go(self._first, url, cap_s=page_cap_s or self.deadline_s)

    async def _read(self) -> PageSnapshot:
        page, texts = self._page, [dialog.text for dialog in self._dialogs.shown]
        more = [*await self.read_others(page), *page_reader.dialog_contents(texts)]
        about: dict[str, Any] = {"status": self._trail.status_of(page), "places": self.places}
        return await page_reader.read(page, **about, more=more, cap_s=self._cap_of(page))

    async def _resize(self, width_px: int) -> None:
        size = width_px, HEIGHTS_PX[width_px]
        await asyncio.gather(*(tabs.resize(page, *size, cap_s=self._cap_of(page)) for page in self._pages))
        await navigation.drawn(self._page)

    def _cap_of(self, page: "Page") -> float | None:
        """Return the time limit for reading *page* in seconds; None (no limit) if it is in front and navigating."""
        if not self._traffic.is_leaving(page):
            return tabs.RESPONSE_CAP_S
        return None if page == self._page else page_reader.BESIDE_CAP_S

    async def _look(self, width_px: int, moment: str, cause: str, problem: str, has_pictures: bool) -> PageView:
        await self._resize(width_px)
        is_searched = await shadow_dom.reveal_closed_trees(self._page)
        snapshot = await self._read()
        about: dict[str, Any] = {"participant": self.participant, "page": self.page_name, "moment": moment}
        view = PageView(
            **self._stamp(),
            **about,
            cause=cause,
            url=snapshot.url,
            status=snapshot.status,
            width_px=width_px,
            title=snapshot.title,
            text=snapshot.text,
            html=snapshot.html,
            signs=snapshot.signs,
            controls=snapshot.controls,
            after_s=self._since(),
            covers=snapshot.covers if is_searched else (*snapshot.covers, UNSEARCHED),
            problem=problem or self._problem_of(snapshot),
            is_covered=moment in AFTER_JOURNEY
            and await page_reader.is_covered(self._page, self.places, cap_s=self._cap_of(self._page)),
        )
        self._write(view)
        if has_pictures:
            png, picture_problem = await screenshots.take(self._page, width_px, read=self._read, is_secret=self._is_secret)
            self._write(Picture(**self._stamp(), **about, width_px=width_px, png=png, problem=picture_problem))
        return view

    def _problem_of(self, snapshot: PageSnapshot) -> str:
        if not self.places.is_app(snapshot.url) and self._page == self._first:
            return "the browser was redirected to another origin than the app's"
        if snapshot.status in CLOSED_TO_ALL:
            return f"the app returned {snapshot.status}"
        if snapshot.has_password:
            return LOGIN
        return snapshot.problem

    async def _end(self) -> None:
        await self._traffic.close()
        await self._context.close()
