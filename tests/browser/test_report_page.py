"""The report as a page with an accessibility checker and in a real browser: no text overlaps, nothing is too wide."""

import base64
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from fiskil_harness import probes
from fiskil_harness.core.config import Settings
from fiskil_harness.gate.judgement import GateResult, Run, report_only
from fiskil_harness.gate.report import html
from fiskil_harness.probes.evidence import Picture, Viewpoint, excerpts, shortened, story_of
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.slow

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll("svg text")].map(text => [text.textContent, text.getBoundingClientRect()]);
  const overlap = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return boxes.flatMap(([name, a], index) =>
    boxes.slice(index + 1).filter(([, b]) => overlap(a, b)).map(([other]) => name + " overlaps " + other));
}"""


@pytest.fixture
def page(
    chromium: Browser, drive: Callable[..., Driver], receiver_settings: Callable[..., Settings], tmp_path: Path
) -> Iterator[Page]:
    """The report about a receiver that applies everything twice, in a browser without a network."""
    driver = drive(receiver_settings(FLAW="no_dedupe"))
    scenario = Scenario(
        name="webhook_repeated",
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Burst("e0", copies=8), steps.Restart(), steps.Replay("e0")),
        probes=(probes.AppliesOnce(),),
    )
    journal, crashed = driver.perform(scenario)
    outcome = driver.outcome(scenario, journal, crashed)
    result = GateResult(
        result=report_only([outcome], settings=driver.settings, seed=7, today=datetime.date(2026, 6, 1)),
        run=Run(
            command="run",
            began_at="2026-06-01T10:00:00Z",
            took_s=1,
            workers=1,
            config="fiskil-harness.toml",
            harness="0.1.0",
            python="3.11.7",
            platform="Linux",
            again="fiskil-harness run webhook_repeated",
            again_for_scenario="fiskil-harness run {scenario}",
        ),
        excerpts=excerpts(scenario.name, outcome.findings, journal, url=driver.app.url),
    )
    story = story_of(
        scenario.name,
        [steps.step_text(step) for step in scenario.steps],
        journal,
        took_s=4.2,
        has_passed=False,
    )
    story = shortened(story, has_passed=False)
    context = chromium.new_context(offline=True)
    page = context.new_page()
    result = msgspec.structs.replace(result, stories=(story,), pictures=(_picture(page, scenario.name),))
    (tmp_path / "report.html").write_text(html.render(result))
    page.goto((tmp_path / "report.html").as_uri())
    yield page
    context.close()


def unfold(page: Page, selector: str = "details") -> None:
    """Unfold everything, also what is built only when it is unfolded."""
    script = f"document.querySelectorAll('{selector}').forEach(details => {{ details.open = true; }})"
    page.evaluate(script)
    page.locator(".story-parts").first.wait_for(state="attached")
    page.evaluate(script)


@pytest.mark.full
def test_a_checker_finds_nothing_serious(page: Page) -> None:
    """Names, structure and contrast are right and nothing scrolls sideways, in each width and colour scheme."""
    unfold(page)

    assert page.locator("svg.sequence").count() >= 1
    assert findings(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen_and_no_text_overlaps(page: Page, width: int) -> None:
    """The browser measures every drawing and plot, folded and unfolded, at phone and desktop width."""
    page.set_viewport_size({"width": width, "height": 800})
    folded_px = page.evaluate("document.documentElement.scrollWidth")
    unfold(page)

    assert (folded_px, page.evaluate("document.documentElement.scrollWidth")) == (width, width)
    assert page.locator("svg.story text").count() > 6
    assert page.locator("svg.plot text").count() >= 6
    assert page.evaluate(OVERLAPS) == []


def test_a_screenshot_is_shown_and_a_call_unfolds_without_a_mouse(page: Page) -> None:
    """The image is stored once and shown by reference, with pixels of its colour and a description."""
    screenshot = page.locator("svg.shot").first
    screenshot.scroll_into_view_if_needed()
    call = page.locator(".log details").first
    unfold(page, "details:not(.log details)")
    call.locator("summary").focus()
    page.keyboard.press("Enter")

    assert screenshot.get_attribute("aria-label") == "The page connections, synced, at 360 pixels, for rosa."
    assert len(set(screenshot.screenshot()[100:])) > 20
    assert page.evaluate("document.querySelectorAll('svg.shot use').length") == 2
    assert call.evaluate("details => details.open") is True


def _picture(page: Page, scenario: str) -> Picture:
    """Return a screenshot of a small page."""
    page.set_viewport_size({"width": 360, "height": 400})
    page.set_content("<body style='background:#cde'><h1>Your connections</h1><button>Disconnect</button></body>")
    png = page.screenshot()
    viewpoint = Viewpoint(scenario=scenario, participant="rosa", page="connections", moment="synced", width_px=360)
    return Picture(
        digest="ab" * 32,
        viewpoints=(viewpoint,),
        png=base64.b64encode(png).decode(),
        size_bytes=len(png),
        wide_px=360,
        high_px=400,
    )
