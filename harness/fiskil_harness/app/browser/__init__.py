"""The end user's real browser: Chromium windows that open and read the app's pages and click their controls.

Only this package uses Playwright. It only records observations; probes judge them. Pages can send requests only to this
machine and to hosts that the config allows.
"""

from fiskil_harness.app.browser.chromium import Chromium
from fiskil_harness.app.browser.page_snapshot import PageSnapshot
from fiskil_harness.app.browser.window import DESK_PX, PHONE_PX, WIDTHS_PX, Window

__all__ = ["DESK_PX", "PHONE_PX", "WIDTHS_PX", "Chromium", "PageSnapshot", "Window"]
