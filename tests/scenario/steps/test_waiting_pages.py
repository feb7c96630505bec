"""Somebody waits in front of the app's page in Chromium: what they see meanwhile, and what comes of it."""

from collections.abc import Callable, Iterator

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

pytestmark = pytest.mark.slow

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture(scope="module")
def perform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perform]:
    """Perform steps in front of the reference app; the journal, and what went wrong."""
    settings = gallery.settings(gallery.app("reference_app"))
    driver = Driver(settings, workdir=tmp_path_factory.mktemp("watching"), seed=0)
    yield lambda *given: driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    driver.close()


def test_a_failed_journey_ends_on_the_page_that_tells_of_it(perform: Perform) -> None:
    """It is read on a phone and on a desk, under the error type that the app was told."""
    journal, crashed = perform(steps.FailInBrowser(outcome="wrong_code"))

    looks = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert crashed == ""
    assert [(look.page, look.cause, look.width_px, look.problem) for look in looks] == [
        ("cancelled", "CONSENT_OTP_FAILURE", 360, ""),
        ("cancelled", "CONSENT_OTP_FAILURE", 1280, ""),
    ]
    assert "The one-time code did not match" in looks[0].text


def test_the_page_is_seen_while_the_browser_waits_for_the_next(perform: Perform) -> None:
    """Chromium tells nothing of a page that it is leaving; the page does."""
    journal, crashed = perform(
        steps.InjectFault("auth_session", faults.Latency(latency_ms=4500)), steps.PressConnect(cause="a slow auth session")
    )

    _, plain, waiting, on_phone = journal.all(PageView)
    assert crashed == ""
    assert (on_phone.moment, on_phone.width_px, on_phone.signs) == ("waiting", 360, waiting.signs)
    assert [pressed.text for pressed in journal.all(Pressed)] == ["Continue to your bank"]
    assert (plain.moment, waiting.moment, waiting.url) == ("plain", "waiting", plain.url)
    assert "Opening the secure connection to your bank" in waiting.text
    assert "aria-busy" in waiting.signs
    assert plain.digest != waiting.digest


def test_what_comes_of_a_failed_call_is_looked_at_when_it_is_there(perform: Perform) -> None:
    """On a phone and on a desk."""
    journal, crashed = perform(
        steps.InjectFault("auth_session", faults.Status(status=403)), steps.PressConnect(moment="failed", cause="a refusal")
    )

    looks = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert crashed == ""
    assert [(look.page, look.cause, look.width_px) for look in looks] == [
        ("answer", "a refusal", 360),
        ("answer", "a refusal", 1280),
    ]
    assert "That did not work" in looks[0].text


def test_an_app_that_gets_through_has_no_failure_to_tell_of(perform: Perform) -> None:
    """The look says so, and no probe takes it for a page."""
    journal, _ = perform(steps.PressConnect(moment="failed", cause="nothing"))

    looks = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert {look.problem for look in looks} == {"the app got through, so that it had no failure to tell of"}


def test_the_page_is_opened_anew_until_it_tells_of_data(perform: Perform) -> None:
    """The last look is what counts."""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.OpenPage(page="connections", moment="unsynced"),
        steps.Sync(),
        steps.Deliver(),
        steps.WatchUntilSynced(),
    )

    early, *_, late = journal.all(PageView)
    assert crashed == ""
    assert "We are syncing your data" in early.text
    assert late.moment == "synced"
    assert "syncing" not in late.text


@pytest.mark.parametrize("outcome", ["approved", "unheard_of"])
def test_what_is_no_failure_is_refused(outcome: str) -> None:
    """Before a browser opens."""
    with pytest.raises(UnknownName, match="outcome"):
        steps.FailInBrowser(outcome=outcome).check()
