"""The embedded app's own page in real Chromium passes on what the message hook passes on, and nothing from other windows."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.runner.driver import Driver

pytestmark = pytest.mark.slow

CLAIM = "postMessage({isCompleted: true, consentID: 'arr_made_up'}, '*')"


@pytest.fixture
def driver(drive: Callable[..., Driver]) -> Driver:
    """The app, started as the gallery starts it, in front of a local Fiskil."""
    missing = gallery.missing_tool(gallery.app("embedded_app"))
    if missing:
        pytest.fail(f"the app needs {missing}, which this machine lacks")
    made = drive(gallery.settings(gallery.app("embedded_app")))
    made.start()
    return made


@pytest.fixture
def page(chromium: Browser, driver: Driver) -> Iterator[Page]:
    """Its page for one customer, where the button was pressed."""
    context = chromium.new_context()
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    opened.goto(f"{driver.app.url}/connect?customer=rosa")
    opened.click("#connect")
    yield opened
    context.close()


def test_the_page_passes_a_cancellation_on(page: Page, driver: Driver) -> None:
    """The person reads what happened, the frame goes, and the app's server has heard of it."""
    page.frame_locator("iframe").get_by_role("button", name="Cancel").click()

    expect(page.locator("#outcome")).to_contain_text("You stopped before sharing anything")
    expect(page.locator("iframe")).to_have_count(0)
    page.goto(f"{driver.app.url}/connections?customer=rosa")
    expect(page.locator("main")).to_contain_text("You stopped before sharing anything.")


def test_the_page_is_deaf_to_other_windows(page: Page) -> None:
    """The consent page stays where it is, and is heard afterwards."""
    cancel = page.frame_locator("iframe").get_by_role("button", name="Cancel")
    cancel.wait_for()

    page.evaluate(CLAIM)

    cancel.click()
    expect(page.locator("#outcome")).to_contain_text("You stopped before sharing anything")
