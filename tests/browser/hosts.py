"""An app's page that embeds or opens the consent page and listens, as the Link SDK does; and ways through that page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page

LISTENER = (Path(__file__).parent / "listener.js").read_text(encoding="utf-8")
PAGE = f"""<!doctype html>
<html lang="en"><title>An app</title><meta name="viewport" content="width=device-width, initial-scale=1">
<h1>An app</h1><button>Connect</button><script>{LISTENER}</script></html>"""

Screen = Page | FrameLocator
Way = Callable[[Screen], None]


class Host:
    """The app's page. ``screen`` is the consent page in it, once it was begun."""

    def __init__(self, page: Page, auth_url: str) -> None:
        self.page = page
        self._auth_url = auth_url

    def embed(self, session_id: str, **options: Any) -> FrameLocator:
        """Press Connect: the consent page lies over the app."""
        self._connect("embed", session_id, options)
        return self.page.frame_locator("iframe[data-fiskil-link-iframe=true]")

    def pop_up(self, session_id: str, **options: Any) -> Page:
        """Press Connect: the consent page is a window of its own."""
        with self.page.expect_popup() as opened:
            self._connect("popUp", session_id, options)
        return opened.value

    def begin(self, way: str, session_id: str) -> Screen:
        """One of the two."""
        return self.embed(session_id) if way == "frame" else self.pop_up(session_id)

    @property
    def outcome(self) -> dict[str, Any]:
        """How it settled; waits until it has, as long as the page's own patience allows."""
        text = self.page.locator("html[data-settled]").get_attribute("data-settled")
        found: dict[str, Any] = json.loads(text or "{}")
        return found

    @property
    def heard(self) -> list[dict[str, Any]]:
        """Every message that counted, as it came."""
        found: list[dict[str, Any]] = self.page.evaluate("() => listener.heard")
        return found

    def _connect(self, how: str, session_id: str, options: dict[str, Any]) -> None:
        given = json.dumps({"authServer": self._auth_url, **options})
        self.page.evaluate(
            f"""() => document.querySelector("button").addEventListener(
              "click", async () => {{
                const outcome = await listener.{how}({json.dumps(session_id)}, {given});
                document.documentElement.dataset.settled = JSON.stringify(outcome);
              }}, {{once: true}})"""
        )
        self.page.get_by_role("button", name="Connect").click()


def consent(at: Screen) -> None:
    """From the log-in to the end, with every account."""
    agree(at)
    at.get_by_role("button", name="Confirm and share").click()


def agree(at: Screen) -> None:
    """From the log-in to the last button."""
    _log_in("rosa.keane@example.com")(at)
    at.get_by_role("button", name="Continue").click()


def _press(name: str) -> Way:
    def way(at: Screen) -> None:
        at.get_by_role("button", name=name).click()

    return way


def _identify(email: str) -> Way:
    def way(at: Screen) -> None:
        at.get_by_label("Your e-mail address").fill(email)
        at.get_by_role("button", name="Get a one-time code").click()

    return way


def _log_in(email: str) -> Way:
    def way(at: Screen) -> None:
        _identify(email)(at)
        at.get_by_label("Code sent to").fill(at.locator("[data-code]").inner_text())
        at.get_by_role("button", name="Continue").click()
        at.get_by_label("Code sent to").wait_for(state="hidden")

    return way


FAILURES: dict[str, Way] = {
    "AUTH_SESSION_CANCELLED": _press("Cancel and go back to the app"),
    "CONSENT_ENDUSER_DENIED": _press("Decline at Banking Sandbox Data Holder"),
    "CONSENT_OTP_FAILURE": _identify("nobody@example.com"),
    "CONSENT_ENDUSER_INELIGIBLE": _log_in("ines@example.com"),
    "CONSENT_TIMEOUT": _log_in("tuan@example.com"),
    "CONSENT_UPSTREAM_PROCESSING_ERROR": _log_in("uma@example.com"),
}
"""By error type: how a person at the log-in comes to it."""
