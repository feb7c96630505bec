"""Every screen of the consent page with an accessibility checker: at phone and desktop width, in light and dark."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from fiskil_harness.core.model import AuthSession
from fiskil_harness.server.local_fiskil import LocalFiskil

pytestmark = pytest.mark.slow
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS, SCHEMES = (360, 1280), ("light", "dark")

Steps = Callable[[Page], None]


def _nothing(_page: Page) -> None:
    """Do nothing: the screen is shown at once."""


def _address_hint(page: Page) -> None:
    page.get_by_text("Which address may I type?").click()


def _no_address(page: Page) -> None:
    page.get_by_label("Your e-mail address").fill("x" * 65 + "@example.com")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def _code(page: Page) -> None:
    page.get_by_label("Your e-mail address").fill("rosa.keane@example.com")
    page.keyboard.press("Enter")
    page.get_by_label("Code sent to").wait_for()


def _wrong_code(page: Page) -> None:
    _code(page)
    page.get_by_label("Code sent to").fill("1")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()


def _accounts(page: Page) -> None:
    _code(page)
    page.get_by_label("Code sent to").fill(page.locator("[data-code]").inner_text())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Choose accounts to share").wait_for()


def _no_account(page: Page) -> None:
    _accounts(page)
    for locator in page.get_by_role("checkbox").all():
        locator.uncheck()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("alert").wait_for()


def _confirm(page: Page) -> None:
    _accounts(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="Confirm what you share").wait_for()


def _over(page: Page) -> None:
    _confirm(page)
    page.get_by_role("button", name="Confirm and share").click()
    page.get_by_role("heading", name="You are sharing your data").wait_for()


def _cancelled(page: Page) -> None:
    page.get_by_role("button", name="Cancel and go back to the app").click()
    page.get_by_role("heading", name="Nothing was shared").wait_for()


def _used(page: Page) -> None:
    _cancelled(page)
    page.goto(page.url)
    page.get_by_role("heading", name="This invitation cannot be used").wait_for()


def _no_such_page(page: Page) -> None:
    page.goto(re.sub(r"/\?.*", "/nothing", page.url))
    page.get_by_role("heading", name="This cannot be shown").wait_for()


SCREENS: dict[str, tuple[str | None, Steps]] = {
    "institution": (None, _nothing),
    "login": ("88888", _nothing),
    "login, hint open": ("88888", _address_hint),
    "login, no address": ("88888", _no_address),
    "code": ("88888", _code),
    "code, wrong": ("88888", _wrong_code),
    "accounts": ("88888", _accounts),
    "accounts, none": ("88888", _no_account),
    "confirm": ("88888", _confirm),
    "over, shared": ("88888", _over),
    "over, cancelled": ("88888", _cancelled),
    "used": ("88888", _used),
    "refused": ("88888", _no_such_page),
}


def findings(page: Page) -> list[str]:
    """Return serious or critical findings in each width and scheme, and by how much the page scrolls sideways."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing. Run make .venv/.installed-dev, or npm ci in tests/browser.")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    texts = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            texts += [f"{width} {scheme}: {text}" for text in _problems(page)]
    return texts


def _problems(page: Page) -> list[str]:
    result: dict[str, Any] = page.evaluate(
        "async () => ({axe: await axe.run(), sideways: document.documentElement.scrollWidth - innerWidth})"
    )
    assert result["axe"]["passes"], "the checker examined nothing"
    violations = [
        f"{violation['id']} at {violation['nodes'][0]['html'][:80]}"
        for violation in result["axe"]["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    return violations + [f"scrolls {result['sideways']} pixels sideways"] * (result["sideways"] > 0)


@pytest.mark.parametrize("name", list(SCREENS))
def test_a_checker_finds_nothing_serious(
    open_page: Callable[..., Page], invite: Callable[..., AuthSession], name: str
) -> None:
    """Names, roles, structure and contrast are right on every screen, and nothing scrolls sideways."""
    institution_id, steps = SCREENS[name]
    page = open_page(invite(has_app=False, institution_id=institution_id))

    steps(page)

    assert findings(page) == []


def test_the_checker_finds_flaws(open_page: Callable[..., Page], invite: Callable[..., AuthSession]) -> None:
    """The checker finds a missing label, low contrast and a box that is too wide on this page."""
    page = open_page(invite(has_app=False, institution_id="88888"))
    page.evaluate(
        """() => { document.querySelector("label").remove();
          document.querySelector("h1").style.cssText = "color: #ccc; background: #fff; width: 2000px"; }"""
    )

    text = " ".join(findings(page))

    assert "label at" in text
    assert "color-contrast at" in text
    assert "pixels sideways" in text


def test_the_error_about_a_removed_institution_is_accessible(
    open_page: Callable[..., Page], invite: Callable[..., AuthSession], fiskil: LocalFiskil
) -> None:
    """The error about a removed institution is accessible too."""
    page = open_page(invite(has_app=False))
    del fiskil.sandbox.store.institutions["99999"]
    page.get_by_role("radio", name="Energy Sandbox Data Holder").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("alert").wait_for()

    assert page.evaluate("document.activeElement.id") == "complaint"
    assert findings(page) == []
