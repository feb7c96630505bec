"""Steps on the app's own pages: a journey begins with a press there, and ends in the app by a message or a redirect."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Fetched, Journal, Journey, PageView, Pressed, SdkMessagePassed, StepIncomplete, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

pytestmark = pytest.mark.slow

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture(scope="module", params=["embedded_app", "reference_app"])
def app(request: pytest.FixtureRequest) -> str:
    """An app that embeds the consent page, and one that redirects to it."""
    return str(request.param)


@pytest.fixture(scope="module")
def driver(app: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """A driver of the app in front of a local Fiskil."""
    app_driver = Driver(gallery.settings(gallery.app(app)), workdir=Path(tmp_path_factory.mktemp("driver")), seed=7)
    yield app_driver
    app_driver.close()


@pytest.fixture
def perform(driver: Driver) -> Perform:
    """Perform steps; return the journal, and the reason if a step failed."""
    return lambda *sequence: driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))


def notifications(journal: Journal) -> list[str]:
    """Return how the app was notified of the journey: by a message, or by a callback."""
    return [
        *(f"message {passed.error_type}".strip() for passed in journal.all(SdkMessagePassed)),
        *(f"{visit.page} {visit.status}" for visit in journal.all(Visit)),
    ]


NOTIFICATIONS = {
    ("embedded_app", "confirm"): ["message"],
    ("embedded_app", "cancel"): ["message AUTH_SESSION_CANCELLED"],
    ("reference_app", "confirm"): ["callback 200"],
    ("reference_app", "cancel"): ["cancelled 200"],
}
ENDINGS = {"confirm": "APPROVED", "cancel": "AUTH_SESSION_CANCELLED"}
LANDED = {"confirm": ("callback", "unsynced", ""), "cancel": ("cancelled", "failed", "AUTH_SESSION_CANCELLED")}


@pytest.mark.parametrize("then", ["confirm", "cancel"])
def test_a_journey_begins_and_ends_at_the_app(perform: Perform, app: str, then: str) -> None:
    """The button is pressed, the consent page completed, and the app's page recorded; the app is notified as usual."""
    journal, crashed = perform(steps.WalkInBrowser(then=then))

    views = journal.all(PageView)
    assert (crashed, [view.problem for view in views]) == ("", [""] * 4)
    assert [(view.page, view.moment, view.cause) for view in views[1::2]] == [("connect", "plain", ""), LANDED[then]]
    assert [(pressed.purpose, pressed.number, pressed.problem) for pressed in journal.all(Pressed)] == [("link", 1, "")]
    assert [(journey.ending, journey.attempt) for journey in journal.all(Journey)] == [(ENDINGS[then], 1)]
    assert notifications(journal) == NOTIFICATIONS[app, then]


@pytest.mark.full
def test_a_closed_tab_notifies_no_app(perform: Perform) -> None:
    """The journey is abandoned."""
    journal, crashed = perform(steps.WalkInBrowser(until="login", then=""))

    assert (crashed, notifications(journal)) == ("", [])
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


def test_every_page_of_the_config_is_recorded(perform: Perform) -> None:
    """It is recorded on a phone and on a desktop screen, with all its requests."""
    journal, crashed = perform(steps.OpenPage())

    assert crashed == ""
    assert [(view.page, view.width_px) for view in journal.all(PageView)] == [
        ("connect", 360),
        ("connect", 1280),
        ("connections", 360),
        ("connections", 1280),
    ]
    assert {fetched.page for fetched in journal.all(Fetched) if fetched.kind == "document"} == {"connect", "connections"}


def test_a_page_without_a_path_in_the_config_is_reported(perform: Perform) -> None:
    """The step is incomplete, and the setting that would help is named."""
    journal, _ = perform(steps.OpenPage(page="profile"))

    assert [(cut_short.reason, cut_short.hook) for cut_short in journal.all(StepIncomplete)] == [
        ("the config names no page 'profile'", "app.observe.pages")
    ]
    assert [view.problem for view in journal.all(PageView)] == ["the config names no page 'profile'"]
