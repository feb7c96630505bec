"""Steps of the consent journey: each ends as the journey table defines, and is recorded with the app's page."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import UnknownName
from fiskil_harness.journal import EventCreated, HookCall, Journal, Journey, Rows, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps.journeys import Screen
from tests.apps.feed import Feed, feed_settings

Drive = Callable[..., Driver]
Perform = Callable[..., Journal]


@pytest.fixture
def feed() -> Feed:
    """The app."""
    return Feed()


@pytest.fixture
def perform(drive: Drive, feed: Feed) -> Perform:
    """Perform steps between a local Fiskil and the feed, and return the journal."""
    driver = drive(feed_settings(request_deadline_s=30), given=feed)

    def run(*sequence: steps.AnyStep) -> Journal:
        scenario = Scenario(name="x", practices=(), steps=sequence, probes=()).check()
        journal, crashed = driver.perform(scenario)
        assert not crashed
        return journal

    return run


@pytest.mark.parametrize(
    ("step", "ending"),
    [
        (steps.Cancel(at="institution"), "AUTH_SESSION_CANCELLED"),
        (steps.Cancel(at="login"), "AUTH_SESSION_CANCELLED"),
        (steps.Cancel(at="code"), "AUTH_SESSION_CANCELLED"),
        (steps.Cancel(at="accounts"), "AUTH_SESSION_CANCELLED"),
        (steps.Cancel(at="confirm"), "AUTH_SESSION_CANCELLED"),
        (steps.Deny(at="login"), "CONSENT_ENDUSER_DENIED"),
        (steps.Deny(at="accounts"), "CONSENT_ENDUSER_DENIED"),
        (steps.MistypeCode(), "CONSENT_OTP_FAILURE"),
        (steps.AttemptJourney(end_user="nobody"), "CONSENT_OTP_FAILURE"),
        (steps.AttemptJourney(end_user="ines"), "CONSENT_ENDUSER_INELIGIBLE"),
        (steps.AttemptJourney(end_user="uma"), "CONSENT_UPSTREAM_PROCESSING_ERROR"),
        (steps.AttemptJourney(end_user="tuan"), "CONSENT_TIMEOUT"),
        (steps.AttemptJourney(end_user="denied"), "CONSENT_ENDUSER_DENIED"),
        (steps.AttemptJourney(end_user="cancelled"), "AUTH_SESSION_CANCELLED"),
        (steps.AttemptJourney(end_user="wrong_code"), "CONSENT_OTP_FAILURE"),
        (steps.AttemptJourney(end_user="joint_only"), "CONSENT_ENDUSER_INELIGIBLE"),
        (steps.Conclude(outcome="cancelled"), "AUTH_SESSION_CANCELLED"),
        (steps.Conclude(outcome="upstream_failure"), "CONSENT_UPSTREAM_PROCESSING_ERROR"),
        (steps.Conclude(outcome="denied", error_type="CONSENT_NEW"), "CONSENT_ENDUSER_DENIED"),
    ],
    ids=lambda value: value if isinstance(value, str) else steps.step_text(value),
)
def test_failed_journeys_end_at_the_cancel_page(perform: Perform, step: steps.AnyStep, ending: str) -> None:
    """The journal contains the ending, and the browser is at the app's page for it."""
    journal = perform(step)

    assert [journey.ending for journey in journal.all(Journey)] == [ending]
    assert [(visit.page, visit.status, visit.body) for visit in journal.all(Visit)] == [
        ("cancelled", 200, b"<h1>sorry</h1>")
    ]
    assert journal.all(EventCreated) == []


def test_an_undocumented_error_type_is_reported_to_the_app(perform: Perform, feed: Feed) -> None:
    """The redirect names the type, and its description contains harmless markup. Source: journey.error-redirect"""
    perform(steps.Conclude(outcome="denied", error_type="CONSENT_NEW"))

    (query,) = [parse_qs(urlsplit(path).query) for path in feed.visited]
    assert (query["error"], query["error_type"]) == (["access_denied"], ["CONSENT_NEW"])
    assert query["error_uri"] == ["https://docs.fiskil.com/errors#CONSENT_NEW"]
    assert query["error_description"] == ['The consent journey did not <b id="fh-markup" onclick="0">succeed</b>.']


def test_approval_ends_at_the_callback_page(perform: Perform) -> None:
    """The consent exists, and its event is due."""
    journal = perform(steps.Authorise())

    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]
    assert [(visit.page, visit.body) for visit in journal.all(Visit)] == [("callback", b"<h1>thanks</h1>")]
    assert [event.kind for event in journal.all(EventCreated)] == ["consent.received"]


@pytest.mark.parametrize("screen", ["institution", "login", "code", "accounts", "confirm"])
def test_a_closed_tab_has_no_callback(perform: Perform, screen: Screen) -> None:
    """The journey is abandoned on any screen, and no page of the app is visited."""
    journal = perform(steps.CloseTab(at=screen))

    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]
    assert journal.all(Visit) == []


def test_every_attempt_is_counted_and_has_its_session(perform: Perform) -> None:
    """Three journeys of one end user have three sessions."""
    journal = perform(steps.Cancel(), steps.CloseTab(), steps.Authorise())

    journeys = journal.all(Journey)
    assert [journey.attempt for journey in journeys] == [1, 2, 3]
    assert len({journey.session for journey in journeys}) == 3
    assert len({journey.end_user_id for journey in journeys}) == 1


def test_another_person_may_log_in_at_the_institution(perform: Perform) -> None:
    """The app's end user stays the same, and completes a later journey."""
    journal = perform(steps.AttemptJourney(end_user="ines"), steps.Authorise(), steps.Sync("transactions"))

    assert [journey.ending for journey in journal.all(Journey)] == ["CONSENT_ENDUSER_INELIGIBLE", "APPROVED"]


def test_a_session_that_cannot_be_opened_is_recorded(perform: Perform) -> None:
    """``start_session`` accepts any response; the app's error is recorded."""
    journal = perform(steps.InjectFault("end_users.create", faults.ResetPeer()), steps.StartSession(), steps.Authorise())

    assert [(hook_call.hook, hook_call.status) for hook_call in journal.all(HookCall)] == [
        ("start_session", 500),
        ("start_session", 200),
    ]


def test_a_journey_needs_a_session(drive: Drive, feed: Feed) -> None:
    """If the app opens none, the message contains the app's response."""
    driver = drive(feed_settings(), given=feed)
    broken = steps.InjectFault("auth_session", faults.Status(status=500))

    _, crashed = driver.perform(Scenario(name="x", practices=(), steps=(broken, steps.Cancel()), probes=()))

    assert crashed.startswith(
        "step 2 (cancel) could not be done: The app opened no auth session: start_session returned 500"
    )


def test_a_reused_session_is_recorded(perform: Perform, feed: Feed) -> None:
    """The second journey continues nowhere, under the session of the first."""
    opened = feed.start_session
    first: list[str] = []
    feed.start_session = lambda values: first[0] if first else first.append(opened(values)) or first[0]  # type: ignore[method-assign]

    journal = perform(steps.Cancel(at="login"), steps.Authorise())

    journeys = journal.all(Journey)
    assert [journey.ending for journey in journeys] == ["AUTH_SESSION_CANCELLED"] * 2
    assert journeys[0].session == journeys[1].session


def test_end_users_start_at_the_same_moment(perform: Perform) -> None:
    """All sessions are requested before the first journey is completed."""
    slow = steps.InjectFault("*", faults.Latency(latency_ms=100), times=0)

    journal = perform(slow, steps.AuthoriseTogether(3), steps.LiftFaults())

    starts = journal.all(HookCall)
    assert max(start.at_s - start.took_s for start in starts) < min(start.at_s for start in starts)
    assert [(journey.participant, journey.ending) for journey in journal.all(Journey)] == [
        (name, "APPROVED") for name in ("", "p2", "p3")
    ]


def test_an_unknown_person_is_refused_before_anything_runs() -> None:
    """The message names the nearest match."""
    with pytest.raises(UnknownName, match="Did you mean 'ines'"):
        steps.AttemptJourney(end_user="inez").check()


def test_an_unknown_outcome_is_refused_before_anything_runs() -> None:
    """The message names the nearest match."""
    with pytest.raises(UnknownName, match=r"No outcome 'timed_out'\. Did you mean 'times_out'"):
        steps.Conclude(outcome="timed_out").check()


@pytest.mark.parametrize("step", [steps.AttemptJourney(end_user="terminated"), steps.Conclude(outcome="terminated")])
def test_a_terminated_session_has_no_callback(perform: Perform, step: steps.AnyStep) -> None:
    """AUTH_SESSION_INVALID does not redirect to the app. Source: journey.error-types"""
    journal = perform(step)

    assert [journey.ending for journey in journal.all(Journey)] == ["AUTH_SESSION_INVALID"]
    assert journal.all(Visit) == []


def test_a_household_can_be_authorised(perform: Perform) -> None:
    """With the energy retailer chosen on the page, energy data is synced and recorded."""
    journal = perform(steps.Authorise(institution_id="99999"), steps.Sync())

    kinds = [event.kind for event in journal.all(EventCreated)]
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]
    assert len(kinds) == 11
    assert {"energy.usage.sync.completed", "energy.invoices.sync.completed"} <= set(kinds)
    assert {rows.dataset: bool(rows.rows) for rows in journal.all(Rows)}["usage"]


def test_an_unreachable_institution_is_refused() -> None:
    """It is refused before anything runs."""
    with pytest.raises(UnknownName, match="No institution '22'"):
        steps.Authorise(institution_id="22").check()


@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{port}", "http://localhost:{port}", "https://shop.example", "shop://app"]
)
def test_a_front_end_at_another_origin_is_not_judged(drive: Drive, feed: Feed, place: str) -> None:
    """If another server shows the pages, they cannot be judged: that is no flaw."""
    feed.front_end = place.format(port=free_port())
    driver = drive(feed_settings(request_deadline_s=30), given=feed)
    scenario = Scenario(
        name="x",
        practices=(),
        steps=(steps.Cancel(), steps.Authorise()),
        probes=(probes.ShowsNoServerError(),),
    )

    (finding,) = driver.run(scenario).findings

    assert finding.verdict is probes.Verdict.INCONCLUSIVE
    assert finding.observed == "cancel_uri leads to another origin than the app's"
