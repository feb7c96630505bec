"""Steps of the end user who reads before they begin and takes back what they share: real pages in a real Chromium."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import ConsentState, Journal, PageView, Pressed, Sharing
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.paths import APPS

pytestmark = pytest.mark.slow

CONSENTED = (steps.Authorise(), steps.Deliver(), steps.Sync(), steps.Deliver(), steps.WaitUntilIdle())
LEFT = (steps.RevokeInBrowser(), steps.Deliver(), steps.WaitForRevocation())
Play = Callable[..., Journal]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Perform steps in front of a gallery app, which is started once."""
    drivers: dict[str, Driver] = {}

    def perform(app: str, *given: steps.AnyStep) -> Journal:
        if app not in drivers:
            settings = gallery.settings(gallery.app(app))
            drivers[app] = Driver(settings, workdir=tmp_path_factory.mktemp(app), seed=7)
        journal, crashed = drivers[app].perform(Scenario(name="x", practices=(), steps=given, probes=()))
        assert crashed == ""
        return journal

    yield perform
    for driver in drivers.values():
        driver.close()


def pressed(journal: Journal) -> list[tuple[int, str]]:
    """What was pressed, with its number."""
    return [(pressed.number, pressed.text) for pressed in journal.all(Pressed)]


def looks(journal: Journal) -> list[tuple[str, str, int]]:
    """What was looked at, when, and how wide."""
    return [(view.page, view.moment, view.width_px) for view in journal.all(PageView)]


def test_a_consent_is_revoked_through_details_and_a_question(play: Play) -> None:
    """The window in front of the page has a control of the same name as the page: the one in front is pressed."""
    journal = play("revoke_confirmed_on_page", *CONSENTED, *LEFT)

    assert pressed(journal) == [(1, "Details"), (2, "Disconnect"), (3, "Disconnect")]
    assert looks(journal)[:2] == [("connections", "synced", 360), ("connections", "synced", 1280)]
    assert looks(journal)[-2:] == [("connections", "ended", 360), ("connections", "ended", 1280)]
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


def test_what_the_page_is_to_list_is_written_down(play: Play) -> None:
    """Each consent that stands, and which of them is to go."""
    journal = play("revoke_confirmed_on_page", steps.AuthoriseElsewhere(), *CONSENTED, *LEFT)

    told = [(sharing.institution, sharing.is_sought) for sharing in journal.all(Sharing)]
    assert told == [("Bank of the Ranges", False), ("Banking Sandbox Data Holder", True)]


def test_a_question_of_the_browser_is_a_press(play: Play) -> None:
    """It is accepted, with what it asked."""
    journal = play("revoke_confirmed_in_dialog", *CONSENTED, steps.RevokeInBrowser())

    assert pressed(journal) == [(1, "Stop sharing with Banking Sandbox Data Holder"), (2, "Are you sure?")]


def test_a_notice_is_followed_and_read(play: Play) -> None:
    """The page, the press, and the notice."""
    journal = play("revoke_confirmed_in_dialog", steps.ReadPrivacyNotice())

    assert pressed(journal) == [(1, "How we use your data")]
    assert looks(journal) == [(page, "plain", width) for page in ("connect", "privacy") for width in (360, 1280)]


def test_somebody_without_a_consent_is_refused(play: Play) -> None:
    """There is nothing that could be revoked."""
    with pytest.raises(AssertionError, match="has no consent yet"):
        play("revoke_confirmed_in_dialog", steps.RevokeInBrowser())


@pytest.mark.full
@pytest.mark.parametrize(
    ("app", "acts"),
    [
        ("revoke_by_switch", ["Share my data with Banking Sandbox Data Holder"]),
        ("revoke_needs_typed_word", ["Stop sharing with Banking Sandbox Data Holder", "typed 'DISCONNECT'", "End it"]),
        (
            "revoke_needs_typed_name",
            ["Stop sharing with Banking Sandbox Data Holder", "typed 'Banking Sandbox Data Holder'", "End it"],
        ),
    ],
)
def test_switches_are_turned_off_and_words_are_typed(play: Play, app: str, acts: list[str]) -> None:
    """Each is an act of its own, and the consent has ended."""
    journal = play(app, *CONSENTED, *LEFT)

    assert pressed(journal) == list(enumerate(acts, start=1))
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


@pytest.mark.full
def test_after_a_switch_that_ends_nothing_the_search_goes_on(play: Play) -> None:
    """Much can be shared, and *Manage* still leads to the end of this."""
    journal = play("switches_beside_banks", *CONSENTED, *LEFT)

    told = [(pressed.number, pressed.text, pressed.is_switch) for pressed in journal.all(Pressed)]
    assert told == [
        (1, "Share my data to improve this app", True),
        (1, "Manage", False),
        (2, "Stop sharing with Banking Sandbox Data Holder", False),
    ]
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


@pytest.mark.full
@pytest.mark.parametrize(
    ("asks", "is_open", "acts"),
    [
        ("Enter the code that we sent you by SMS.", "", []),
        ("Enter the code that we sent you by SMS.", "yes", ["Disconnect"]),
        ("Enter the code under 'Security' in the app of your bank.", "", ["typed 'Security'"]),
        ("Enter the code under 'Security' in the app of your bank.", "yes", ["typed 'Security'", "Disconnect"]),
        ("Type DISCONNECT and the code that we sent you by SMS.", "", ["typed 'DISCONNECT'"]),
    ],
)
def test_what_nobody_here_knows_is_a_lack(asks: str, is_open: str, acts: list[str], tmp_path: Path) -> None:
    """What was typed or left empty may be why nothing came of it."""
    given = gallery.settings(gallery.app("reference_app"))
    env = {**given.app.env, "PYTHONPATH": str(APPS), "ASKS": asks, "OPEN": is_open}
    command = (given.app.command or "").replace(gallery.REFERENCE, "coder:build")
    settings = msgspec.structs.replace(given, app=msgspec.structs.replace(given.app, command=command, env=env))
    scenario = Scenario(name="x", practices=(), steps=(*CONSENTED, *LEFT), probes=())

    with closing(Driver(settings, workdir=tmp_path, seed=7)) as driver:
        journal, crashed = driver.perform(scenario)

    told = ["Stop sharing with Banking Sandbox Data Holder", *acts]
    assert (crashed, pressed(journal)) == ("", [*enumerate(told, start=1), (len(told) + 1, "")])
    assert journal.all(Pressed)[-1].problem == "the page asks for more than presses"
