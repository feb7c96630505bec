"""The embedded app's page in real Chromium passes on what the message hook passes on, and nothing from other windows."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.driver import Driver

pytestmark = pytest.mark.slow

FORGED_MESSAGE = "postMessage({isCompleted: true, consentID: 'arr_made_up'}, '*')"


@pytest.fixture
def driver(drive: Callable[..., Driver]) -> Driver:
    """The app, started as in the gallery, with a local Fiskil."""
    missing = gallery.missing_tool(gallery.app("embedded_app"))
    if missing:
        pytest.fail(f"the app needs {missing}, which is not installed")
    driver = drive(gallery.settings(gallery.app("embedded_app")))
    driver.start()
    return driver


@pytest.fixture
def page(chromium: Browser, driver: Driver) -> Iterator[Page]:
    """The app's page for one customer, after the button was pressed."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{driver.app.url}/connect?customer=rosa")
    page.click("#connect")
    yield page
    context.close()


def test_the_page_passes_on_a_cancellation(page: Page, driver: Driver) -> None:
    """The end user reads the outcome, the frame is removed, and the app's server is notified."""
    page.frame_locator("iframe").get_by_role("button", name="Cancel").click()

    expect(page.locator("#outcome")).to_contain_text("You stopped before sharing anything")
    expect(page.locator("iframe")).to_have_count(0)
    page.goto(f"{driver.app.url}/connections?customer=rosa")
    expect(page.locator("main")).to_contain_text("You stopped before sharing anything.")


def test_the_page_ignores_other_windows(page: Page) -> None:
    """A forged message leaves the consent page open, and its own message is accepted afterwards."""
    cancel = page.frame_locator("iframe").get_by_role("button", name="Cancel")
    cancel.wait_for()

    page.evaluate(FORGED_MESSAGE)

    cancel.click()
    expect(page.locator("#outcome")).to_contain_text("You stopped before sharing anything")
