"""The system's Chromium, on its own thread: started on first use and always stopped.

Playwright's objects belong to the event loop that created them, so callers pass a coroutine that runs on this loop.
"""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from fiskil_harness.core import signals
from fiskil_harness.errors import StepError, ToolMissing

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

T_ = TypeVar("T_")

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Programs in the order of preference. The headless shell opens a window at a quarter of the cost of the whole browser."""

NOWHERE = "http://127.0.0.1:9"
"""The proxy for hosts that are not allowed. No process listens there, so a request that is not blocked still fails."""

LONGEST_FOLDER = 60
"""The maximum length of the temporary folder's path: in a folder with a longer path, a socket's path is too long."""

INHERITED = ("FONTCONFIG_", "HOME", "LANG", "LC_", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ", "XDG_")
"""The beginnings of the environment variables that Chromium gets."""

LAUNCH_CAP_S = 60.0
CLOSING_CAP_S = 20.0
EXTRA = "Playwright is missing. Install it: pip install playwright."
PACKAGE = f"Chromium is missing: none of {', '.join(NAMES)} is on the PATH. Install the package {NAMES[0]} or {NAMES[1]}."


def missing_tool() -> str:
    """Return which tool is missing to open pages in a browser, and how to install it; '' if none is missing."""
    if importlib.util.find_spec("playwright") is None:
        return EXTRA
    return "" if _path() else PACKAGE


class Chromium:
    """The browser of one run. Each end user gets a window of this browser."""

    def __init__(self, *, allow_hosts: tuple[str, ...] = (), addresses: Mapping[str, str] = MappingProxyType({})) -> None:
        """Prepare the browser without starting it.

        Args:
            allow_hosts: Hosts that pages may reach, in addition to this machine.
            addresses: The address on this machine, such as ``127.0.0.1:8701``, of each host that is resolved to it.
        """
        self.allow_hosts = (*allow_hosts, *addresses)
        self._addresses = addresses
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    @property
    def is_running(self) -> bool:
        """True if the browser is running."""
        return self._browser is not None and self._browser.is_connected()

    def run(self, coroutine: Coroutine[Any, Any, T_], *, cap_s: float) -> T_:
        """Run *coroutine* on the browser's thread and return its result.

        Args:
            cap_s: The limit in real seconds.

        Raises:
            StepError: The coroutine was cancelled because it exceeded the limit, or the browser reported an error.
        """
        from playwright.async_api import Error

        assert self._loop is not None, "a browser that was never started has nothing to run on"
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(cap_s)
        except TimeoutError:
            future.cancel()
            raise StepError(f"Chromium did not respond within {cap_s:g} s.") from None
        except Error as error:
            reason = str(error).strip().partition("\n")[0]
            raise StepError(f"Chromium reported an error: {reason}") from error
        except BaseException:
            future.cancel()
            raise

    def call(self, act: Callable[[], T_]) -> T_:
        """Call *act* on the browser's thread and return its result.

        Raises:
            StepError: The browser did not respond in time or reported an error.
        """

        async def calling() -> T_:
            return act()

        return self.run(calling(), cap_s=CLOSING_CAP_S)

    def context(self, **options: Any) -> "BrowserContext":
        """Return a new browser profile without cookies and history. The browser is started first if it does not run.

        Args:
            options: Passed to Playwright's ``new_context``.

        Raises:
            ToolMissing: Playwright or Chromium is missing, or Chromium does not start.
            StepError: The browser did not respond in time or reported an error.
        """
        with signals.deferred():
            self._start()
        assert self._browser is not None
        return self.run(self._browser.new_context(**options), cap_s=CLOSING_CAP_S)

    def close(self) -> None:
        """Stop the browser and its thread."""
        with signals.ignored():
            if self._loop is None or self._thread is None:
                return
            with contextlib.suppress(Exception):  # the process also ends when its pipe closes
                self.run(self._end(), cap_s=CLOSING_CAP_S)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CLOSING_CAP_S)
            self._loop = self._thread = None

    def _start(self) -> None:
        if self.is_running:
            return
        missing = missing_tool()
        if missing:
            raise ToolMissing("Chromium", missing)
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run_loop, args=(self._loop,), name="chromium", daemon=True)
            self._thread.start()
        try:
            self.run(self._launch(), cap_s=LAUNCH_CAP_S)
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ToolMissing("Chromium", f"Chromium does not start. {reason}") from error

    @staticmethod
    def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        loop.close()

    async def _launch(self) -> None:
        from playwright.async_api import Error, async_playwright

        if self._playwright is None:
            self._playwright = await async_playwright().start()
        if os.geteuid() != 0:
            with contextlib.suppress(Error):  # some systems let no ordinary user create the namespaces of the sandbox
                self._browser = await self._start_browser(self._playwright, has_sandbox=True)
                return
        self._browser = await self._start_browser(self._playwright, has_sandbox=False)

    async def _start_browser(self, playwright: "Playwright", *, has_sandbox: bool) -> "Browser":
        # A terminal's Ctrl-C reaches Chromium too, but close() stops it; it also ends with this process.
        return await playwright.chromium.launch(
            executable_path=_path(),
            args=_flags(self.allow_hosts, self._addresses),
            chromium_sandbox=has_sandbox,
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
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _environment() -> dict[str, str | float | bool]:
    """Return Chromium's environment: only what a browser needs, because pages come from outside.

    A long TMPDIR is replaced by /tmp: a socket's path may have only 107 characters.
    """
    inherited = {name: text for name, text in os.environ.items() if name.startswith(INHERITED)}
    is_long = len(tempfile.gettempdir()) > LONGEST_FOLDER
    return {**inherited, "TMPDIR": "/tmp"} if is_long else {**inherited}  # noqa: S108


def _flags(allow_hosts: tuple[str, ...], addresses: Mapping[str, str]) -> list[str]:
    """Return Chromium's flags: no background requests, no requests to other hosts."""
    return [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        f"--proxy-server={NOWHERE}",
        # Loopback bypasses a proxy by default, but the default can be changed.
        f"--proxy-bypass-list={';'.join(['127.0.0.1', '[::1]', 'localhost', '*.localhost', *allow_hosts])}",
        f"--host-resolver-rules={','.join(f'MAP {host} {address}' for host, address in addresses.items())}",
    ]
