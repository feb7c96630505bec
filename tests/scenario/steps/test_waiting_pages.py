"""Steps of an end user who waits in Chromium for the app's page: the page during the wait, and the result."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness import faults
from fiskil_harness.app.browser import PageSnapshot
from fiskil_harness.app.browser.page_events import PageEvents
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Journal, PageView, Pressed
from fiskil_harness.journal.queries import waits
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import waiting_pages
from fiskil_harness.scenario.steps.waiting_pages import Watch

pytestmark = pytest.mark.slow

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture(scope="module")
def perform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perform]:
    """Perform steps in front of the reference app; return the journal, and the reason if a step failed."""
    settings = gallery.settings(gallery.app("reference_app"))
    driver = Driver(settings, workdir=tmp_path_factory.mktemp("watching"), seed=0)
    yield lambda *sequence: driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    driver.close()


def watch(app: str, workdir: Path) -> Journal:
    """Click in front of an app whose auth session is slow to open, and watch the page; return the journal."""
    driver = Driver(gallery.settings(gallery.app(app)), workdir=workdir, seed=0)
    sequence = (
        steps.InjectFault("auth_session", faults.Latency(latency_ms=7500)),
        steps.PressConnect(cause="a slow auth session"),
    )
    try:
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    finally:
        driver.close()
    assert crashed == ""
    return journal


def test_a_failed_journey_ends_on_the_page_that_reports_it(perform: Perform) -> None:
    """It is recorded on a phone and on a desktop screen, with the error type that the app received."""
    journal, crashed = perform(steps.FailInBrowser(outcome="wrong_code"))

    views = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert crashed == ""
    assert [(view.page, view.cause, view.width_px, view.problem) for view in views] == [
        ("cancelled", "CONSENT_OTP_FAILURE", 360, ""),
        ("cancelled", "CONSENT_OTP_FAILURE", 1280, ""),
    ]
    assert "The one-time code did not match" in views[0].text


def test_a_journey_may_fail_with_an_undocumented_error_type(perform: Perform) -> None:
    """The view names the type that the app received, and the app has a general text for it."""
    journal, _ = perform(steps.FailInBrowser(outcome="denied", error_type="CONSENT_NEW"))

    view = next(view for view in journal.all(PageView) if view.moment == "failed")
    assert (view.cause, view.title) == ("CONSENT_NEW", "Your bank was not connected")


def test_pages_from_before_the_sync_are_opened_again(perform: Perform) -> None:
    """The page after the journey is viewed again at both widths; pages that were viewed after the sync are not."""
    journal, crashed = perform(
        steps.WalkInBrowser(),
        steps.OpenPage(except_page="connect", moment="unsynced"),
        steps.OpenPage(page="connections", moment="synced"),
        steps.ReopenPages(),
    )

    views = [(view.page, view.width_px) for view in journal.all(PageView) if view.moment == "synced"]
    assert crashed == ""
    assert views == [("connections", 360), ("connections", 1280), ("callback", 360), ("callback", 1280)]


def test_the_page_is_recorded_while_the_next_one_loads(perform: Perform) -> None:
    """Chromium reports nothing about a page that it is leaving; the page does."""
    journal, crashed = perform(
        steps.InjectFault("auth_session", faults.Latency(latency_ms=7500)), steps.PressConnect(cause="a slow auth session")
    )

    _, plain, waiting, on_phone = journal.all(PageView)
    assert crashed == ""
    assert (on_phone.moment, on_phone.width_px, on_phone.signs) == ("waiting", 360, waiting.signs)
    assert [pressed.text for pressed in journal.all(Pressed)] == ["Continue to your bank"]
    assert (plain.moment, waiting.moment, waiting.url) == ("plain", "waiting", plain.url)
    assert "Opening the secure connection to your bank" in waiting.text
    assert "aria-busy" in waiting.signs
    assert plain.digest != waiting.digest


def test_a_page_that_replaces_the_first_is_recorded_at_both_widths(tmp_path: Path) -> None:
    """Its URL may be that of the page before, so that only its content is a sign of progress."""
    journal = watch("waits_at_its_own_url", tmp_path)

    views = [view for view in journal.all(PageView) if view.moment == "waiting"]
    assert [view.width_px for view in views] == [1280, 360, 1280]
    assert len({view.url for view in journal.all(PageView)}) == 1
    assert all("We open the connection to your bank" in view.text for view in views)


def test_a_page_may_be_replaced_before_it_is_recorded_on_a_phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, the next page may open between the two records of the page before."""
    is_over, record_on_phone = PageEvents.__dict__["is_over"].fget, Watch._await_sign_on_phone
    recorded: list[Watch] = []

    def show_busy(watch: Watch) -> PageSnapshot:
        before, watch._events.since_s = watch._before, 0.1
        return PageSnapshot(url=before.url, text=before.text, signs=("aria-busy",), controls=before.controls)

    def record_late(watch: Watch) -> bool:
        recorded.append(watch)
        wait_until(lambda: watch._events.is_over, cap_s=30)
        return record_on_phone(watch)

    monkeypatch.setattr(PageEvents, "is_over", property(lambda events: bool(recorded) and is_over(events)))
    monkeypatch.setattr(Watch, "_snapshot", show_busy)
    monkeypatch.setattr(Watch, "_await_sign_on_phone", record_late)

    journal = watch("waits_in_one_request", tmp_path)

    views = [view for view in journal.all(PageView) if view.moment == "waiting"]
    assert [(view.width_px, view.signs) for view in views] == [
        (1280, ("aria-busy",)),
        (360, ("status: We open the connection to your bank.",)),
        (1280, ("status: We open the connection to your bank.",)),
    ]


def test_the_result_of_a_failed_call_is_recorded(perform: Perform) -> None:
    """It is recorded on a phone and on a desktop screen."""
    journal, crashed = perform(
        steps.InjectFault("auth_session", faults.Status(status=403)), steps.PressConnect(moment="failed", cause="a refusal")
    )

    views = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert crashed == ""
    assert [(view.page, view.cause, view.width_px) for view in views] == [
        ("response", "a refusal", 360),
        ("response", "a refusal", 1280),
    ]
    assert "That did not work" in views[0].text


def test_text_that_appears_while_the_page_is_read_is_about_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine, the app's call may end and its window may close between two looks of the harness."""
    read = Watch._snapshot

    def read_late(watch: Watch) -> PageSnapshot | None:
        if not watch._stage.fiskil.proxy.open_requests:
            return read(watch)
        return wait_until(lambda: (now := read(watch)) and ("Nothing has changed" in now.text and now), cap_s=30)

    monkeypatch.setattr(Watch, "_snapshot", read_late)
    driver = Driver(gallery.settings(gallery.app("consent_page_in_a_window")), workdir=tmp_path, seed=0)
    latency, refusal = faults.Latency(latency_ms=800), faults.Status(status=503)
    sequence = (
        steps.InjectFault("auth_session", latency, times=0),
        steps.InjectFault("auth_session", refusal, times=0),
        steps.PressConnect(moment="failed", cause="an API that is down"),
    )
    try:
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    finally:
        driver.close()

    reporting = {view.moment for view in journal.all(PageView) if "Nothing has changed" in view.text}
    assert (crashed, reporting) == ("", {"failed"})


@pytest.mark.parametrize(
    ("unseen", "presses", "problem"), [(1, 2, ""), (3, 3, "it was not seen shortly before the app gave up")]
)
def test_a_page_that_was_not_seen_during_the_wait_is_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unseen: int, presses: int, problem: str
) -> None:
    """A text that was first seen after the wait may have been there before; a busy machine sees a page too late."""
    snapshot, watches = Watch._snapshot, []

    def be_late(watch: Watch) -> PageSnapshot | None:
        watches.extend([] if watch in watches else [watch])
        now = snapshot(watch)
        if watch in watches[:unseen]:
            watch._seen_s.clear()
        return now

    monkeypatch.setattr(Watch, "_snapshot", be_late)
    monkeypatch.setattr(waiting_pages, "UNSEEN_S", 60.0)  # only the watches that this test makes late are late
    driver = Driver(gallery.settings(gallery.app("waiting_page_without_end")), workdir=tmp_path, seed=0)
    sequence = (
        steps.InjectFault("auth_session", faults.Stall(), times=0),
        steps.PressConnect(moment="stalled", cause="a response that stalls"),
    )
    try:
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    finally:
        driver.close()

    problems = [view.problem for view in journal.all(PageView) if view.moment == "stalled"]
    assert (crashed, len(journal.all(Pressed)), problems) == ("", presses, [problem, problem])
    assert len(waits.presses(journal)) == 1


def test_an_app_without_a_failure_has_none_to_report(perform: Perform) -> None:
    """The view states that, and no probe judges it."""
    journal, _ = perform(steps.PressConnect(moment="failed", cause="nothing"))

    views = [view for view in journal.all(PageView) if view.moment == "failed"]
    assert {view.problem for view in views} == {"the journey continued, so the app had no failure to report"}


def test_the_page_is_opened_again_until_it_shows_data(perform: Perform) -> None:
    """The last view counts."""
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
def test_an_outcome_without_failure_is_refused(outcome: str) -> None:
    """It is refused before a browser opens."""
    with pytest.raises(UnknownName, match="outcome"):
        steps.FailInBrowser(outcome=outcome).check()
