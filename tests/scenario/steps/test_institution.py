"""Steps at the institution: each changes accounts, sharing or syncs, and is refused if its arguments are invalid."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import EventCreated, Journal, Rows
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Perform = Callable[..., tuple[Journal, str]]


@pytest.fixture
def perform(drive: Callable[..., Driver]) -> Perform:
    """Perform steps between a local Fiskil and the feed; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())

    def run(*sequence: steps.AnyStep, end_user: str = "rosa") -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=(), end_user=end_user))

    return run


def kinds(journal: Journal) -> list[str]:
    return [event.kind for event in journal.all(EventCreated)]


def latest(journal: Journal, dataset: str) -> Rows:
    return [rows for rows in journal.all(Rows) if rows.dataset == dataset][-1]


def keys(rows: Rows) -> list[str]:
    return [row["key"] for row in rows.rows]


@pytest.mark.parametrize("by", ["end_user", "institution"])
def test_a_revocation_creates_an_event(perform: Perform, by: Any) -> None:
    """It does not matter who revokes. Source: consents.every-ending-reported"""
    journal, crashed = perform(steps.Authorise(), steps.Revoke(by=by))

    assert (crashed, kinds(journal)) == ("", ["consent.received", "consent.revoked"])


def test_the_last_closed_account_ends_the_consent(perform: Perform) -> None:
    """The next sync shows a closed account. Source: accounts.closed, consents.accounts-closed"""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("accounts"),
        steps.CloseAccount("savings"),
        steps.Sync("accounts"),
        steps.CloseAccount("everyday"),
    )

    assert (crashed, kinds(journal)[-1]) == ("", "consent.revoked")
    assert [row["open_status"] for row in latest(journal, "accounts").rows] == ["OPEN", "CLOSED"]


def test_an_account_is_opened(perform: Perform) -> None:
    """The next journey offers it. Source: accounts.opened-later"""
    journal, crashed = perform(
        steps.Authorise(twin="a"),
        steps.CloseAccount("savings", twin="a"),
        steps.OpenAccount("savings", twin="a"),
        steps.Authorise(),
        steps.Sync("accounts"),
    )

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["everyday", "savings"])


def test_a_joint_holder_withdraws_and_approves_again(perform: Perform) -> None:
    """The account is recorded as removed, and returns. Source: consents.joint-approval"""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("accounts"),
        steps.WithdrawSharing("household"),
        steps.Sync("accounts"),
        steps.ApproveSharing("household"),
        steps.Sync("accounts"),
        end_user="hana",
    )

    first, second, third = journal.all(Rows)
    assert (crashed, kinds(journal).count("consent.revoked")) == ("", 0)
    every, without = ["hana", "household", "loan"], ["hana", "loan"]
    assert [keys(rows) for rows in (first, second, third)] == [every, without, every]
    assert second.removed_ids == (first.rows[1]["fiskil_id"],)


def test_fewer_accounts_are_shared(perform: Perform) -> None:
    """The end user chooses accounts, on the page or without it. Source: journey.stages"""
    journal, crashed = perform(steps.Authorise(accounts=("savings",)), steps.Sync("accounts"))

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["savings"])


def test_an_outage_delays_syncs(perform: Perform) -> None:
    """There are no events during it, and all of them afterwards. Source: sync.outage"""
    journal, crashed = perform(
        steps.Authorise(), steps.BeginOutage(), steps.Advance(minutes=30), steps.EndOutage(), steps.Advance(minutes=1)
    )

    events = journal.all(EventCreated)
    assert (crashed, len(events)) == ("", 6)
    assert events[1].publish_time > events[0].publish_time


def test_a_sync_during_an_outage_fails(perform: Perform) -> None:
    """The message names the step and the remedy. Source: sync.outage"""
    _, crashed = perform(steps.Authorise(), steps.BeginOutage(), steps.Sync("accounts"))

    assert crashed.startswith("step 3 (sync (dataset accounts)) could not be done: No sync completes while")


def test_a_sync_fails(perform: Perform) -> None:
    """An event reports it, and no rows are recorded. Source: sync.failed"""
    journal, crashed = perform(steps.Authorise(), steps.FailSync("transactions"))

    assert (crashed, kinds(journal)[-1], journal.all(Rows)) == ("", "banking.transactions.sync.failed", [])


def test_consents_are_limited(perform: Perform) -> None:
    """The consent has ended a day later. Source: consents.period"""
    journal, crashed = perform(steps.LimitConsents(days=1), steps.Authorise(), steps.Advance(days=1))

    assert (crashed, kinds(journal)[-1]) == ("", "consent.revoked")


def test_a_day_records_rows_again(perform: Perform) -> None:
    """Only datasets that were recorded before are, with the rows of that day. Source: sync.recurrence"""
    journal, crashed = perform(
        steps.Authorise(), steps.Sync("transactions"), steps.Change(kind="amend", nth=3), steps.Advance(days=1)
    )

    first, second = journal.all(Rows)
    assert (crashed, first.dataset, second.dataset) == ("", "transactions", "transactions")
    assert first.rows != second.rows


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (steps.BeginOutage(institution_id="8888"), r"No institution '8888'\. Did you mean '88888'\?"),
        (steps.EndOutage(institution_id="8888"), r"No institution '8888'\. Did you mean '88888'\?"),
        (steps.FailSync("transaction"), r"No dataset 'transaction'\. Did you mean 'transactions'\?"),
        (steps.LimitConsents(days=366), r"A consent lasts from 1 to 365 days, or 0 for a one-off one; got 366 days\."),
    ],
)
def test_invalid_arguments_are_refused_before_anything_runs(step: steps.AnyStep, words: str) -> None:
    """Each message names the allowed values."""
    with pytest.raises(HarnessError, match=words):
        step.check()


@pytest.mark.parametrize("step", [steps.CloseAccount("saving"), steps.Authorise(accounts=("saving",))])
def test_an_unknown_account_stops_the_scenario(perform: Perform, step: steps.AnyStep) -> None:
    """The message names the step and the account."""
    _, crashed = perform(step)

    assert "saving" in crashed
    assert "step 1" in crashed
