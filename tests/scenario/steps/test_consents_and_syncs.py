"""Steps of syncs, consents and the clock: the next sync shows each change, and the app can be requested to read it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import ConfigError, HookError
from fiskil_harness.journal import EventCreated, Exchange, HookCall, Journal, Rows
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import consents_and_syncs
from tests.apps.feed import Feed, feed_settings
from tests.apps.redirecting_feed import RedirectingFeed
from tests.paths import APPS

Perform = Callable[..., tuple[Journal, str]]


def two_syncs(perform_with_feed: Perform, *between: steps.AnyStep) -> tuple[dict[str, Any], dict[str, Any], Rows]:
    """Return the rows by key before and after *between*, and the second sync."""
    journal, crashed = perform_with_feed(steps.Authorise(), steps.Sync("transactions"), *between, steps.Sync("transactions"))
    assert not crashed
    first, second = journal.all(Rows)
    return {row["key"]: row for row in first.rows}, {row["key"]: row for row in second.rows}, second


def changed_rows(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, set[str]]]:
    """Return the keys of the rows that differ, and the names of the fields."""
    return [
        (key, {name for name in row if row[name] != after[key][name]})
        for key, row in before.items()
        if key in after and row != after[key]
    ]


def test_an_amended_row_has_unique_values(perform_with_feed: Perform) -> None:
    """The new amount and description occur only once, so that a probe can look for them."""
    before, after, _ = two_syncs(perform_with_feed, steps.Change(kind="amend", nth=3))

    ((key, fields),) = changed_rows(before, after)
    assert fields == {"amount", "description"}
    assert [row["amount"] for row in after.values()].count(after[key]["amount"]) == 1
    assert [row["description"] for row in after.values()].count(after[key]["description"]) == 1


def test_an_amendment_is_the_same_for_the_same_seed(perform_with_feed: Perform) -> None:
    """All randomness depends on the seed."""
    runs = [two_syncs(perform_with_feed, steps.Change(kind="amend"))[1] for _ in range(2)]

    assert [row["amount"] for row in runs[0].values()] == [row["amount"] for row in runs[1].values()]


def test_a_posted_row_keeps_its_id(perform_with_feed: Perform) -> None:
    """Its status changes from pending to posted."""
    before, after, _ = two_syncs(perform_with_feed, steps.Change(kind="post"))

    ((key, fields),) = changed_rows(before, after)
    assert (before[key]["status"], after[key]["status"]) == ("PENDING", "POSTED")
    assert "fiskil_id" not in fields


def test_a_removed_row_is_recorded(perform_with_feed: Perform) -> None:
    """The journal contains the id of the removed row."""
    before, after, second = two_syncs(perform_with_feed, steps.Change(kind="remove", nth=4))

    (removed,) = set(before) - set(after)
    assert second.removed_ids == (before[removed]["fiskil_id"],)


def test_a_repeated_row_differs_only_in_its_ids(perform_with_feed: Perform) -> None:
    """All other fields are equal."""
    before, after, _ = two_syncs(perform_with_feed, steps.Change(kind="repeat", nth=5))

    (key,) = set(after) - set(before)
    original = before[key.removesuffix(":again")]
    assert {name for name in original if original[name] != after[key][name]} == {"key", "fiskil_id", "transaction_id"}


def test_a_missing_row_cannot_change(perform_with_feed: Perform) -> None:
    """The scenario stops, and the message contains the number of rows."""
    _, crashed = perform_with_feed(steps.Authorise(), steps.Change(kind="post", nth=99))

    assert crashed.endswith("There is no row 99 to post: the institution has 2 PENDING rows.")


def test_a_sync_of_everything_creates_an_event_for_each_dataset(perform_with_feed: Perform) -> None:
    """The events are in the order in which the syncs complete, with the bank's products and basic transactions."""
    journal, _ = perform_with_feed(steps.Authorise(), steps.Sync())

    assert [event.kind for event in journal.all(EventCreated)] == [
        "consent.received",
        "banking.products.sync.completed",
        "banking.accounts.sync.completed",
        "banking.balances.sync.completed",
        "banking.transactions.basic.sync.completed",
        "banking.transactions.sync.completed",
    ]


def test_an_unknown_dataset_is_refused_before_anything_runs() -> None:
    """The message names the nearest match."""
    with pytest.raises(ConfigError, match="Did you mean 'transactions'"):
        steps.Sync("transaktions").check()


def test_a_sync_needs_a_consent(perform_with_feed: Perform) -> None:
    """Without one, the message states what is missing."""
    _, crashed = perform_with_feed(steps.Sync())

    assert crashed.endswith("The end user has no consent yet. Put the step authorise before this one.")


def test_a_refresh_is_measured(perform_with_feed: Perform) -> None:
    """The journal contains the response and its duration."""
    journal, _ = perform_with_feed(steps.Authorise(), steps.Sync(), steps.Refresh())

    (refresh,) = [hook_call for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"]
    assert refresh.status == 200
    assert refresh.took_s > 0


def test_a_failed_refresh_is_a_response(perform_with_feed: Perform) -> None:
    """An error of the app during a fault is an observation, not the end of the scenario."""
    journal, crashed = perform_with_feed(
        steps.Authorise(), steps.InjectFault("banking.transactions", faults.Status(status=500)), steps.Refresh()
    )

    assert not crashed
    assert [hook_call.status for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"] == [500]


def test_a_refresh_is_repeated_until_the_circuit_closes(drive: Callable[..., Driver]) -> None:
    """After an outage, an app may refuse refreshes without an API call; only its last response counts."""
    feed = Feed()
    is_open = [False, True, False]

    def refresh(values: dict[str, str]) -> object:
        if is_open.pop(0):
            raise HookError("the circuit is open")
        return Feed.refresh(feed, values)

    feed.refresh = refresh  # type: ignore[method-assign]
    driver = drive(feed_settings(request_deadline_s=30), given=feed)
    outage = steps.InjectFault("token", faults.Status(status=503))
    sequence = (
        steps.Authorise(),
        steps.Sync(),
        steps.ExpireTokens(),
        outage,
        steps.Refresh(),
        steps.LiftFaults(),
        steps.Refresh(),
    )

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert [hook_call.status for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"] == [500, 200]
    assert not is_open


def test_a_refresh_that_fails_for_long_after_an_outage_is_recorded(
    drive: Callable[..., Driver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API has recovered, and no API call fails. Until a refresh succeeds, none is repeated, and then not so long."""
    monkeypatch.setattr(consents_and_syncs, "LONGEST_RECOVERY_S", 0.0)
    monkeypatch.setattr(consents_and_syncs, "BETWEEN_TRIES_S", 0.0)
    feed = Feed()
    is_broken = [False, True, True, False, False, True, True, False]

    def refresh(values: dict[str, str]) -> object:
        if is_broken.pop(0):
            raise HookError("the lock is taken")
        return Feed.refresh(feed, values)

    feed.refresh = refresh  # type: ignore[method-assign]
    driver = drive(feed_settings(request_deadline_s=30), given=feed)
    outage = steps.InjectFault("token", faults.Status(status=503))
    sequence = (
        *(steps.Authorise(), steps.Sync(), steps.ExpireTokens(), outage),
        *(steps.Refresh(), steps.LiftFaults(), steps.Refresh(), steps.Refresh(), steps.Refresh()),
        *(steps.ExpireTokens(), outage, steps.Refresh(), steps.LiftFaults(), steps.Refresh()),
    )

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    refreshes = [hook_call for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"]
    outcomes = [(refresh.status, refresh.had_recovery_time) for refresh in refreshes]
    assert outcomes == [(500, False), (500, True), (500, False), (200, False), (500, False), (200, False)]
    assert not is_broken


@pytest.mark.parametrize(
    ("undisturbed", "had_recovery_time"),
    [
        ([], True),
        ([500], True),
        ([500, 500], False),
        ([500, 500, 200], True),
        ([500, 200, 500], True),
        (["outage", "outage"], True),
    ],
)
def test_a_hook_that_fails_without_a_disturbance_is_not_repeated(
    drive: Callable[..., Driver], monkeypatch: pytest.MonkeyPatch, undisturbed: list[object], *, had_recovery_time: bool
) -> None:
    """It is broken, so it shows nothing about a recovery. Two failures in a row show that, unless an outage caused them."""
    monkeypatch.setattr(consents_and_syncs, "LONGEST_RECOVERY_S", 0.0)
    feed = Feed()
    planned = [*undisturbed, "outage", 500]

    def refresh(values: dict[str, str]) -> object:
        if planned.pop(0) == 500:
            raise HookError("the lock is taken")
        return Feed.refresh(feed, values)

    feed.refresh = refresh  # type: ignore[method-assign]
    driver = drive(feed_settings(request_deadline_s=30), given=feed)
    outage = steps.InjectFault("banking.transactions", faults.Status(status=500))
    played: list[Any] = [steps.Authorise(), steps.Sync()]
    for outcome in [*undisturbed, "outage"]:
        played += [steps.Refresh()] if outcome in {200, 500} else [outage, steps.Refresh(), steps.LiftFaults()]
    played.append(steps.Refresh())

    journal, _ = driver.perform(Scenario(name="x", practices=(), steps=tuple(played), probes=()))

    last = [hook_call for hook_call in journal.all(HookCall) if hook_call.hook == "refresh"][-1]
    assert (last.status, last.had_recovery_time) == (500, had_recovery_time)


REFUSED_BY_FAULT = (
    *(steps.ExpireTokens(), steps.InjectFault("token", faults.KeyRefused(status=403), times=0)),
    *(steps.Refresh(), steps.LiftFaults(), steps.Restart(), steps.Refresh()),
)
REVOKED = (steps.RevokeKey(), steps.Refresh(), steps.AcceptKey(), steps.Restart(), steps.Refresh())


@pytest.mark.slow
@pytest.mark.parametrize("refusing", [REFUSED_BY_FAULT, REVOKED], ids=["fault", "revoked"])
@pytest.mark.parametrize("status", [403, 503])
@pytest.mark.parametrize(
    ("refusals", "verdict", "statuses", "had_recovery_time"),
    [
        (2, Verdict.PASS, ["failed", "succeeded"], False),
        (1_000_000, Verdict.FAIL, ["failed", "failed"], True),
    ],
    ids=["circuit breaker", "never recovers"],
)
def test_a_circuit_breaker_that_outlasts_a_restart_is_waited_for(
    drive: Callable[..., Driver],
    monkeypatch: pytest.MonkeyPatch,
    refusing: tuple[steps.AnyStep, ...],
    status: int,
    refusals: int,
    verdict: Verdict,
    statuses: list[str],
    had_recovery_time: bool,
) -> None:
    """The app keeps the circuit breaker in a file, and refuses a few refreshes after its key pair is accepted again."""
    monkeypatch.setattr(consents_and_syncs, "BETWEEN_TRIES_S", 0.01)
    monkeypatch.setattr(consents_and_syncs, "LONGEST_RECOVERY_S", 1.0 if had_recovery_time else 600.0)
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), *refusing), probes=()).check()

    journal, crashed = drive(guarded_settings(refusals, status)).perform(scenario)

    refreshes = [hook_call for hook_call in journal.all(HookCall) if hook_call.is_refresh]
    assert not crashed
    assert ["succeeded" if refresh.has_succeeded else "failed" for refresh in refreshes] == statuses
    assert [refresh.had_recovery_time for refresh in refreshes] == [False, had_recovery_time]
    assert probes.StopsOnBadCredentials().examine(journal).verdict is verdict


def guarded_settings(refusals: int, status: int) -> Settings:
    """Return the settings of ``tests/apps/guarded_feed.py``."""
    pair = {"CLIENT_ID": "{client_id}", "CLIENT_SECRET": "{client_secret}"}
    connect = "POST /connect?email={end_user_email}&url={public_url}"
    app = {
        "command": f"{{python}} guarded_feed.py {{port}} {{workdir}} {refusals} {status}",
        "ready": "GET /",
        "env": {"API_URL": "{api_url}", **pair},
        "observe": {"effects": "GET /effects"},
        "drive": {
            "start_session": {"request": connect, "session": "$.auth_url"},
            "refresh": {"request": "POST /refresh"},
        },
    }
    return parse({"app": app}, folder=APPS)


def test_a_client_error_without_a_refused_key_is_not_repeated(drive: Callable[..., Driver]) -> None:
    """After another fault, such a status may be the app's final decision."""
    sequence = (
        *(steps.Authorise(), steps.InjectFault("banking.transactions", faults.Status(status=401)), steps.Refresh()),
        *(steps.LiftFaults(), steps.Refresh()),
    )
    scenario = Scenario(name="x", practices=(), steps=sequence, probes=()).check()

    journal, _ = drive(guarded_settings(1, 409)).perform(scenario)

    assert [hook_call.status for hook_call in journal.all(HookCall) if hook_call.is_refresh] == [502, 409]


def test_a_revocation_creates_an_event(perform_with_feed: Perform) -> None:
    """The end of the consent is an event."""
    journal, _ = perform_with_feed(steps.Authorise(), steps.Revoke())

    assert [event.kind for event in journal.all(EventCreated)] == ["consent.received", "consent.revoked"]


def test_each_confirmation_is_an_event(perform_with_feed: Perform) -> None:
    """Three confirmations create three events, each a second later."""
    journal, _ = perform_with_feed(steps.Authorise(), steps.TouchConsent(times=3))

    times = [event.publish_time for event in journal.all(EventCreated) if event.kind == "consent.updated"]
    assert len(set(times)) == 3


def test_time_ends_a_consent(perform_with_feed: Perform) -> None:
    """After ninety-one days the consent has ended, and an event was created."""
    journal, _ = perform_with_feed(steps.Authorise(), steps.Advance(days=91))

    assert [event.kind for event in journal.all(EventCreated)][-1] == "consent.revoked"


@pytest.mark.parametrize(
    ("authorise", "dataset"),
    [(steps.Authorise(), "accounts"), (steps.Authorise(institution_id="99999"), "energy_accounts")],
    ids=["bank", "energy"],
)
def test_recorded_rows_are_those_of_a_stored_journal(
    perform_with_feed: Perform, authorise: steps.Authorise, dataset: str
) -> None:
    """A list in a row is a list in both, so that the probes find the same values."""
    journal, _ = perform_with_feed(authorise, steps.Sync())

    recorded = journal.all(Rows)
    stored = msgspec.json.decode(msgspec.json.encode(recorded), type=list[Rows])
    assert dataset in {rows.dataset for rows in recorded if rows.rows}
    is_equal = repr(stored) == repr(recorded)  # pytest would compare the long texts for minutes
    assert is_equal


def test_a_household_has_no_transactions_to_change(perform_with_feed: Perform) -> None:
    """The message states why no transaction can be changed."""
    _, crashed = perform_with_feed(steps.Authorise(institution_id="99999"), steps.Change(kind="amend"))

    assert crashed.endswith("an energy retailer, which has no transactions. Use a consent with a bank.")


def test_a_deleted_end_user_takes_no_further_steps(perform_with_feed: Perform) -> None:
    """Their consent ends with an event, and later steps about them fail."""
    journal, crashed = perform_with_feed(steps.Authorise(), steps.DeleteEndUser(), steps.DeleteEndUser())

    assert [event.kind for event in journal.all(EventCreated)] == ["consent.received", "consent.revoked"]
    assert crashed.endswith("The end user was deleted by an earlier step. Move this step before it.")


def test_a_redirect_of_an_open_circuit_breaker_is_repeated(
    drive: Callable[..., Driver], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a fault, a redirect without an API call leaves the consent active, so the end user tries again."""
    monkeypatch.setattr(consents_and_syncs, "BETWEEN_TRIES_S", 0)
    app = RedirectingFeed(pauses=2)
    fails = steps.InjectFault("consents.revoke", faults.Status(status=503), times=1)
    sequence = (steps.Authorise(), fails, steps.Disconnect(), steps.LiftFaults(), steps.Disconnect())
    scenario = Scenario(name="x", practices=(), steps=sequence, probes=()).check()

    _, crashed = drive(app.settings(), given=app).perform(scenario)

    assert (crashed, app.pauses, app.is_connected) == ("", 0, False)


def test_a_refresh_that_redirects_is_waited_for_if_nothing_was_read(drive: Callable[..., Driver]) -> None:
    """A worker of the app reads after the redirect: here when the effects are queried."""
    feed, queue = RedirectingFeed(), list[str]()
    act = feed.act

    def effects(_values: dict[str, str]) -> dict[str, Any]:
        is_busy = bool(queue)
        while queue:
            act(queue.pop())
        return {"state": {"is_connected": True}, "pending": int(is_busy)}

    feed.act, feed.effects = queue.append, effects  # type: ignore[method-assign]
    driver = drive(feed.settings(), given=feed)
    sequence = (steps.Authorise(), steps.Sync(), steps.Refresh())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    [refresh] = [hook_call for hook_call in journal.all(HookCall) if hook_call.is_refresh]
    [read] = [call for call in journal.all(Exchange) if call.route == "banking.transactions"]
    assert not crashed
    assert (refresh.status, read.step) == (303, refresh.step)
    assert refresh.at_s < read.at_s
