"""Steps that change the shared data, lose events, and act during an API call of the app."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import ConsentState, Delivery, EventCreated, Exchange, Journal, Rows, StepIncomplete
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import faults_and_tokens
from tests.apps.feed import Feed, Values, feed_settings

Perform = Callable[..., tuple[Journal, str]]


class LaterFeed(Feed):
    """A feed that responds to a refresh at once and reads afterwards."""

    reading: threading.Thread | None = None

    def refresh(self, values: Values) -> dict[str, int]:
        """Start to read, and respond."""
        self.reading = threading.Thread(target=super().refresh, args=(values,), daemon=True)
        self.reading.start()
        return {}

    def effects(self, values: Values) -> dict[str, Any]:
        """Return the rows, and whether the feed is still reading."""
        return {**super().effects(values), "pending": int(self.reading is not None and self.reading.is_alive())}


@pytest.fixture
def perform(drive: Callable[..., Driver]) -> Perform:
    """Perform steps between a local Fiskil and the feed; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=LaterFeed())

    def run(*sequence: steps.AnyStep) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()).check())

    return run


def kinds(journal: Journal) -> list[str]:
    return [event.kind for event in journal.all(EventCreated)]


def latest(journal: Journal, dataset: str) -> Rows:
    return [rows for rows in journal.all(Rows) if rows.dataset == dataset][-1]


def keys(rows: Rows) -> list[str]:
    return [row["key"] for row in rows.rows]


def test_an_amended_consent_covers_less(perform: Perform) -> None:
    """The change is an event, the id stays, and removed data is not served or synced. Source: auth-session.renewal"""
    journal, crashed = perform(
        steps.Authorise(), steps.Sync(), steps.Amend(accounts=("everyday",), datasets=("accounts",)), steps.Sync()
    )

    first, then = journal.all(ConsentState)
    assert (crashed, kinds(journal)[6:]) == ("", ["consent.updated", "banking.accounts.sync.completed"])
    assert (keys(latest(journal, "accounts")), len(latest(journal, "accounts").removed_ids)) == (["everyday"], 1)
    assert (first.permissions, then.permissions) == (("accounts", "balances", "transactions"), ("accounts",))
    assert (len(first.accounts), len(then.accounts), first.consent_id) == (2, 1, then.consent_id)


def test_an_amended_consent_covers_more(perform: Perform) -> None:
    """The added account comes with the next sync."""
    journal, crashed = perform(
        steps.Authorise(accounts=("everyday",)),
        steps.Sync("accounts"),
        steps.Amend(accounts=("everyday", "savings")),
        steps.Sync("accounts"),
    )

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["everyday", "savings"])


def test_an_ended_consent_cannot_be_amended(perform: Perform) -> None:
    """The message states the reason."""
    _, crashed = perform(steps.Authorise(), steps.Revoke(), steps.Amend(datasets=("accounts",)))

    assert "The consent has ended, so it cannot be changed." in crashed


def test_another_institution_has_other_rows(perform: Perform) -> None:
    """The API serves both, and each consent is recorded with its institution."""
    journal, crashed = perform(steps.AuthoriseElsewhere(), steps.Sync("accounts"), steps.Authorise(), steps.Sync("accounts"))

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["daily", "card", "everyday", "savings"])
    assert [consent.institution_id for consent in journal.all(ConsentState)] == ["40", "88888"]


def test_rows_of_two_consents_at_one_institution_are_recorded_once(perform: Perform) -> None:
    """They are recorded under the newer consent, as the API serves them.

    An ended consent has no rows. Source: data.shared-twice
    """
    journal, crashed = perform(
        steps.Authorise(), steps.Sync("accounts"), steps.Authorise(), steps.Sync("accounts"), steps.Revoke()
    )

    first, second, *_ = dict.fromkeys(consent.consent_id for consent in journal.all(ConsentState))
    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["everyday", "savings"])
    assert {row["arrangement_id"] for row in latest(journal, "accounts").rows} == {second}
    assert [(consent.consent_id, consent.is_active) for consent in journal.all(ConsentState)][-1] == (second, False)
    assert first != second


def test_all_due_events_are_lost(perform: Perform) -> None:
    """Later events are delivered again."""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("accounts"),
        steps.DropAll(),
        steps.Deliver(attempts=5),
        steps.TouchConsent(),
        steps.Deliver(),
    )

    assert (crashed, [delivery.event for delivery in journal.all(Delivery)]) == ("", ["e2"])


@pytest.mark.parametrize("route", ["banking.transactions", "banking.*"])
def test_the_next_steps_happen_during_a_call(perform: Perform, route: str) -> None:
    """The API has responded, and the response has not reached the app yet."""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("transactions"),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=4000)),
        steps.Refresh(),
        steps.WaitForCall(route),
        steps.Revoke(),
        steps.WaitUntilIdle(),
    )

    call = next(call for call in journal.all(Exchange) if call.route == "banking.transactions")
    ended = journal.all(ConsentState)[-1]
    assert (crashed, ended.is_active, call.status) == ("", False, 200)
    assert call.at_s < ended.at_s < call.ended_s
    assert b"fiskil_id" in call.response_body


def test_a_missing_call_is_recorded(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no step happened during a call."""
    monkeypatch.setattr(faults_and_tokens, "LONGEST_WAIT_S", 0.05)

    journal, crashed = perform(steps.Authorise(), steps.WaitForCall("banking.transactions"))

    (cut_short,) = journal.all(StepIncomplete)
    assert (crashed, cut_short.reason) == (
        "",
        "no response on 'banking.transactions' was held back, so nothing happened during a call",
    )


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (steps.Amend(), r"Amend: accounts and datasets are both empty"),
        (steps.Amend(datasets=("account",)), r"No dataset 'account'\. Did you mean 'accounts'\?"),
        (steps.AuthoriseElsewhere(institution_id="88888"), r"No other institution '88888'"),
        (steps.AuthoriseElsewhere(end_user="benn"), r"Did you mean 'ben'\?"),
        (steps.WaitForCall("banking.transaction"), r"Did you mean 'banking.transactions'\?"),
    ],
)
def test_invalid_arguments_are_refused_before_anything_runs(step: Any, message: str) -> None:
    """The message names the nearest match."""
    with pytest.raises(HarnessError, match=message):
        step.check()


def test_an_unknown_account_is_named(perform: Perform) -> None:
    """The message names the person's own accounts."""
    _, crashed = perform(steps.Authorise(), steps.Amend(accounts=("everydays",)))

    assert "No account 'everydays' in the file of rosa. Did you mean 'everyday'?" in crashed
