"""The end user's real browser: windows of one Chromium, in which the app's pages are opened, pressed, read and searched.

The only room that knows Playwright; it writes down what it sees and judges nothing. Nothing outside this machine is reached.
"""

from harness.browser.chromium import Chromium
from harness.browser.seen import Seen
from harness.browser.window import DESK_PX, PHONE_PX, WIDTHS_PX, Window

__all__ = ["DESK_PX", "PHONE_PX", "WIDTHS_PX", "Chromium", "Seen", "Window"]
