"""The step that disturbs each route of an action while the action is repeated."""

from collections.abc import Callable

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.journal import ConsentState, Exchange, FaultSet, HookCall, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import route_faults
from tests.apps.feed import Feed, feed_settings
from tests.apps.redirecting_feed import RedirectingFeed

Drive = Callable[..., Driver]
Perform = Callable[..., Journal]
FAILS = faults.Status(status=503)


@pytest.fixture
def perform(drive: Drive) -> Perform:
    """Perform steps between a local Fiskil and the feed, and return the journal."""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())

    def run(*sequence: steps.AnyStep) -> Journal:
        scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Sync(), *sequence), probes=()).check()
        journal, crashed = driver.perform(scenario)
        assert not crashed
        return journal

    return run


def refreshes(journal: Journal) -> list[int | None]:
    return [hook_call.status for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"]


def bitten(journal: Journal) -> list[str]:
    """Return the routes on which a fault acted, in order."""
    return [call.route for call in sorted(journal.all(Exchange), key=lambda call: call.number) if call.bites]


def test_each_route_meets_the_fault_once(perform: Perform) -> None:
    """The refresh is repeated until no further route meets the fault."""
    journal = perform(steps.DisturbRoutes("refresh", FAILS))

    routes = bitten(journal)
    assert len(routes) == len(set(routes)) > 0
    assert refreshes(journal)[-1] == 200
    assert [(entry.route, entry.missing_bites) for entry in journal.all(FaultSet)] == [("*", 0)]


def test_omitted_routes_are_not_disturbed(perform: Perform) -> None:
    """A fault that acts on no route is recorded as missing."""
    journal = perform(steps.DisturbRoutes("refresh", FAILS, omit=("banking.transactions", "token")))

    assert bitten(journal) == []
    assert [entry.missing_bites for entry in journal.all(FaultSet)] == [1]


def test_one_route_is_disturbed_alone(perform: Perform) -> None:
    """In turn, each route fails during one whole action; the first repetition has no fault."""
    journal = perform(steps.DisturbRoutes("refresh", FAILS, "banking.*", times=0, is_in_turn=True))

    assert set(bitten(journal)) == {"banking.transactions"}
    assert refreshes(journal) == [200, 500]


@pytest.mark.parametrize(
    ("fault", "is_careless", "presses", "is_active"),
    [
        pytest.param(FAILS, False, 2, False, id="the page may state the failure"),
        pytest.param(faults.ResetBefore(stream="downstream"), False, 2, False, id="the response was lost"),
        pytest.param(FAILS, True, 1, True, id="the app counts the end user as disconnected"),
    ],
)
def test_a_disconnect_is_repeated_after_a_redirect_that_did_not_end_the_consent(
    drive: Drive, fault: faults.AnyFault, is_careless: bool, presses: int, is_active: bool
) -> None:
    """The end user tries again, unless the app counts them as disconnected."""
    app = RedirectingFeed(is_careless=is_careless)
    disturbance = steps.DisturbRoutes("revoke", fault, "consents.revoke")
    scenario = Scenario(
        name="x", practices=(), steps=(steps.Authorise(), steps.WaitUntilIdle(), disturbance), probes=()
    ).check()

    journal, crashed = drive(app.settings(), given=app).perform(scenario)

    statuses = [call.status for call in journal.all(HookCall) if call.hook == "revoke"]
    assert (crashed, statuses) == ("", [303] * presses)
    assert journal.all(ConsentState)[-1].is_active is is_active


def test_a_refresh_is_repeated_after_a_redirect_without_a_read(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the failure, a circuit breaker of the app lets one request pass without a call."""
    monkeypatch.setattr(route_faults, "PAUSE_S", 0)
    app = RedirectingFeed(pauses=1)
    disturbance = steps.DisturbRoutes("refresh", FAILS, "banking.transactions")
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), steps.Sync(), disturbance), probes=()).check()

    journal, crashed = drive(app.settings(), given=app).perform(scenario)

    reads = [call.status for call in journal.all(Exchange) if call.route == "banking.transactions"]
    assert (crashed, refreshes(journal), reads) == ("", [303] * 3, [503, 200])


def test_the_hook_of_the_action_is_needed() -> None:
    """A sync needs none: Fiskil starts it."""
    assert steps.DisturbRoutes("revoke", FAILS).needs == ("app.drive.revoke",)
    assert steps.DisturbRoutes("sync", FAILS).needs == ()


def test_impossible_arguments_are_refused() -> None:
    """Routes must exist, and without turns a fault must act once at least."""
    with pytest.raises(UnknownName):
        steps.DisturbRoutes("sync", FAILS, "banking.acounts").check()
    with pytest.raises(UnknownName):
        steps.DisturbRoutes("sync", FAILS, omit=("tokens",)).check()
    with pytest.raises(ConfigError, match=r"times must be 1 or greater, got 0\."):
        steps.DisturbRoutes("sync", FAILS, times=0).check()
