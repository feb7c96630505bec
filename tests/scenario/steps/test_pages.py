"""Steps at the app's own pages: a walk begins where a person presses, and ends in the app, whichever way it takes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import CutShort, Fetched, Journal, Journey, PageView, Pressed, SdkMessagePassed, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

pytestmark = pytest.mark.slow

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture(scope="module", params=["embedded_app", "reference_app"])
def app(request: pytest.FixtureRequest) -> str:
    """An app that shows the consent page inside its own, and one that sends people there."""
    return str(request.param)


@pytest.fixture(scope="module")
def driver(app: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The app in front of a local Fiskil."""
    made = Driver(gallery.settings(gallery.app(app)), workdir=Path(tmp_path_factory.mktemp("driver")), seed=7)
    yield made
    made.close()


@pytest.fixture
def perform(driver: Driver) -> Perform:
    """Perform steps; the journal, and what went wrong."""
    return lambda *given: driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))


def told(journal: Journal) -> list[str]:
    """What the app heard of the journey: a message, or somebody who came back."""
    return [
        *(f"message {sdk_message_passed.error_type}".strip() for sdk_message_passed in journal.all(SdkMessagePassed)),
        *(f"{visit.page} {visit.status}" for visit in journal.all(Visit)),
    ]


HEARD = {
    ("embedded_app", "confirm"): ["message"],
    ("embedded_app", "cancel"): ["message AUTH_SESSION_CANCELLED"],
    ("reference_app", "confirm"): ["callback 200"],
    ("reference_app", "cancel"): ["cancelled 200"],
}
ENDINGS = {"confirm": "APPROVED", "cancel": "AUTH_SESSION_CANCELLED"}
LANDED = {"confirm": ("callback", "unsynced", ""), "cancel": ("cancelled", "failed", "AUTH_SESSION_CANCELLED")}


@pytest.mark.parametrize("then", ["confirm", pytest.param("cancel", marks=pytest.mark.full)])
def test_a_walk_begins_and_ends_at_the_app(perform: Perform, app: str, then: str) -> None:
    """The button is pressed, the consent page walked, and the app's own page is looked at; it hears as it always does."""
    journal, crashed = perform(steps.WalkInBrowser(then=then))

    looks = journal.all(PageView)
    assert (crashed, [look.problem for look in looks]) == ("", [""] * 4)
    assert [(look.page, look.moment, look.cause) for look in looks[1::2]] == [("connect", "plain", ""), LANDED[then]]
    assert [(pressed.purpose, pressed.number, pressed.problem) for pressed in journal.all(Pressed)] == [("link", 1, "")]
    assert [(journey.ending, journey.attempt) for journey in journal.all(Journey)] == [(ENDINGS[then], 1)]
    assert told(journal) == HEARD[app, then]


@pytest.mark.full
def test_a_closed_tab_is_no_ending(perform: Perform) -> None:
    """Nobody hears of it."""
    journal, crashed = perform(steps.WalkInBrowser(until="login", then=""))

    assert (crashed, told(journal)) == ("", [])
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


def test_every_page_of_the_config_is_looked_at(perform: Perform) -> None:
    """On a phone and on a desk; whatever they ask for is written down."""
    journal, crashed = perform(steps.OpenPage())

    assert crashed == ""
    assert [(view.page, view.width_px) for view in journal.all(PageView)] == [
        ("connect", 360),
        ("connect", 1280),
        ("connections", 360),
        ("connections", 1280),
    ]
    assert {fetched.page for fetched in journal.all(Fetched) if fetched.kind == "document"} == {"connect", "connections"}


def test_a_page_that_the_config_does_not_name_is_said(perform: Perform) -> None:
    """The step did less than it was to do, and the hook that would help is named."""
    journal, _ = perform(steps.OpenPage(page="profile"))

    assert [(cut_short.what, cut_short.hook) for cut_short in journal.all(CutShort)] == [
        ("the config names no page 'profile'", "app.observe.pages")
    ]
    assert [view.problem for view in journal.all(PageView)] == ["the config names no page 'profile'"]
