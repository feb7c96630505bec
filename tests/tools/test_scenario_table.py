"""The table of scenarios for a reader: current, and no scenario that nothing fails in."""

from fiskil_harness.faults import ResetPeer
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.gate.selftest.assignment import is_explored
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import load_all
from tests.paths import DOCS
from tools.scenario_table import catches, page, what_goes_wrong

PAGE = DOCS / "scenarios.md"
CLIENTS_AT_LEAST = 60


def test_the_page_is_current() -> None:
    """Renew it with ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_scenario_catches_a_flawed_app() -> None:
    """A situation in which nobody goes wrong shows nothing. What drawn plans find is shown by the gallery, seed by seed."""
    uncaught = [scenario for scenario in load_all() if not catches().get(scenario.name) and not is_explored(scenario)]

    assert [scenario.name for scenario in uncaught] == []


def test_every_entry_names_scenarios_that_there_are() -> None:
    """And each of those has a row."""
    rows = page()
    known = {scenario.name for scenario in load_all()}
    named = {name for entry in gallery.apps().values() for name in entry.scenarios} & known

    assert [name for name in sorted(named) if f"\n| `{name}` |" not in rows] == []


def test_what_goes_wrong_is_told_once_and_without_the_good_days() -> None:
    """A fault with its route in the words of ``serve --fault``, other steps by name."""
    told = what_goes_wrong(
        (
            steps.Authorise(),
            steps.InjectFault("banking.transactions", ResetPeer(after_bytes=20)),
            steps.Sync(),
            steps.Cancel(),
            steps.Cancel(),
        )
    )

    assert told == ("banking.transactions: reset_peer after 20 bytes", "cancel")


def test_the_client_is_judged_by_many() -> None:
    """The four families that the harness is for, and everything around them."""
    assert (
        sum("edge." in " ".join(scenario.practices) or "tokens." in " ".join(scenario.practices) for scenario in load_all())
        > 0
    )
    assert int(page().split(" of the scenarios bear on")[0].rsplit(". ", 1)[1]) >= CLIENTS_AT_LEAST
