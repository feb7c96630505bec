"""The report as a page before an accessibility checker and in a real browser: no text meets another, nothing is wider."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from test_accessibility import findings

from harness import probes, steps
from harness.driver import Driver
from harness.exhibits import exhibits
from harness.gate import GateResult, Run, report_only
from harness.report import html
from harness.scenario import Scenario
from harness.settings import Settings

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
            again_one="fiskil-harness run {scenario}",
        ),
        exhibits=exhibits(scenario.name, outcome.findings, journal, url=driver.app.url),
    )
    (tmp_path / "report.html").write_text(html.render(whole))
    opened = chromium.new_context(offline=True).new_page()
    opened.goto((tmp_path / "report.html").as_uri())
    return opened


def test_a_checker_has_nothing_serious_to_say(page: Page) -> None:
    """Names, structure and contrast hold, and nothing scrolls sideways, on a phone and on a desk, in light and dark."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")

    assert page.locator("svg.sequence").count() >= 1
    assert findings(page) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_text_of_a_picture_meets_another(page: Page, width: int) -> None:
    """As the browser measures it."""
    page.set_viewport_size({"width": width, "height": 800})

    assert page.locator("svg text").count() > 6
    assert page.evaluate(MEETING) == []
