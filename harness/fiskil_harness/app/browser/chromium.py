"""One Chromium of the system's, on a thread of its own: started at the first need, and never left behind.

Playwright's objects belong to the loop that made them, so whoever wants something of the browser hands over a coroutine.
"""

import asyncio
import contextlib
import importlib.util
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fiskil_harness.core import signals
from fiskil_harness.core.config.environment import environment_of_child
from fiskil_harness.errors import StepError, ToolMissing

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

T_ = TypeVar("T_")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOWHERE = "http://127.0.0.1:9"
"""The proxy for every address outside this machine: nobody listens there, so that what slips past the guard goes nowhere."""

LONGEST_FOLDER = 60
"""Longer paths of the folder for temporary files leave a socket in it no room."""

LAUNCH_CAP_S = 60.0
CLOSING_CAP_S = 20.0
EXTRA = "Playwright is missing. Install it: pip install 'fiskil-harness[browser]'."
PACKAGE = f"Chromium is missing: none of {', '.join(NAMES)} is on the PATH. Install the package chromium."


def problem() -> str:
    """What is missing for looking at pages, and how to get it; empty where nothing is."""
    if importlib.util.find_spec("playwright") is None:
        return EXTRA
    return "" if _path() else PACKAGE


class Chromium:
    """The browser of one run; windows are made of it, one for each person."""

    def __init__(self, *, allow_hosts: tuple[str, ...] = ()) -> None:
        """Nothing runs yet. *allow_hosts* are the hosts, beside this machine, that pages may reach."""
        self.allow_hosts = allow_hosts
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a browser now."""
        return self._browser is not None and self._browser.is_connected()

    def run(self, wanted: Coroutine[Any, Any, T_], *, cap_s: float) -> T_:
        """What *wanted* comes to, on the browser's own thread.

        Raises:
            StepError: It took longer than *cap_s* real seconds and was given up, or the browser could not do it.
        """
        from playwright.async_api import Error

        assert self._loop is not None, "a browser that was never started has nothing to run on"
        future = asyncio.run_coroutine_threadsafe(wanted, self._loop)
        try:
            return future.result(cap_s)
        except TimeoutError:
            future.cancel()
            raise StepError(f"Chromium did not answer within {cap_s:g} s.") from None
        except Error as error:
            reason = str(error).strip().partition("\n")[0]
            raise StepError(f"Chromium could not do it: {reason}") from error
        except BaseException:
            future.cancel()
            raise

    def call(self, act: Callable[[], T_]) -> T_:
        """What *act* returns, called on the browser's own thread."""

        async def calling() -> T_:
            return act()

        return self.run(calling(), cap_s=CLOSING_CAP_S)

    def context(self, **options: Any) -> "BrowserContext":
        """A fresh profile, without cookies and history of others; the browser is started first where it does not run.

        Raises:
            ToolMissing: There is no Playwright or no Chromium, or it does not start.
        """
        with signals.deferred():
            self._start()
        assert self._browser is not None
        return self.run(self._browser.new_context(**options), cap_s=CLOSING_CAP_S)

    def close(self) -> None:
        """End it; nothing of it is left."""
        with signals.ignored():
            if self._loop is None or self._thread is None:
                return
            with contextlib.suppress(Exception):  # its process ends with its pipe all the same
                self.run(self._end(), cap_s=CLOSING_CAP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSING_CAP_S)
            self._loop = self._thread = None

    def _start(self) -> None:
        if self.is_running:
            return
        missing = problem()
        if missing:
            raise ToolMissing("Chromium", missing)
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._live, args=(self._loop,), name="chromium", daemon=True)
            self._thread.start()
        try:
            self.run(self._launch(), cap_s=LAUNCH_CAP_S)
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ToolMissing("Chromium", f"Chromium does not start. {reason}") from error

    @staticmethod
    def _live(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()

    async def _launch(self) -> None:
        from playwright.async_api import async_playwright

        if self._playwright is None:
            self._playwright = await async_playwright().start()
        # A terminal's Ctrl-C reaches Chromium too; it ends when we say so, and with our process in any case.
        self._browser = await self._playwright.chromium.launch(
            executable_path=_path(),
            args=_flags(self.allow_hosts),
            env=_environment(),
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _end(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        if browser is not None:
            await browser.close()
        if playwright is not None:
            await playwright.stop()


def _path() -> str | None:
    return next((found for found in map(shutil.which, NAMES) if found), None)


def _environment() -> dict[str, str | float | bool]:
    """Ours; but a socket's path is at most 107 characters long, so Chromium puts its own into a folder of a short name."""
    is_long = len(tempfile.gettempdir()) > LONGEST_FOLDER
    return {**environment_of_child({"TMPDIR": "/tmp"} if is_long else {})}  # noqa: S108


def _flags(allow_hosts: tuple[str, ...]) -> list[str]:
    """No sandbox of its own, because CI often runs as root; nothing that calls home; nothing leaves this machine."""
    return [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        f"--proxy-server={NOWHERE}",
        # Loopback passes by a proxy anyway, unless somebody says otherwise.
        f"--proxy-bypass-list={';'.join(['127.0.0.1', '[::1]', 'localhost', '*.localhost', *allow_hosts])}",
    ]
