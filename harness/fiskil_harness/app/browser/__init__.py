"""The end user's real browser: windows of one Chromium, in which the app's pages are opened, pressed, read and searched.

The only room that knows Playwright; it writes down what it sees and judges nothing. Nothing outside this machine is reached.
"""

from fiskil_harness.app.browser.chromium import Chromium
from fiskil_harness.app.browser.page_snapshot import PageSnapshot
from fiskil_harness.app.browser.window import DESK_PX, PHONE_PX, WIDTHS_PX, Window

__all__ = ["DESK_PX", "PHONE_PX", "WIDTHS_PX", "Chromium", "PageSnapshot", "Window"]
