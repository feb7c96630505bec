"""Real Chromium for the tests of pages: the system's, found by name, never downloaded."""

import atexit
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from pytest_httpserver import HTTPServer

from fiskil_harness.app.browser import Chromium
from fiskil_harness.app.browser.chromium import NAMES, missing_tool
from fiskil_harness.core.model import AuthSession
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.server.local_fiskil import LocalFiskil

# No sandbox, because tests may run as root; no background requests.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A host of its own for an app, as in a hosts file.
    "--host-resolver-rules=MAP app.test 127.0.0.1",
]
PATIENCE_MS = 30_000
"""The limit for anything that a page does on a busy machine; a fast one is not delayed."""

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium. Without one, these tests fail and say what is missing."""
    if missing := missing_tool():
        pytest.fail(missing)
    executable = next(path for path in map(shutil.which, NAMES) if path)
    browser = playwright().chromium.launch(executable_path=executable, args=FLAGS)
    yield browser
    browser.close()


@cache
def playwright() -> Playwright:
    """Playwright, started once: several folders of tests have this fixture, and a process can start Playwright only once."""
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """The harness's own Chromium, one for all tests of a module."""
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture
def rosa(fiskil: LocalFiskil) -> EndUser:
    """An end user."""
    return fiskil.enrol("rosa")


@pytest.fixture
def invite(fiskil: LocalFiskil, rosa: EndUser, httpserver: HTTPServer) -> Callable[..., AuthSession]:
    """Open an auth session whose redirect URLs are those of a small app, or empty."""
    httpserver.expect_request("/callback").respond_with_data("<h1>Back in the app</h1>", content_type="text/html")
    httpserver.expect_request("/cancelled").respond_with_data("<h1>Cancelled in the app</h1>", content_type="text/html")

    def make(*, has_app: bool = True, institution_id: str | None = None) -> AuthSession:
        with fiskil.sandbox.store.changing() as store:
            return sessions.open_session(
                store,
                end_user_id=rosa.end_user_id,
                institution_id=institution_id,
                redirect_uri=httpserver.url_for("/callback?customer=7") if has_app else "",
                cancel_uri=httpserver.url_for("/cancelled?customer=7") if has_app else "",
            )

    return make


@pytest.fixture
def open_page(chromium: Browser, fiskil: LocalFiskil) -> Iterator[Callable[..., Page]]:
    """Open the page of a session in a new browser profile."""
    contexts = []

    def make(session: AuthSession, *, width: int = 360, has_javascript: bool = True, **options: Any) -> Page:
        viewport: Any = {"width": width, "height": 740}
        contexts.append(chromium.new_context(viewport=viewport, java_script_enabled=has_javascript, **options))
        page: Page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{fiskil.auth_url}?sess_id={session.session_id}")
        return page

    yield make
    for context in contexts:
        context.close()
