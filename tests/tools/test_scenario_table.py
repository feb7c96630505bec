"""The page of scenarios is current, and each scenario fails at least one flawed app."""

from fiskil_harness.core.route_grid import parse
from fiskil_harness.faults import ResetPeer
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load_all
from fiskil_harness.scenario.selection import is_generated
from tests.paths import DOCS
from tools.scenario_table import catches, page, what_goes_wrong

PAGE = DOCS / "scenarios.md"
FEWEST_CLIENT_SCENARIOS = 60


def test_the_page_is_current() -> None:
    """``make docs`` writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_scenario_catches_a_flawed_app() -> None:
    """A scenario that no flawed app fails proves nothing; the gallery tests for each seed what generated plans find.

    For scenarios that disturb each route, ``test_route_grid`` has this test.
    """
    scenarios = [scenario for scenario in load_all() if not is_generated(scenario) and parse(scenario.name) is None]

    assert [scenario.name for scenario in scenarios if not catches().get(scenario.name)] == []


def test_scenarios_named_in_the_gallery_have_a_row() -> None:
    """Every existing scenario that a gallery entry names has a row."""
    text = page()
    existing = {scenario.name for scenario in load_all()}
    named = {name for entry in gallery.apps().values() for name in entry.scenarios} & existing

    assert [name for name in sorted(named) if f"\n| `{name}` |" not in text] == []


def test_what_goes_wrong_is_listed_once_without_ordinary_steps() -> None:
    """A fault is shown with its route as a fault expression, and another step by its name."""
    texts = what_goes_wrong(
        (
            steps.Authorise(),
            steps.InjectFault("banking.transactions", ResetPeer(after_bytes=20)),
            steps.Sync(),
            steps.Cancel(),
            steps.Cancel(),
        )
    )

    assert texts == ("banking.transactions: reset_peer after 20 bytes", "cancel")


def test_many_scenarios_test_the_api_client() -> None:
    """Scenarios test tokens and edge cases, and at least 60 test more than the receiving of webhooks."""
    assert (
        sum("edge." in " ".join(scenario.practices) or "tokens." in " ".join(scenario.practices) for scenario in load_all())
        > 0
    )
    assert int(page().split(" of the scenarios\ntest more")[0].rsplit(". ", 1)[1]) >= FEWEST_CLIENT_SCENARIOS
