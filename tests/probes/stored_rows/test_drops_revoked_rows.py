"""drops_revoked_rows: when a consent is over, what was read under it is gone."""

from typing import Any

import pytest

from fiskil_harness.probes import DropsRevokedRows, Verdict
from tests.probes.tape import Tape

PROBE = DropsRevokedRows()


def revoked(tape: Tape, after: Any, *, outcome: str = "ack") -> None:
    """A consent with one account and one transaction ends; the app tells *after*."""
    account = {"key": "everyday", "fiskil_id": "bank_account_1", "account_number": "123456789"}
    row = tape.transaction("a")
    tape.rows(account, dataset="accounts")
    tape.rows(row)
    tape.told("banking.transactions.sync.completed")
    tape.effects({"accounts": [account], "transactions": [row]}, moment="before")
    tape.told("consent.revoked", outcome=outcome)
    tape.effects(after)


@pytest.mark.parametrize("after", [{"accounts": [], "transactions": []}, None, {"consent": "revoked"}])
def test_an_empty_view_passes(tape: Tape, after: Any) -> None:
    """Nothing left, or no such end user any more, is right."""
    revoked(tape, after)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 3)


def test_rows_that_stay_fail_without_their_numbers(tape: Tape) -> None:
    """The finding names accounts and rows, and shows neither ids nor account numbers."""
    account = {"key": "everyday", "fiskil_id": "bank_account_1", "account_number": "123456789"}
    revoked(tape, {"accounts": [account], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("kept accounts everyday", "kept the account number of everyday")


def test_the_number_of_a_joint_account_may_stay_with_the_other_holder(tape: Tape) -> None:
    """Both see one number, and the other one's consent is not over."""
    theirs = {"key": "everyday", "fiskil_id": "bank_account_2", "account_number": "123456789"}
    tape.rows(theirs, dataset="accounts", participant="twin")
    revoked(tape, {"accounts": [theirs], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)


def test_an_event_that_was_not_acknowledged_binds_nobody(tape: Tape) -> None:
    """An app that was not told cannot know."""
    revoked(tape, {"transactions": [tape.transaction("a")]}, outcome="refuse")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_new_consent_may_bring_rows_back(tape: Tape) -> None:
    """After another consent the same rows are lawfully there."""
    revoked(tape, None)
    tape.told("consent.received")
    tape.effects({"transactions": [tape.transaction("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_never_showed_a_row_proves_nothing(tape: Tape) -> None:
    """Nothing before and nothing after is no experiment."""
    tape.rows(tape.transaction("a"))
    tape.effects({}, moment="before")
    tape.told("consent.revoked")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The rows may still go."""
    row = tape.transaction("a")
    tape.rows(row)
    tape.effects([row], moment="before")
    tape.told("consent.revoked")
    tape.effects([row], pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
