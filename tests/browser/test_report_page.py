"""The report as a page before an accessibility checker and in a real browser: no text meets another, nothing is wider."""

import base64
import datetime
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from fiskil_harness import probes
from fiskil_harness.core.config import Settings
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.gate.judgement import GateResult, Run, report_only
from fiskil_harness.gate.report import html
from fiskil_harness.probes.evidence import Picture, Viewpoint, excerpts, story_of
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.browser.test_accessibility import findings

pytestmark = pytest.mark.slow

MEETING = """() => {
  const boxes = [...document.querySelectorAll("svg text")].map(one => [one.textContent, one.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return boxes.flatMap(([name, a], at) =>
    boxes.slice(at + 1).filter(([, b]) => meet(a, b)).map(([other]) => name + " meets " + other));
}"""


@pytest.fixture
def page(
    chromium: Browser, drive: Callable[..., Driver], receiver_settings: Callable[..., Settings], tmp_path: Path
) -> Page:
    """The page about a receiver that applies everything twice, in a browser without a network."""
    driver = drive(receiver_settings(FLAW="no_dedupe"))
    scenario = Scenario(
        name="webhook_repeated",
        practices=("webhooks.idempotent",),
        steps=(steps.Authorise(), steps.Deliver(), steps.Burst("e0", copies=8), steps.Restart(), steps.Replay("e0")),
        probes=(probes.AppliesOnce(),),
    )
    journal, crashed = driver.perform(scenario)
    outcome = driver.outcome(scenario, journal, crashed)
    whole = GateResult(
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
        redact=Redactor().redact_tree,
    )
    opened = chromium.new_context(offline=True).new_page()
    whole = msgspec.structs.replace(whole, stories=(story,), pictures=(_picture(opened, scenario.name),))
    (tmp_path / "report.html").write_text(html.render(whole))
    opened.goto((tmp_path / "report.html").as_uri())
    return opened


@pytest.mark.full
def test_a_checker_has_nothing_serious_to_say(page: Page) -> None:
    """Names, structure and contrast hold, and nothing scrolls sideways, on a phone and on a desk, in light and dark."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert page.locator("svg.sequence").count() >= 1
    assert findings(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen_and_no_text_meets_another(page: Page, width: int) -> None:
    """On a phone and on a desk, folded and unfolded, in every drawing and plot, as the browser measures it."""
    page.set_viewport_size({"width": width, "height": 800})
    folded_px = page.evaluate("document.documentElement.scrollWidth")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert (folded_px, page.evaluate("document.documentElement.scrollWidth")) == (width, width)
    assert page.locator("svg.story text").count() > 6
    assert page.locator("svg.plot text").count() >= 6
    assert page.evaluate(MEETING) == []


def test_a_screenshot_is_seen_and_a_call_unfolds_without_a_mouse(page: Page) -> None:
    """The picture is stored once and shown by reference: pixels of its colour are there, and it has words."""
    shown = page.locator("svg.shot").first
    shown.scroll_into_view_if_needed()
    call = page.locator(".log details").first
    page.evaluate("document.querySelectorAll('.aside > details').forEach(one => { one.open = true; })")
    call.locator("summary").focus()
    page.keyboard.press("Enter")

    assert shown.get_attribute("aria-label") == "The page connections, synced, at 360 pixels, for rosa."
    assert len(set(shown.screenshot()[100:])) > 20
    assert page.evaluate("document.querySelectorAll('svg.shot use').length") == 2
    assert call.evaluate("one => one.open") is True


def _picture(page: Page, scenario: str) -> Picture:
    """A screenshot of a small page."""
    page.set_viewport_size({"width": 360, "height": 400})
    page.set_content("<body style='background:#cde'><h1>Your connections</h1><button>Disconnect</button></body>")
    png = page.screenshot()
    look = Viewpoint(scenario=scenario, participant="rosa", page="connections", moment="synced", width_px=360)
    return Picture(
        digest="ab" * 32,
        viewpoints=(look,),
        png=base64.b64encode(png).decode(),
        size_bytes=len(png),
        wide_px=360,
        high_px=400,
    )
