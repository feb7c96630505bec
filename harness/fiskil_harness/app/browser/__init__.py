"""The end user's real browser: windows of one Chromium that open, press, read and search the app's pages.

Only this package uses Playwright. It records what it observes and judges nothing. Pages reach only this machine.
"""

from fiskil_harness.app.browser.chromium import Chromium
from fiskil_harness.app.browser.page_snapshot import PageSnapshot
from fiskil_harness.app.browser.window import DESK_PX, PHONE_PX, WIDTHS_PX, Window

__all__ = ["DESK_PX", "PHONE_PX", "WIDTHS_PX", "Chromium", "PageSnapshot", "Window"]
