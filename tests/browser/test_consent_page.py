"""The consent page in real Chromium: with and without JavaScript, at phone and desktop width, with the keyboard only."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_httpserver import HTTPServer

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.model import AuthSession
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil

LAYOUTS = [(360, True), (360, False), (1280, True), (1280, False)]
Open = Callable[..., Page]


def log_in(page: Page, email: str = "rosa.keane@example.com") -> None:
    await_focus(page)
    page.get_by_role("button", name="Continue").click()
    await_focus(page)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Get a one-time code").click()
    await_focus(page)
    page.get_by_label("Code sent to").fill(page.locator("[data-code]").inner_text())
    page.get_by_role("button", name="Continue").click()


def await_focus(page: Page) -> None:
    """Wait until the page's element has the focus; Chromium writes to the console if another one gets it first."""
    page.locator("[autofocus]:focus").wait_for(state="attached")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "has_javascript"), LAYOUTS)
def test_an_end_user_can_consent(
    open_page: Open, invite: Callable[..., AuthSession], httpserver: HTTPServer, width: int, has_javascript: bool
) -> None:
    """Institution, e-mail, code, accounts, confirm, and back in the app with session_id. Source: journey.stages"""
    session = invite()
    page = open_page(session, width=width, has_javascript=has_javascript)

    log_in(page)
    page.get_by_role("checkbox", name="Rainy Day").uncheck()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Everyday Account")).to_be_visible()
    page.get_by_role("button", name="Confirm and share").click()

    expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
    assert page.url == httpserver.url_for(f"/callback?customer=7&session_id={session.session_id}")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "has_javascript"), LAYOUTS)
def test_an_end_user_can_cancel(
    open_page: Open, invite: Callable[..., AuthSession], width: int, has_javascript: bool
) -> None:
    """Cancelling on the first screen or after the login notifies the app. Source: journey.error-redirect"""
    first = open_page(invite(), width=width, has_javascript=has_javascript)
    later = open_page(invite(), width=width, has_javascript=has_javascript)
    log_in(later)

    for page in (first, later):
        page.get_by_role("button", name="Cancel and go back to the app").click()
        expect(page.get_by_role("heading", name="Cancelled in the app")).to_be_visible()
        assert "error_type=AUTH_SESSION_CANCELLED" in page.url


@pytest.mark.slow
def test_an_ordered_ending_redirects_an_open_page_at_once(
    open_page: Open, invite: Callable[..., AuthSession], fiskil: LocalFiskil
) -> None:
    """A page that shows another session stays, and a closed page no longer listens. Source: journey.error-redirect"""
    session = invite()
    page, other = open_page(session), open_page(invite())

    fiskil.conclude(session.session_id, "denied")

    expect(page.get_by_role("heading", name="Cancelled in the app")).to_be_visible()
    assert "error_type=CONSENT_ENDUSER_DENIED" in page.url
    expect(other.get_by_role("heading", name="Choose your bank")).to_be_visible()
    other.close()
    assert wait_until(lambda: not fiskil.sandbox.store.page_listeners, cap_s=10)


@pytest.mark.slow
def test_the_keyboard_is_enough(open_page: Open, invite: Callable[..., AuthSession]) -> None:
    """No pointer is needed, and the focus is always on the relevant element."""
    page = open_page(invite())

    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Banking Sandbox Data Holder")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.keyboard.type("rosa.keane@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code sent to")).to_be_focused()
    page.keyboard.type(page.locator("[data-code]").inner_text())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose accounts to share")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("checkbox", name="Everyday Account")).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirm what you share")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Confirm and share")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()


@pytest.mark.slow
def test_mistakes_are_reported_and_can_be_corrected(open_page: Open, invite: Callable[..., AuthSession]) -> None:
    """After a wrong code or without an account, the screen shows an error and accepts a correction."""
    page = open_page(invite())
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your e-mail address").fill("rosa.keane@example.com")
    page.keyboard.press("Enter")

    page.get_by_label("Code sent to").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the code. You can try again.")
    page.reload()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Code sent to").fill(page.locator("[data-code]").inner_text())
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Everyday Account").uncheck()
    page.get_by_role("checkbox", name="Rainy Day").uncheck()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("alert")).to_have_text("Choose at least one account.")
    page.get_by_role("checkbox", name="Rainy Day").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Confirm what you share")).to_be_visible()


@pytest.mark.slow
def test_back_and_reload_never_send_a_form_again(open_page: Open, invite: Callable[..., AuthSession]) -> None:
    """Back shows the current step of the journey, and Reload needs no confirmation."""
    page = open_page(invite())
    log_in(page)
    expect(page.get_by_role("heading", name="Choose accounts to share")).to_be_visible()
    page.wait_for_load_state()

    page.go_back()
    expect(page.get_by_role("heading", name="Choose accounts to share")).to_be_visible()
    page.reload()

    expect(page.get_by_role("heading", name="Choose accounts to share")).to_be_visible()


@pytest.mark.slow
def test_a_double_click_makes_one_consent(
    open_page: Open, invite: Callable[..., AuthSession], fiskil: LocalFiskil, rosa: EndUser
) -> None:
    """A double click on the last button makes one consent and leads to the app, if necessary by one more link."""
    page = open_page(invite())
    log_in(page)
    page.get_by_role("button", name="Continue").click()

    page.get_by_role("button", name="Confirm and share").dblclick()
    arrived = page.get_by_role("heading", name="Back in the app")
    link = page.get_by_role("link", name="Go back to the app")
    expect(arrived.or_(link)).to_be_visible()
    if link.is_visible():
        link.click()

    expect(arrived).to_be_visible()
    assert len(fiskil.sandbox.consents_of(rosa.end_user_id)) == 1


@pytest.mark.slow
def test_the_hint_lists_an_address_for_each_outcome(open_page: Open, invite: Callable[..., AuthSession]) -> None:
    """An end user who opens the page by hand finds an address for each outcome."""
    page = open_page(invite())
    page.get_by_role("button", name="Continue").click()

    page.get_by_text("Which address may I type?").click()

    expect(page.get_by_text("nobody@example.com")).to_be_visible()
    expect(page.get_by_text("the institution does not know this e-mail address")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_fits_and_is_readable(
    open_page: Open, invite: Callable[..., AuthSession], width: int, scheme: str
) -> None:
    """No sideways scrolling, targets large enough for a finger, and sufficient contrast."""
    page = open_page(invite(has_app=False), width=width, color_scheme=scheme)
    measured = [_measures(page)]
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Which address may I type?").click()
    measured.append(_measures(page))
    page.get_by_label("Your e-mail address").fill("rosa.keane@example.com")
    page.keyboard.press("Enter")
    page.get_by_label("Code sent to").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    measured.append(_measures(page))
    page.get_by_label("Code sent to").fill(page.locator("[data-code]").inner_text())
    page.keyboard.press("Enter")
    page.wait_for_selector("input[type=checkbox]")
    measured.append(_measures(page))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("text=Confirm what you share")
    measured.append(_measures(page))
    page.get_by_role("button", name="Confirm and share").click()
    expect(page.get_by_role("heading", name="You are sharing your data")).to_be_visible()
    measured.append(_measures(page))

    assert [row for row in measured if row["sideways"] > 0] == []
    assert [row for row in measured if row["faint"]] == []
    assert [row for row in measured if row["small"]] == []


@pytest.mark.slow
def test_no_other_host_is_requested(chromium: Browser, fiskil: LocalFiskil, invite: Callable[..., AuthSession]) -> None:
    """The page loads only itself and its script, and writes nothing to the console."""
    context = chromium.new_context()
    page = context.new_page()
    requested: list[str] = []
    console: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: console.append(message.text))
    page.goto(f"{fiskil.auth_url}?sess_id={invite().session_id}")

    log_in(page)

    context.close()
    assert {url.partition("?")[0].rstrip("/") for url in requested if not url.startswith("data:")} == {
        fiskil.auth_url,
        f"{fiskil.auth_url}/page.js",
        f"{fiskil.auth_url}/announcements",
    }
    assert console == []


def _measures(page: Page) -> dict[str, Any]:
    """Return how far the page scrolls sideways, which texts have low contrast, and which targets are small."""
    measures: dict[str, Any] = page.evaluate(
        """() => {
          const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
          const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          const colour = text => text.match(/[\\d.]+/g).map(Number);
          const ground = node => {
            for (; node; node = node.parentElement) {
              const c = colour(getComputedStyle(node).backgroundColor);
              if (c.length < 4 || c[3] === 1) return c;
            }
            return [255, 255, 255];
          };
          const faint = [], small = [];
          for (const node of document.querySelectorAll("h1,p,label,legend,button,a,dt,dd,summary,li,span,small,strong")) {
            if (!node.textContent.trim() || !node.checkVisibility()) continue;
            const a = light(colour(getComputedStyle(node).color)), b = light(ground(node));
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < 4.5) faint.push(node.textContent.trim().slice(0, 30) + " " + contrast.toFixed(2));
          }
          for (const node of document.querySelectorAll("button,a,label.choice,input[type=text],input[type=email]")) {
            if (node.getBoundingClientRect().height < 44) small.push(node.textContent.trim() || node.name);
          }
          return {sideways: document.documentElement.scrollWidth - innerWidth, faint, small};
        }"""
    )
    return measures
