"""The browser fixtures of the page tests, for the tests of the browser package itself."""

from tests.browser.conftest import browser, chromium, invite, open_page, rosa

__all__ = ["browser", "chromium", "invite", "open_page", "rosa"]
