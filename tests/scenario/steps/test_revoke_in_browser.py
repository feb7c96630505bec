"""Steps of the end user who reads the privacy notice and revokes a consent: real pages in a real Chromium."""

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
REVOKED = (steps.RevokeInBrowser(), steps.Deliver(), steps.WaitForRevocation())
Play = Callable[..., Journal]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """Perform steps in front of a gallery app, which is started once."""
    drivers: dict[str, Driver] = {}

    def perform(app: str, *sequence: steps.AnyStep) -> Journal:
        if app not in drivers:
            settings = gallery.settings(gallery.app(app))
            drivers[app] = Driver(settings, workdir=tmp_path_factory.mktemp(app), seed=7)
        journal, crashed = drivers[app].perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
        assert crashed == ""
        return journal

    yield perform
    for driver in drivers.values():
        driver.close()


def presses(journal: Journal) -> list[tuple[int, str]]:
    """Return the number and the label of each press."""
    return [(press.number, press.text) for press in journal.all(Pressed)]


def views(journal: Journal) -> list[tuple[str, str, int]]:
    """Return page, moment and width of each view."""
    return [(view.page, view.moment, view.width_px) for view in journal.all(PageView)]


def test_a_consent_is_revoked_through_details_and_a_confirmation(play: Play) -> None:
    """A dialog in front of the page has a control with the same label: the one in front is pressed."""
    journal = play("revoke_confirmed_on_page", *CONSENTED, *REVOKED)

    assert presses(journal) == [(1, "Details"), (2, "Disconnect"), (3, "Disconnect")]
    assert views(journal)[:2] == [("connections", "synced", 360), ("connections", "synced", 1280)]
    assert views(journal)[-2:] == [("connections", "ended", 360), ("connections", "ended", 1280)]
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


def test_the_consents_to_list_are_recorded(play: Play) -> None:
    """Each active consent is recorded, and which of them is to be revoked."""
    journal = play("revoke_confirmed_on_page", steps.AuthoriseElsewhere(), *CONSENTED, *REVOKED)

    sharings = [(sharing.institution, sharing.will_be_revoked) for sharing in journal.all(Sharing)]
    assert sharings == [("Bank of the Ranges", False), ("Banking Sandbox Data Holder", True)]


def test_a_browser_dialog_with_a_question_is_a_press(play: Play) -> None:
    """It is accepted, and its text is recorded."""
    journal = play("revoke_confirmed_in_dialog", *CONSENTED, steps.RevokeInBrowser())

    assert presses(journal) == [(1, "Stop sharing with Banking Sandbox Data Holder"), (2, "Are you sure?")]


def test_the_page_after_a_redirect_of_a_failed_revocation_is_recorded(play: Play) -> None:
    """The page before the press shows which text is new."""
    journal = play("redirects_after_failures", *CONSENTED, steps.FailToRevokeInBrowser())

    before, after = journal.all(PageView)
    assert {(view.cause, view.status, view.width_px) for view in (before, after)} == {("a revocation that fails", 200, 1280)}
    assert "Sharing could not be ended" not in before.text
    assert "Sharing could not be ended" in after.text


def test_the_privacy_notice_is_opened_and_recorded(play: Play) -> None:
    """The journal contains the page, the press and the notice."""
    journal = play("revoke_confirmed_in_dialog", steps.ReadPrivacyNotice())

    assert presses(journal) == [(1, "How we use your data")]
    assert views(journal) == [(page, "plain", width) for page in ("connect", "privacy") for width in (360, 1280)]


def test_an_end_user_without_a_consent_is_refused(play: Play) -> None:
    """There is no consent to revoke."""
    with pytest.raises(AssertionError, match="has no consent yet"):
        play("revoke_confirmed_in_dialog", steps.RevokeInBrowser())


@pytest.mark.full
@pytest.mark.parametrize(
    ("app", "labels"),
    [
        ("revoke_by_switch", ["Share my data with Banking Sandbox Data Holder"]),
        ("revoke_needs_typed_word", ["Stop sharing with Banking Sandbox Data Holder", "typed 'DISCONNECT'", "End it"]),
        (
            "revoke_needs_typed_name",
            ["Stop sharing with Banking Sandbox Data Holder", "typed 'Banking Sandbox Data Holder'", "End it"],
        ),
    ],
)
def test_switches_are_turned_off_and_words_are_typed(play: Play, app: str, labels: list[str]) -> None:
    """Each is a press, and the consent has ended."""
    journal = play(app, *CONSENTED, *REVOKED)

    assert presses(journal) == list(enumerate(labels, start=1))
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


@pytest.mark.full
def test_the_search_continues_after_a_switch_that_ends_nothing(play: Play) -> None:
    """A switch may concern other sharing, and *Manage* still leads to the end of this consent."""
    journal = play("switches_beside_banks", *CONSENTED, *REVOKED)

    recorded = [(press.number, press.text, press.is_switch) for press in journal.all(Pressed)]
    assert recorded == [
        (1, "Share my data to improve this app", True),
        (1, "Manage", False),
        (2, "Stop sharing with Banking Sandbox Data Holder", False),
    ]
    assert [consent.is_active for consent in journal.all(ConsentState)] == [True, False]


@pytest.mark.full
@pytest.mark.parametrize(
    ("asks", "is_open", "labels"),
    [
        ("Enter the code that we sent you by SMS.", "", []),
        ("Enter the code that we sent you by SMS.", "yes", ["Disconnect"]),
        ("Enter the code under 'Security' in the app of your bank.", "", ["typed 'Security'"]),
        ("Enter the code under 'Security' in the app of your bank.", "yes", ["typed 'Security'", "Disconnect"]),
        ("Type DISCONNECT and the code that we sent you by SMS.", "", ["typed 'DISCONNECT'"]),
    ],
)
def test_unknown_input_is_a_problem(asks: str, is_open: str, labels: list[str], tmp_path: Path) -> None:
    """A typed word or an empty field may be the reason why the consent did not end."""
    reference = gallery.settings(gallery.app("reference_app"))
    env = {**reference.app.env, "PYTHONPATH": str(APPS), "QUESTION": asks, "OPEN": is_open}
    command = (reference.app.command or "").replace(gallery.REFERENCE, "coder:build")
    settings = msgspec.structs.replace(reference, app=msgspec.structs.replace(reference.app, command=command, env=env))
    scenario = Scenario(name="x", practices=(), steps=(*CONSENTED, *REVOKED), probes=())

    with closing(Driver(settings, workdir=tmp_path, seed=7)) as driver:
        journal, crashed = driver.perform(scenario)

    expected = ["Stop sharing with Banking Sandbox Data Holder", *labels]
    assert (crashed, presses(journal)) == ("", [*enumerate(expected, start=1), (len(expected) + 1, "")])
    assert journal.all(Pressed)[-1].problem == "the page requires more input than presses"


def test_other_pages_are_viewed_until_the_data_is_gone(play: Play) -> None:
    """The app may keep its page for a few seconds; a page that showed no data is not viewed again."""
    other_pages = steps.OpenPage(except_page="connections", moment="synced")

    journal = play(
        "money_page_cached_for_4_seconds",
        *CONSENTED,
        steps.OpenConnections(),
        other_pages,
        steps.Revoke(),
        steps.Deliver(),
        steps.WaitForRevocation(),
    )

    ended = [view for view in journal.all(PageView) if view.moment == "ended"]
    assert [(view.page, view.width_px) for view in ended] == [
        ("connections", 360),
        ("connections", 1280),
        ("money", 360),
        ("money", 1280),
    ]
    assert "You are not sharing any data with us." in ended[-1].text
