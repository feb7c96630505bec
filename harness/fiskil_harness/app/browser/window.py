"""One person's window: pages are opened, pressed, filled in, read and searched, and every look is written down.

Each wait is bounded in real seconds. Of a page that shows a secret no picture is taken. Windows that a page opens are
followed: the newest at an address of the app's is in front, and what the others of the app's show is seen beside it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fiskil_harness.app.browser import consent_page, navigation, page_reader, screenshots, shadow_dom, storage, tabs
from fiskil_harness.app.browser.chromium import CLOSING_CAP_S, Chromium
from fiskil_harness.app.browser.network import NetworkTraffic
from fiskil_harness.app.browser.origins import Places
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
UNSEARCHED = "nobody could see whether a part of the page is closed"
CLOSED_TO_ALL = (401, 403, 404, 405, 410)


class Window:
    """One person at pages; cookies stay from page to page."""

    def __init__(
        self,
        chromium: Chromium,
        *,
        places: Places,
        participant: str,
        write: Callable[[Entry], None],
        stamp: Callable[[], dict[str, Any]],
        is_secret: Callable[[str], bool],
        deadline_s: float = 30.0,
    ) -> None:
        """Open an empty window.

        Args:
            write: Takes what is seen; *stamp* gives the time and the step of an entry.
            is_secret: Whether a text holds what no picture may show.
            deadline_s: The longest wait for a page, in real seconds.

        Raises:
            ToolMissing: There is no Playwright or no Chromium.
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
        self._lack = ""
        self._noted: set[tuple[str, str, str]] = set()
        self._traffic = NetworkTraffic(places, write, stamp=stamp)
        # What an app says of itself under its own certificate is no news; whom it calls is another's question.
        self._context = chromium.context(
            viewport={"width": DESK_PX, "height": HEIGHTS_PX[DESK_PX]},
            locale="en-AU",
            service_workers="block",
            accept_downloads=False,
            reduced_motion="reduce",
            ignore_https_errors=places.app().startswith("https:"),
        )
        self._resizing: set[asyncio.Task[None]] = set()
        self._trail = navigation.Trail()
        self._dialogs = navigation.Dialogs()
        self._first: Page = self._run(self._begin(), cap_s=CLOSING_CAP_S)

    @property
    def url(self) -> str:
        """Where the person is."""
        return self._chromium.call(lambda: self._page.url)

    @property
    def is_beside_blank(self) -> bool:
        """Whether a window was opened that is at no address yet."""
        return self._chromium.call(lambda: any(page.url in tabs.BLANK for page in self._context.pages[1:]))

    @property
    def is_beside_others(self) -> bool:
        """Whether a window was opened that nobody looks into."""
        return self._chromium.call(lambda: tabs.has_others(self._first, self._context.pages, self.places))

    @property
    def visited(self) -> tuple[str, ...]:
        """Every address that the window has shown, in order, also those that a script wrote."""
        return tuple(self._trail.visited)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that a page of the window was sent to, in order, also those that only redirect."""
        return tuple(self._traffic.ways)

    @property
    def dialogs(self) -> tuple[navigation.PageDialog, ...]:
        """What dialogs of the browser's have asked or said since the last press, each of which was answered with yes."""
        return self._chromium.call(lambda: tuple(self._dialogs.said))

    @property
    def is_idle(self) -> bool:
        """Whether nothing that somebody waits for is on its way."""
        return self._chromium.call(lambda: self._traffic.is_idle)

    @property
    def consent_url(self) -> str:
        """Where the consent page stands, be it in a frame or in a window of its own; empty where it is not."""
        frame = self._run(consent_page.frame_of(self._context, self.places), cap_s=CLOSING_CAP_S)
        return frame.url if frame is not None else ""

    @property
    def is_embedded(self) -> bool:
        """Whether the consent page stands beside the app's, in a frame or in a window of its own."""
        return bool(self.consent_url) and not self.places.is_auth(self.url)

    def open(self, url: str, *, page: str, settle_s: float = SETTLE_CAP_S) -> str:
        """Go to *url*, which reports call *page*; return what kept it from being shown, in words."""
        self._name(page)
        self._since = stopwatch()
        self._lack = self._run(self._open(url), cap_s=self.deadline_s + CLOSING_CAP_S)
        if not self._lack:
            self.settle(cap_s=settle_s)
        return self._lack

    def pass_by(self, url: str, *, page: str) -> str:
        """Go to *url*, which reports call *page*, for what it leaves behind; return what speaks against its having done so.

        The app may answer with anything but an error or a page to log in at, also with nothing to be shown.
        """
        self._name(page)
        problem = self._run(self._open(url, navigation.pass_by), cap_s=self.deadline_s + CLOSING_CAP_S)
        if not problem:
            self.settle()
        status = self._chromium.call(lambda: self._trail.status_of(self._page))
        if problem or (status or 0) >= 400:
            return f"answered {status}" if (status or 0) >= 400 else f"does not open: {problem}"
        return "leads to a page that asks for a password" if self.read().has_password else ""

    @property
    def is_consent_apart(self) -> bool:
        """Whether the consent page stands in a window of its own, beside the app's page."""

        def look() -> bool:
            pages = self._context.pages
            return len(pages) > 1 and any(self.places.is_auth(page.url) for page in pages[1:])

        return self._chromium.call(look)

    def begin_to_resize(self, width_px: int, *, taller_px: int = 0) -> None:
        """Make it as wide as that. A page that is being left follows, and its browser says so only when it has gone.

        Until then Playwright takes the size before it for the one that it has, so whoever goes back to that asks for a
        pixel more.
        """

        def begin() -> None:
            for page in self._pages:
                task = asyncio.ensure_future(tabs.resize(page, width_px, HEIGHTS_PX[width_px] + taller_px))
                self._resizing.add(task)
                task.add_done_callback(self._resizing.discard)

        self._chromium.call(begin)

    def clear_dialogs(self) -> None:
        """What dialogs have said so far belongs to what is past."""
        self._chromium.call(self._dialogs.said.clear)

    def accept_dialogs_until(self, is_over: Callable[[], bool]) -> None:
        """A dialog that asks once *is_over* is no question any more, because nothing depends on its answer."""
        self._chromium.call(lambda: setattr(self._dialogs, "is_over", is_over))

    def moves_of(self, page: "Page") -> int:
        """How often one of the window's pages has shown another address; closing it is a move, too."""
        return self._trail.moves_of(page) + page.is_closed()

    def set_cookies(self, cookies: dict[str, str], *, url: str) -> None:
        """Keep *cookies* for the app at *url*, out of reach of scripts, as a log-in leaves them."""
        kept: Any = [{"name": name, "value": value, "url": url, "httpOnly": True} for name, value in cookies.items()]
        self._run(self._context.add_cookies(kept), cap_s=CLOSING_CAP_S)

    def called(self, page: str) -> None:
        """From now on what is shown is called *page*."""
        self._name(page)

    def settle(self, *, cap_s: float = SETTLE_CAP_S) -> bool:
        """Wait until the page asks for nothing more, at most *cap_s* real seconds."""
        return self._run(navigation.settle(lambda: self._page, self._traffic, cap_s=cap_s), cap_s=cap_s + 5)

    def read(self) -> PageSnapshot:
        """What the page shows now; nothing is written down."""
        return self._run(self._read(), cap_s=CLOSING_CAP_S)

    def wait_until(self, is_there: Callable[[PageSnapshot], bool], *, cap_s: float) -> PageSnapshot | None:
        """Read until *is_there* says so, at most for *cap_s* real seconds; then None."""
        elapsed = stopwatch()
        while True:
            seen = self.read()
            if is_there(seen):
                return seen
            if elapsed() >= cap_s:
                return None
            self.pause()

    def look(
        self, *, moment: ViewMoment = "plain", cause: str = "", problem: str = "", has_pictures: bool = True
    ) -> tuple[PageView, ...]:
        """Look at the page on a phone and on a desk, and write down each look, with a picture where *has_pictures*."""
        self._chromium.call(self._traffic.note_sockets)
        return tuple(
            self._run(self._look(width_px, moment, cause, problem or self._lack, has_pictures), cap_s=CLOSING_CAP_S * 2)
            for width_px in WIDTHS_PX
        )

    def press(self, control: Control, *, nth: int | None = None) -> str:
        """Press what is there under that name; return what kept it from being pressed, in words.

        Args:
            nth: Of several alike, that of this number from 0; without it the first that nothing lies over.
        """
        self._since = stopwatch()
        self._chromium.call(self._dialogs.said.clear)
        return self._run(page_reader.press(self._pages, control, cap_s=PRESS_CAP_S, nth=nth), cap_s=PRESS_CAP_S * 3)

    def fill(self, control: Control, value: str) -> str:
        """Write *value* into a field; return what kept it from being filled in, in words."""
        return self._run(page_reader.fill(self._pages, control, value, cap_s=PRESS_CAP_S), cap_s=PRESS_CAP_S * 3)

    def consent(self, act: str, **answers: tuple[str, ...]) -> str:
        """Send the consent page's form for *act*; return what kept it from being sent, in words."""

        async def send() -> str:
            frame = await consent_page.frame_of(self._context, self.places)
            if frame is None:
                return "the consent page is gone"
            shown = {"code": (await consent_page.code_on(frame),)} if act == "enter_code" and not answers else {}
            return await consent_page.submit(frame, act, {**answers, **shown})

        self._since = stopwatch()
        return str(self._run(send(), cap_s=CLOSING_CAP_S * 3))

    def leave_consent(self) -> None:
        """Go back to the app from the consent page's last screen, as a person does with whom the app does nothing."""

        async def leave() -> None:
            frame = await consent_page.frame_of(self._context, self.places)
            if frame is not None:
                await consent_page.leave(frame)

        self._run(leave(), cap_s=CLOSING_CAP_S * 2)

    def pause(self) -> None:
        """Let a moment pass, as short as waits on pages look."""
        self._run(navigation.wait(EVERY_MS), cap_s=CLOSING_CAP_S)

    def drain(self) -> None:
        """Wait until every answer that has come is written down."""
        self._run(self._traffic.drain(), cap_s=CLOSING_CAP_S)

    def note_storage(self) -> tuple[Stored, ...]:
        """Write down what the browser keeps for the app and every address that it went to, as far as it is new."""
        self.drain()
        kept = self._run(storage.stored_items(self._context, self.places), cap_s=CLOSING_CAP_S * 2)
        addresses: dict[StoragePlace, tuple[str, ...]] = {"url": self.addresses, "history": self.visited}
        for place, urls in addresses.items():
            kept += [(place, str(number), url) for number, url in enumerate(urls) if not self.places.is_auth(url)]
        entries = tuple(
            Stored(**self._stamp(), participant=self.participant, page=self.page_name, place=place, name=name, value=value)
            for place, name, value in kept
            if (place, name, value) not in self._noted
        )
        self._noted |= set(kept)
        for entry in entries:
            self._write(entry)
        return entries

    def run(self, act: Callable[["Page"], Coroutine[Any, Any, T_]], *, cap_s: float = CLOSING_CAP_S) -> T_:
        """What the coroutine that *act* makes of the page comes to; for steps that do more than look and press."""
        return self._run(act(self._page), cap_s=cap_s)

    def close(self) -> None:
        """Close it, with every page."""
        if self._chromium.is_running:
            self._run(self._end(), cap_s=CLOSING_CAP_S)

    async def beside(self, page: "Page") -> "list[FrameContent]":
        """What the app's other pages in this window show beside *page*; for whoever is on the browser's thread already."""
        others = [each_page for each_page in self._pages if each_page != page]
        away = [page for page in others if self._traffic.is_leaving(page)]
        told = await page_reader.beside([page for page in others if page not in away], places=self.places)
        return [*told, *[page_reader.UNREADABLE for _ in away]]

    @property
    def _page(self) -> "Page":
        """The page in front."""
        return self._pages[0]

    @property
    def _pages(self) -> "list[Page]":
        """The page in front, and after it the others that are the app's."""
        return tabs.of_app(self._first, self._context.pages, self.places)

    def _run(self, wanted: Coroutine[Any, Any, T_], *, cap_s: float) -> T_:
        return self._chromium.run(wanted, cap_s=cap_s)

    def _name(self, page: str) -> None:
        self.page_name = page
        self._chromium.call(lambda: setattr(self._traffic, "page", page))

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

    async def _open(self, url: str, go: Callable[..., Coroutine[Any, Any, str]] = navigation.go) -> str:
        if not await tabs.is_left(self._first):
            await tabs.shut(self._first)
            self._first = await self._new_page()
        await tabs.clear(self._first, self._context)
        self._dialogs.said.clear()
        moves = self._trail.moves_of(self._first)
        with tabs.none_more(self._context, until=lambda: self._trail.moves_of(self._first) > moves):
            return await go(self._first, url, cap_s=self.deadline_s)

    async def _read(self) -> PageSnapshot:
        page, said = self._page, [page_dialog.text for page_dialog in self._dialogs.said]
        more = [*await self.beside(page), *page_reader.spoken(said)]
        about: dict[str, Any] = {"status": self._trail.status_of(page), "places": self.places}
        return await page_reader.read(page, **about, more=more, cap_s=self._cap_of(page))

    def _cap_of(self, page: "Page") -> float | None:
        """How long *page* has for an answer. The page in front is waited for while it is being left, another is not."""
        if not self._traffic.is_leaving(page):
            return tabs.RESPONSE_CAP_S
        return None if page == self._page else page_reader.BESIDE_CAP_S

    async def _look(self, width_px: int, moment: str, cause: str, problem: str, has_pictures: bool) -> PageView:
        size = width_px, HEIGHTS_PX[width_px]
        await asyncio.gather(*(tabs.resize(page, *size, cap_s=self._cap_of(page)) for page in self._pages))
        await navigation.drawn(self._page)
        are_open = await shadow_dom.open_closed(self._page)
        seen = await self._read()
        about: dict[str, Any] = {"participant": self.participant, "page": self.page_name, "moment": moment}
        shown = PageView(
            **self._stamp(),
            **about,
            cause=cause,
            url=seen.url,
            status=seen.status,
            width_px=width_px,
            title=seen.title,
            text=seen.text,
            html=seen.html,
            signs=seen.signs,
            controls=seen.controls,
            after_s=self._since(),
            veils=seen.veils if are_open else (*seen.veils, UNSEARCHED),
            problem=problem or self._lack_of(seen),
        )
        self._write(shown)
        if has_pictures:
            png, why = await screenshots.taken(self._page, width_px, read=self._read, is_secret=self._is_secret)
            self._write(Picture(**self._stamp(), **about, width_px=width_px, png=png, problem=why))
        return shown

    def _lack_of(self, seen: PageSnapshot) -> str:
        if not self.places.is_app(seen.url) and self._page == self._first:
            return "the browser was sent to another origin than the app's"
        if seen.status in CLOSED_TO_ALL:
            return f"the app answered {seen.status}"
        if seen.has_password:
            return LOGIN
        return seen.problem

    async def _end(self) -> None:
        await self._traffic.close()
        await self._context.close()
