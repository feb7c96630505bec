"""Steps of an end user who reads the pages from the one where linking starts up to the consent page."""

from pathlib import Path

import pytest
from msgspec import structs

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import PageView, Pressed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("app", "titles", "presses"),
    [
        ("reference_app", ["Connect your bank"], 0),
        ("connect_page_in_two_steps", ["Choose your bank", "Connect your bank"], 1),
        ("session_before_last_page", ["Connect your bank", "What you share"], 1),
        ("datasets_not_listed", ["Connect your bank"], 1),
    ],
)
def test_pages_are_read_until_all_is_explained_or_the_consent_page_opens(
    tmp_path: Path, app: str, titles: list[str], presses: int
) -> None:
    """A page that explains everything needs no click; the consent page itself is not one of the app's pages."""
    driver = Driver(gallery.settings(gallery.app(app)), workdir=tmp_path, seed=0)
    try:
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.ReadConnectPages(),), probes=()))
    finally:
        driver.close()

    viewed = [(view.title, view.width_px) for view in journal.all(PageView)]
    assert (crashed, len(journal.all(Pressed))) == ("", presses)
    assert viewed == [(title, width_px) for title in titles for width_px in (360, 1280)]


def test_a_way_that_ends_before_the_consent_page_is_recorded(tmp_path: Path) -> None:
    """The pages that the end user did not reach may explain everything."""
    first_page = {"connect": "/connect?customer={end_user_ref}"}
    app = structs.replace(gallery.app("signature_before_explanation"), pages=first_page)
    driver = Driver(gallery.settings(app), workdir=tmp_path, seed=0)
    try:
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.ReadConnectPages(),), probes=()))
    finally:
        driver.close()

    problems = [view.problem for view in journal.all(PageView)]
    problem = "no button or link on the page 'connect' opens an auth session"
    assert (crashed, problems) == ("", ["", "", problem, problem])
