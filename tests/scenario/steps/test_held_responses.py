"""A consent ends, or events arrive, while the app waits for the API at the request of the end user."""

from collections.abc import Callable

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import (
    ConsentState,
    Delivery,
    Exchange,
    FaultSet,
    HookCall,
    Journal,
    ProcessChanged,
    Rows,
    StepIncomplete,
)
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Perform = Callable[..., tuple[Journal, str]]


def test_the_consent_ends_between_a_response_and_its_arrival(perform_with_feed: Perform) -> None:
    """The event arrives too, before the app gets the rows that it requested before the end."""
    journal, crashed = perform_with_feed(
        steps.Connect(),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=1500)),
        steps.RevokeDuringRefresh(),
    )

    ended = next(state for state in journal.all(ConsentState) if not state.is_active)
    event = journal.all(Delivery)[-1]
    [refresh] = [hook_call for hook_call in journal.all(HookCall) if hook_call.is_refresh]
    read = next(call for call in journal.all(Exchange) if call.route == "banking.transactions" and call.bites)
    assert not crashed
    assert refresh.at_s - refresh.took_s < ended.at_s < event.at_s < refresh.at_s
    assert (read.status, ended.at_s < read.ended_s) == (200, True)
    assert not journal.all(StepIncomplete)


def test_without_a_response_that_is_held_back_nothing_is_revoked(perform_with_feed: Perform) -> None:
    """The scenario is then incomplete, because the refresh was over."""
    journal, _ = perform_with_feed(steps.Connect(), steps.RevokeDuringRefresh())

    [incomplete] = journal.all(StepIncomplete)
    assert incomplete.reason == "no response on 'banking.transactions' was held back during app.drive.refresh"
    assert all(state.is_active for state in journal.all(ConsentState))


def test_the_consent_ends_while_the_app_reads_its_details(drive: Callable[..., Driver]) -> None:
    """The app gets the event of the end before the response that still lists the consent as active."""
    driver = drive(gallery.settings(gallery.app("reference_app")))
    sequence = (steps.Connect(), steps.WaitUntilIdle(), steps.TouchConsent(), steps.RevokeDuringCall())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    ended = next(state for state in journal.all(ConsentState) if not state.is_active)
    held = next(call for call in journal.all(Exchange) if call.route == "consents.list" and call.bites)
    assert not crashed
    assert held.at_s < ended.at_s < journal.all(Delivery)[-1].at_s < held.ended_s


def test_an_app_that_reads_no_details_gets_the_end_all_the_same(perform_with_feed: Perform) -> None:
    """Nothing is incomplete, and no fault is reported as unused: the app has no older details that it could save."""
    journal, crashed = perform_with_feed(steps.Connect(), steps.TouchConsent(), steps.RevokeDuringCall())

    assert not crashed
    assert not all(state.is_active for state in journal.all(ConsentState))
    assert not journal.all(StepIncomplete)
    assert not any(fault.missing_bites for fault in journal.all(FaultSet))


def test_the_app_is_killed_while_it_works_on_a_message(drive: Callable[..., Driver]) -> None:
    """The app acknowledges all messages, and the kill interrupts the call that it makes because of them."""
    driver = drive(gallery.settings(gallery.app("reference_app")))
    sequence = (steps.Connect(), steps.WaitUntilIdle(), steps.Sync(), steps.RestartDuringCall(latency_ms=20_000))

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    killed = next(change for change in journal.all(ProcessChanged) if change.change == "kill")
    held = next(call for call in journal.all(Exchange) if call.bites)
    assert not crashed
    assert all(delivery.is_acknowledged for delivery in journal.all(Delivery))
    assert journal.all(Delivery)[-1].at_s < killed.at_s
    assert held.at_s < killed.at_s < held.at_s + 20
    assert (held.end_user_id != "", held.is_cut) == (True, True), "it shows nothing about a fault"
    assert not journal.all(FaultSet), "an app that stays down could blame the fault"


@pytest.mark.parametrize(
    ("route", "step"),
    [("banking.transactions", steps.DeliverDuringRefresh()), ("auth_session", steps.DeliverDuringConnect())],
)
def test_events_arrive_while_a_response_is_held_back(perform_with_feed: Perform, route: str, step: steps.AnyStep) -> None:
    """The delivery begins after the API has responded, and before the app gets that response."""
    journal, crashed = perform_with_feed(
        steps.Connect(),
        steps.TouchConsent(),
        steps.InjectFault(route, faults.Latency(latency_ms=1500)),
        step,
    )

    event = journal.all(Delivery)[-1]
    held = next(call for call in journal.all(Exchange) if call.route == route and call.bites)
    assert not crashed
    assert held.at_s < event.at_s < held.ended_s
    assert not journal.all(StepIncomplete)


@pytest.mark.parametrize("step", [steps.AmendDuringCall(), steps.AmendAndRefreshDuringCall()])
def test_a_row_changes_while_its_old_value_is_on_its_way(drive: Callable[..., Driver], step: steps.AnyStep) -> None:
    """The app is notified of the change, or refreshes, before it gets the response that the API gave earlier."""
    late = steps.InjectFault("banking.transactions", faults.Latency(latency_ms=1500))
    sequence = (steps.Connect(), steps.WaitUntilIdle(), late, steps.Sync("transactions"), steps.Deliver())
    driver = drive(gallery.settings(gallery.app("reference_app")))

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(*sequence, step), probes=()))

    old, new = [rows for rows in journal.all(Rows) if rows.dataset == "transactions"][-2:]
    held = next(call for call in journal.all(Exchange) if call.route == "banking.transactions" and call.bites)
    assert not crashed
    told_s = max(entry.at_s for entry in (*journal.all(Delivery), *journal.all(HookCall)) if entry.at_s < held.ended_s)
    assert held.at_s < new.at_s < told_s
    assert len([row for row in new.rows if row not in old.rows]) == 1
    assert not journal.all(StepIncomplete)


def test_the_event_arrives_too_if_a_refresh_begins_no_reading(drive: Callable[..., Driver]) -> None:
    """The app may let a refresh wait for the reading in progress, so it learns of the new value from the event."""
    feed = Feed()
    feed.refresh = lambda _values: None  # type: ignore[method-assign]
    driver = drive(feed_settings(), given=feed)
    late = steps.InjectFault("banking.transactions", faults.Latency(latency_ms=1500))
    sequence = (steps.Connect(), late, steps.Sync("transactions"), steps.Deliver(), steps.AmendAndRefreshDuringCall())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    [refresh] = [hook_call for hook_call in journal.all(HookCall) if hook_call.is_refresh]
    assert not crashed
    assert journal.all(Delivery)[-1].at_s > refresh.at_s


def test_an_unknown_route_is_refused() -> None:
    """The message names the nearest match."""
    with pytest.raises(UnknownName, match=r"banking\.transactions"):
        steps.RevokeDuringRefresh(route="banking.transaction").check()
