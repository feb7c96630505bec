"""drops_revoked_rows: when a consent is revoked, its data is deleted."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import DropsRevokedRows, Verdict

PROBE = DropsRevokedRows()


def revoke(tape: JournalBuilder, after: Any, *, outcome: str = "ack") -> None:
    """A consent with one account and one transaction is revoked; afterwards the app's state is *after*."""
    account = {"key": "everyday", "fiskil_id": "bank_account_1", "account_number": "123456789"}
    row = tape.transaction("a")
    tape.rows(account, dataset="accounts")
    tape.rows(row)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects({"accounts": [account], "transactions": [row]}, moment="before")
    tape.deliver_event("consent.revoked", outcome=outcome)
    tape.effects(after)


@pytest.mark.parametrize("after", [{"accounts": [], "transactions": []}, None, {"consent": "revoked"}])
def test_an_empty_state_passes(tape: JournalBuilder, after: Any) -> None:
    """An app may have no rows left, or no longer know the end user."""
    revoke(tape, after)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 3)


def test_rows_that_stay_fail_and_their_numbers_are_hidden(tape: JournalBuilder) -> None:
    """The finding names accounts and rows, and shows neither ids nor account numbers."""
    account = {"key": "everyday", "fiskil_id": "bank_account_1", "account_number": "123456789"}
    revoke(tape, {"accounts": [account], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "rows of the revoked consent are still in the app's state after e1"
    assert finding.evidence == ("kept accounts everyday", "kept the account number of everyday")


def test_the_number_of_a_joint_account_may_stay_with_the_other_holder(tape: JournalBuilder) -> None:
    """Both holders have the same number, and the other one's consent is active."""
    theirs = {"key": "everyday", "fiskil_id": "bank_account_2", "account_number": "123456789"}
    tape.rows(theirs, dataset="accounts", participant="twin")
    revoke(tape, {"accounts": [theirs], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_event_that_was_not_acknowledged_is_not_judged(tape: JournalBuilder) -> None:
    """An app that was not notified does not know of the revocation."""
    revoke(tape, {"transactions": [tape.transaction("a")]}, outcome="refuse")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_new_consent_may_bring_rows_back(tape: JournalBuilder) -> None:
    """After a new consent the app may show the same rows."""
    revoke(tape, None)
    tape.deliver_event("consent.received")
    tape.effects({"transactions": [tape.transaction("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_never_showed_a_row_proves_nothing(tape: JournalBuilder) -> None:
    """The state showed no row before and shows none afterwards."""
    tape.rows(tape.transaction("a"))
    tape.effects({}, moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
    assert finding.observed == "the app's state showed no row before the consent ended"


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """It may still delete the rows."""
    row = tape.transaction("a")
    tape.rows(row)
    tape.effects([row], moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects([row], pending=1, is_idle=False, waits_for="e0")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "")
    assert finding.observed == "the app was still busy when the scenario ended: e0 was not processed"


def test_the_consent_before_the_revocation_is_no_new_one(tape: JournalBuilder) -> None:
    """The app was notified of it before it was revoked."""
    row = tape.transaction("a")
    tape.rows(row)
    tape.deliver_event("consent.received")
    tape.effects([row], moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects([row])

    assert PROBE.examine(tape.journal).evidence == ("kept transactions a",)


def test_a_row_at_another_place_is_an_archive(tape: JournalBuilder) -> None:
    """The app no longer shows it where it showed the active rows."""
    row = tape.transaction("a")
    tape.rows(row)
    tape.effects({"active": [row]}, moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects({"archive": [row]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def revoke_with_totals(tape: JournalBuilder, *, before: Any, after: Any) -> None:
    """A consent with two payments of 60.40 and 70.15 is revoked; its state shows totals *before* and *after* that."""
    rows = [tape.transaction(key, amount=amount) for key, amount in (("a", "-60.40"), ("b", "-70.15"))]
    tape.rows(*rows)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects({"transactions": rows, "spending": before}, moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects({"transactions": [], "spending": after})


def test_a_total_of_revoked_rows_that_stays_fails(tape: JournalBuilder) -> None:
    """An app must delete totals of a consent's data together with the data."""
    revoke_with_totals(tape, before=[{"spent": 130.55}], after=[{"spent": 130.55}])

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "totals of rows of the revoked consent are still in the app's state after e1"
    assert finding.evidence == ("kept a total in $.spending",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([{"spent": 130.55}], []),
        ([{"spent": 130.55}], [{"spent": 0}]),
        ([{"spent": 130.55}], {"archive": [{"spent": 130.55}]}),
        ([{"limit": 500.00}], [{"limit": 500.00}]),
        ([{"alice": {"spent": 130.54}}], [{"alice": {"spent": 130.54}}]),
        ([], [{"spent": 130.55}]),
    ],
    ids=["deleted", "zero", "elsewhere", "another amount", "another cent", "new"],
)
def test_totals_that_went_and_other_amounts_pass(tape: JournalBuilder, before: Any, after: Any) -> None:
    """As with rows, what moved to another place of the state is not shown as before."""
    revoke_with_totals(tape, before=before, after=after)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("setting", [500, 500.00, "500.00", "$500.00", 50_000])
def test_a_limit_that_equals_a_total_in_whole_dollars_passes(tape: JournalBuilder, setting: Any) -> None:
    """The end user may have chosen it."""
    rows = [tape.transaction(key, amount="-250.00") for key in "ab"]
    tape.rows(*rows)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects({"transactions": rows, "budget": {"limit": setting}}, moment="before")
    tape.deliver_event("consent.revoked")
    tape.effects({"budget": {"limit": setting}})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
