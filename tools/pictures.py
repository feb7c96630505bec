"""Makes the pictures of the documentation in docs/pictures: the demo in a terminal, the consent page, and the HTML report.

``python -m tools.pictures`` makes all of them, and ``python -m tools.pictures demo`` only some. Seeds are fixed, and what
differs from run to run is left out, so that a picture changes only if the program does.
"""

import datetime
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fiskil_harness.app.browser import Chromium
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import AuthSession
from fiskil_harness.errors import ToolMissing
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.server.local_fiskil import LocalFiskil
from tools import terminal_picture

if TYPE_CHECKING:
    from playwright.async_api import FloatRect, Page, ViewportSize

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
DEMO = "fiskil-harness demo"
FINDING = "fiskil-harness run webhook_repeated --seed 42 --gallery no_dedupe --html finding.html"
GATE = "fiskil-harness gate --fast --only-required --seed 42 --html gate.html"
TIME = datetime.datetime(2026, 6, 1, 10, tzinfo=datetime.UTC)
DESKTOP: "ViewportSize" = {"width": 1280, "height": 800}
PHONE: "ViewportSize" = {"width": 360, "height": 740}
TABLET: "ViewportSize" = {"width": 900, "height": 800}
COLUMN: "ViewportSize" = {"width": 520, "height": 800}

CAP_S = 60.0
Prepare = Callable[["Page"], Awaitable["FloatRect | None"]]
PAGE_FILE = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)


def demo(_: Chromium) -> None:
    """Draw the demo as an animated terminal."""
    with tempfile.TemporaryDirectory() as folder:
        output = run(DEMO, Path(folder), code=0)
    svg = terminal_picture.draw(DEMO, terminal_picture.excerpt(output))
    (PICTURES / "demo.svg").write_text(svg, encoding="utf-8")


def consent(browser: Chromium) -> None:
    """Photograph the last step of the consent page at two widths."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalFiskil(workdir=Path(folder), seed=42, clock=Clock(real=lambda: TIME)) as fiskil,
    ):
        for name, viewport in (("consent-1280", DESKTOP), ("consent-360", PHONE)):
            url = f"{fiskil.auth_url}?sess_id={open_session(fiskil).session_id}"
            photograph(browser, url, viewport, name, confirm_page)


def open_session(fiskil: LocalFiskil) -> AuthSession:
    """Return a new auth session of the end user Rosa."""
    end_user = fiskil.enrol("rosa")
    with fiskil.sandbox.store.changing() as store:
        return sessions.open_session(store, end_user_id=end_user.end_user_id, redirect_uri="", cancel_uri="")


async def confirm_page(page: "Page") -> None:
    """Go to the step at which the end user reads what will be shared."""
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Your e-mail address").fill("rosa.keane@example.com")
    await page.get_by_role("button", name="Get a one-time code").click()
    await page.get_by_label("Code sent to").fill(await page.locator("[data-code]").inner_text())
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Confirm and share").wait_for()


def report(browser: Chromium) -> None:
    """Photograph the gate's report about the first app of the tutorial, and the report of the README's finding."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        folder.mkdir()
        for file, text in PAGE_FILE.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))[:2]:
            (folder / file).write_text(text, encoding="utf-8")
        run(GATE, folder, code=1)
        run(FINDING, folder, code=1)
        photograph(browser, (folder / "gate.html").as_uri(), TABLET, "report-gate", decision)
        photograph(browser, (folder / "finding.html").as_uri(), TABLET, "report-finding", practice)
        photograph(browser, (folder / "finding.html").as_uri(), COLUMN, "report-diagram", diagram)


async def decision(page: "Page") -> "FloatRect":
    """Return the place of the decision, down to the counts; the time of the run is below them."""
    return await place(page, "header", "header .counts")


async def practice(page: "Page") -> "FloatRect":
    """Return the place of the practices with their evidence."""
    return await place(page, "#practices + details", "#practices + details")


async def diagram(page: "Page") -> "FloatRect":
    """Return the place of the first finding, down to the end of its first diagram."""
    return await place(page, "article", "article .sequence")


async def place(page: "Page", first: str, last: str) -> "FloatRect":
    """Return the part of the page from the element *first* to the end of the element *last*."""
    start = await page.locator(first).first.bounding_box()
    end = await page.locator(last).first.bounding_box()
    assert start is not None, f"no {first}"
    assert end is not None, f"no {last}"
    return {**start, "height": end["y"] + end["height"] - start["y"]}


def run(command: str, folder: Path, *, code: int) -> str:
    """Run a command of the harness in *folder*, in a terminal of 80 columns; return what it prints.

    On a busy machine the result can differ from the expected exit *code*; then no picture is made.
    """
    environment = os.environ | {"COLUMNS": str(terminal_picture.COLUMNS)}
    completed = subprocess.run(
        [sys.executable, "-m", "fiskil_harness", *command.split()[1:]],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if completed.returncode != code:
        sys.exit(f"{command} ended with exit code {completed.returncode}, expected {code}. Try again.")
    return completed.stdout


def photograph(browser: Chromium, url: str, viewport: "ViewportSize", name: str, prepare: Prepare) -> None:
    """Photograph the page at *url*, after *prepare* did what is needed and returned the part to photograph."""
    context = browser.context(viewport=viewport, color_scheme="light", reduced_motion="reduce")

    async def opened() -> None:
        page = await context.new_page()
        await page.goto(url)
        clip = await prepare(page)
        await page.screenshot(path=PICTURES / f"{name}.png", clip=clip, full_page=clip is not None)
        await context.close()

    browser.run(opened(), cap_s=CAP_S)


ALL: dict[str, Callable[[Chromium], None]] = {"demo": demo, "consent": consent, "report": report}


def main(names: list[str]) -> None:
    """Make the pictures with these *names*; all without a name."""
    if unknown := set(names) - set(ALL):
        sys.exit(f"There is no picture {sorted(unknown)[0]!r}. Known: {', '.join(ALL)}.")
    PICTURES.mkdir(exist_ok=True)
    browser = Chromium()
    try:
        for name in names or ALL:
            ALL[name](browser)
    except ToolMissing as error:
        sys.exit(str(error))
    finally:
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
