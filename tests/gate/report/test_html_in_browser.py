"""The HTML report in Chromium, opened from a file: it is small, builds stories when they are opened, and can be filtered."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report import html
from tests.browser.conftest import chromium
from tests.gate.report.pages import nodes_of, stories_in

__all__ = ["chromium"]

pytestmark = pytest.mark.slow

SCENARIOS, ENTRIES = 252, 36
"""As many scenarios, and entries in each, as the gate of the reference app has."""
MOST_BYTES_WITHOUT_PICTURES, MOST_NODES = 900_000, 15_000
WIDTHS_PX = (360, 1280)
EVIL = "</script><script>document.title = 'evil'</script><img src=x onerror=alert(1)>"


@pytest.fixture
def large(complete: GateResult) -> GateResult:
    """A result with as many scenarios and stories as a whole gate; one story has hostile texts."""
    outcome = next(each for each in complete.result.scenarios if each.scenario == "webhook_lost_acknowledgement")
    names = [f"scenario_{number:03d}" for number in range(SCENARIOS)]
    outcomes = tuple(msgspec.structs.replace(outcome, scenario=name) for name in names)
    first, entry = complete.stories[0], complete.stories[0].entries[2]
    stories = tuple(
        msgspec.structs.replace(
            first,
            scenario=name,
            left_out=0,
            entries=tuple(
                msgspec.structs.replace(
                    entry,
                    number=number,
                    at_s=number / 7,
                    repeats=0,
                    text=f"GET /{index}/{number}",
                    response=f"{name} {number}",
                )
                for number in range(1, ENTRIES + 1)
            ),
        )
        for index, name in enumerate(names)
    )
    hostile = msgspec.structs.replace(stories[0].entries[0], text=EVIL, request=EVIL, bites=(EVIL,))
    stories = (msgspec.structs.replace(stories[0], entries=(hostile,)), *stories[1:])
    judgement = msgspec.structs.replace(complete.result, scenarios=(*complete.result.scenarios, *outcomes))
    return msgspec.structs.replace(complete, result=judgement, stories=stories)


@pytest.fixture(params=WIDTHS_PX)
def report(request: pytest.FixtureRequest, chromium: Browser, large: GateResult, tmp_path: Path) -> Iterator[Page]:
    """Yield the page of the report, opened from a file. No script may fail, and no policy may be violated."""
    path = tmp_path / "report.html"
    path.write_text(html.render(large), encoding="utf-8")
    page = chromium.new_page(viewport={"width": request.param, "height": 900})
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert messages == []
    page.close()


def test_a_whole_gate_is_small(large: GateResult) -> None:
    """Screenshots have up to 1.1 MB of the 2 MB; everything else is below the rest."""
    page = html.render(msgspec.structs.replace(large, pictures=()))

    assert len(page.encode()) < MOST_BYTES_WITHOUT_PICTURES
    assert sum(1 for tree in stories_in(page).values() for _ in nodes_of(tree)) > 5 * MOST_NODES


def test_a_story_is_built_when_it_is_opened(report: Page) -> None:
    """Until then the page has few nodes; hostile texts stay texts; the page is no wider than the window."""
    assert report.evaluate("document.querySelectorAll('*').length") < MOST_NODES

    scenario = report.locator("#scenario-scenario_001")
    scenario.locator("summary").first.click()
    expect(scenario.locator("svg.story")).to_be_visible()
    hostile = report.locator("#scenario-scenario_000")
    hostile.locator("summary").first.click()
    expect(hostile.locator(".log")).to_contain_text("<script>document.title", use_inner_text=False)

    assert "evil" not in report.title()
    assert report.locator("img").count() == 0
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert report.evaluate("document.querySelectorAll('*').length") < MOST_NODES


def test_the_list_can_be_filtered(report: Page) -> None:
    """By text and by verdict; an empty filter shows everything again."""
    report.fill("#filter-text", "scenario_07")
    expect(report.locator("details.scenario:visible")).to_have_count(10)
    expect(report.locator("#filter-count")).to_contain_text("10 of")

    report.fill("#filter-text", "")
    report.select_option("#filter-verdict", "bad")
    expect(report.locator("details.scenario:visible")).to_have_count(1)

    report.select_option("#filter-verdict", "")
    expect(report.locator("#scenario-scenario_250")).to_be_visible()


def test_a_link_opens_what_it_leads_to(report: Page) -> None:
    """A scenario is folded, so a link to it unfolds it."""
    report.evaluate("location.hash = '#scenario-scenario_003'")

    expect(report.locator("#scenario-scenario_003 svg.story")).to_be_visible()
