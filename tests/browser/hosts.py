"""An app's page that embeds or opens the consent page and listens as the Link SDK does, and paths through that page."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page

from fiskil_harness.app.browser.pointer import RECORD_MOVEMENTS

LISTENER = (Path(__file__).parent / "listener.js").read_text(encoding="utf-8")
PAGE = f"""<!doctype html>
<html lang="en"><title>An app</title><meta name="viewport" content="width=device-width, initial-scale=1">
<h1>An app</h1><button>Connect</button><script>{LISTENER}</script></html>"""

Screen = Page | FrameLocator
Way = Callable[[Screen], None]


class Host:
    """The app's page."""

    def __init__(self, page: Page, auth_url: str) -> None:
        self.page = page
        self._auth_url = auth_url

    def embed(self, session_id: str, **options: Any) -> FrameLocator:
        """Press Connect; return the consent page in a frame over the app."""
        self._connect("embed", session_id, options)
        return self.page.frame_locator("iframe[data-fiskil-link-iframe=true]")

    def pop_up(self, session_id: str, **options: Any) -> Page:
        """Press Connect; return the consent page in its own window."""
        with self.page.expect_popup() as opened:
            self._connect("popUp", session_id, options)
        return opened.value

    def begin(self, way: str, session_id: str) -> Screen:
        """Open the consent page in a "frame", in a "window" or in the app's "tab"."""
        if way == "tab":
            self.page.evaluate(f"location.href = {json.dumps(f'{self._auth_url}?sess_id={session_id}')}")
            return self.page
        return self.embed(session_id) if way == "frame" else self.pop_up(session_id)

    @property
    def outcome(self) -> dict[str, Any]:
        """The result of the journey; waits for it up to the page's own timeout."""
        text = self.page.locator("html[data-settled]").get_attribute("data-settled")
        outcome: dict[str, Any] = json.loads(text or "{}")
        return outcome

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every message of the SDK's protocol, as received."""
        messages: list[dict[str, Any]] = self.page.evaluate("() => listener.messages")
        return messages

    def _connect(self, how: str, session_id: str, options: dict[str, Any]) -> None:
        arguments = json.dumps({"authServer": self._auth_url, **options})
        self.page.evaluate(
            f"""() => document.querySelector("button").addEventListener(
              "click", async () => {{
                const outcome = await listener.{how}({json.dumps(session_id)}, {arguments});
                document.documentElement.dataset.settled = JSON.stringify(outcome);
              }}, {{once: true}})"""
        )
        self.page.get_by_role("button", name="Connect").click()


def consent(screen: Screen) -> None:
    """Go from the login to the end, with every account."""
    agree(screen)
    _click(screen, "Confirm and share")


def agree(screen: Screen) -> None:
    """Go from the login to the last button."""
    _log_in("rosa.keane@example.com")(screen)
    _click(screen, "Continue")


def _click(screen: Screen, name: str) -> None:
    """Click a button, in a frame after the frame has noticed the pointer, as the harness does."""
    button = screen.get_by_role("button", name=name)
    if isinstance(screen, FrameLocator):
        movements = button.evaluate_handle(RECORD_MOVEMENTS)
        while not movements.evaluate("(movements) => movements.length"):
            button.hover()
    button.click()


def _press(name: str) -> Way:
    def way(screen: Screen) -> None:
        _click(screen, name)

    return way


def _identify(email: str) -> Way:
    def way(screen: Screen) -> None:
        screen.get_by_label("Your e-mail address").fill(email)
        _click(screen, "Get a one-time code")

    return way


def _log_in(email: str) -> Way:
    def way(screen: Screen) -> None:
        _identify(email)(screen)
        screen.get_by_label("Code sent to").fill(screen.locator("[data-code]").inner_text())
        _click(screen, "Continue")
        screen.get_by_label("Code sent to").wait_for(state="hidden")

    return way


FAILURES: dict[str, Way] = {
    "AUTH_SESSION_CANCELLED": _press("Cancel and go back to the app"),
    "CONSENT_ENDUSER_DENIED": _press("Decline at Banking Sandbox Data Holder"),
    "CONSENT_OTP_FAILURE": _identify("nobody@example.com"),
    "CONSENT_ENDUSER_INELIGIBLE": _log_in("ines@example.com"),
    "CONSENT_TIMEOUT": _log_in("tuan@example.com"),
    "CONSENT_UPSTREAM_PROCESSING_ERROR": _log_in("uma@example.com"),
}
"""The path from the login to each failure, by error type."""
