"""Steps that change what is shared, lose what is told of it, and hold the app in the middle of a call."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import HarnessError
from fiskil_harness.journal import ConsentState, CutShort, Delivery, EventCreated, Exchange, Journal, Rows
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import faults_and_tokens
from tests.apps.feed import Feed, Values, feed_settings

Perform = Callable[..., tuple[Journal, str]]


class LaterFeed(Feed):
    """A feed that says yes first and reads then."""

    reading: threading.Thread | None = None

    def refresh(self, values: Values) -> dict[str, int]:
        """Begin, and answer."""
        self.reading = threading.Thread(target=super().refresh, args=(values,), daemon=True)
        self.reading.start()
        return {}

    def effects(self, values: Values) -> dict[str, Any]:
        """What it holds, and whether it reads."""
        return {**super().effects(values), "pending": int(self.reading is not None and self.reading.is_alive())}


@pytest.fixture
def perform(drive: Callable[..., Driver]) -> Perform:
    """Perform steps between a local Fiskil and the feed; the journal, and what went wrong."""
    driver = drive(feed_settings(request_deadline_s=5), given=LaterFeed())

    def run(*given: steps.AnyStep) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=given, probes=()).check())

    return run


def kinds(journal: Journal) -> list[str]:
    return [event.kind for event in journal.all(EventCreated)]


def latest(journal: Journal, dataset: str) -> Rows:
    return [rows for rows in journal.all(Rows) if rows.dataset == dataset][-1]


def keys(rows: Rows) -> list[str]:
    return [row["key"] for row in rows.rows]


def test_a_consent_covers_less_from_now_on(perform: Perform) -> None:
    """It is told, keeps its id, and what left it is served and synced no longer. Source: auth-session.renewal"""
    journal, crashed = perform(
        steps.Authorise(), steps.Sync(), steps.Amend(accounts=("everyday",), datasets=("accounts",)), steps.Sync()
    )

    first, then = journal.all(ConsentState)
    assert (crashed, kinds(journal)[4:]) == ("", ["consent.updated", "banking.accounts.sync.completed"])
    assert (keys(latest(journal, "accounts")), len(latest(journal, "accounts").removed_ids)) == (["everyday"], 1)
    assert (first.permissions, then.permissions) == (("accounts", "balances", "transactions"), ("accounts",))
    assert (len(first.accounts), len(then.accounts), first.consent_id) == (2, 1, then.consent_id)


def test_a_consent_covers_more_from_now_on(perform: Perform) -> None:
    """The account that joined comes with the next sync."""
    journal, crashed = perform(
        steps.Authorise(accounts=("everyday",)),
        steps.Sync("accounts"),
        steps.Amend(accounts=("everyday", "savings")),
        steps.Sync("accounts"),
    )

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["everyday", "savings"])


def test_a_consent_that_is_over_cannot_be_amended(perform: Perform) -> None:
    """What went wrong is said in words."""
    _, crashed = perform(steps.Authorise(), steps.Revoke(), steps.Amend(datasets=("accounts",)))

    assert "The consent has ended, so it cannot be changed." in crashed


def test_another_bank_has_other_rows(perform: Perform) -> None:
    """Both are served together, and each consent is seen with its institution."""
    journal, crashed = perform(steps.AuthoriseElsewhere(), steps.Sync("accounts"), steps.Authorise(), steps.Sync("accounts"))

    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["daily", "card", "everyday", "savings"])
    assert [consent.institution_id for consent in journal.all(ConsentState)] == ["40", "88888"]


def test_rows_of_two_consents_at_one_bank_are_written_down_once(perform: Perform) -> None:
    """Under the newer one, as the API serves them; of a consent that is over none is. Source: data.shared-twice"""
    journal, crashed = perform(
        steps.Authorise(), steps.Sync("accounts"), steps.Authorise(), steps.Sync("accounts"), steps.Revoke()
    )

    first, second, *_ = dict.fromkeys(consent.consent_id for consent in journal.all(ConsentState))
    assert (crashed, keys(latest(journal, "accounts"))) == ("", ["everyday", "savings"])
    assert {row["arrangement_id"] for row in latest(journal, "accounts").rows} == {second}
    assert [(consent.consent_id, consent.is_active) for consent in journal.all(ConsentState)][-1] == (second, False)
    assert first != second


def test_everything_due_gets_lost(perform: Perform) -> None:
    """What happens later is told again."""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("accounts"),
        steps.DropAll(),
        steps.Deliver(attempts=5),
        steps.TouchConsent(),
        steps.Deliver(),
    )

    assert (crashed, [delivery.event for delivery in journal.all(Delivery)]) == ("", ["e2"])


def test_what_comes_next_happens_during_a_call(perform: Perform) -> None:
    """The app has asked, the API has answered, and the answer is still on its way."""
    journal, crashed = perform(
        steps.Authorise(),
        steps.Sync("transactions"),
        steps.InjectFault("banking.transactions", faults.Latency(latency_ms=4000)),
        steps.Refresh(),
        steps.WaitForCall("banking.transactions"),
        steps.Revoke(),
        steps.WaitUntilIdle(),
    )

    call = next(call for call in journal.all(Exchange) if call.route == "banking.transactions")
    ended = journal.all(ConsentState)[-1]
    assert (crashed, ended.is_active, call.status) == ("", False, 200)
    assert call.at_s < ended.at_s < call.ended_s
    assert b"fiskil_id" in call.response_body


def test_a_call_that_never_comes_is_written_down(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing happened during it."""
    monkeypatch.setattr(faults_and_tokens, "LONGEST_WAIT_S", 0.05)

    journal, crashed = perform(steps.Authorise(), steps.WaitForCall("banking.transactions"))

    (cut,) = journal.all(CutShort)
    assert (crashed, cut.what) == (
        "",
        "no answer on 'banking.transactions' was held back, so nothing happened during a call",
    )


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        (steps.Amend(), r"Amend: say which accounts or which datasets"),
        (steps.Amend(datasets=("account",)), r"No dataset 'account'\. Did you mean 'accounts'\?"),
        (steps.AuthoriseElsewhere(institution_id="88888"), r"No other institution '88888'"),
        (steps.AuthoriseElsewhere(end_user="benn"), r"Did you mean 'ben'\?"),
        (steps.WaitForCall("banking.transaction"), r"Did you mean 'banking.transactions'\?"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(step: Any, complaint: str) -> None:
    """The nearest match is named."""
    with pytest.raises(HarnessError, match=complaint):
        step.check()


def test_an_account_that_nobody_has_is_told(perform: Perform) -> None:
    """The person's own accounts are named."""
    _, crashed = perform(steps.Authorise(), steps.Amend(accounts=("everydays",)))

    assert "No account 'everydays' in the file of rosa. Did you mean 'everyday'?" in crashed
