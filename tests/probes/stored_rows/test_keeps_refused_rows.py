"""keeps_refused_rows: a refusal for the moment is not an empty list."""

from typing import Any

import pytest

from fiskil_harness.probes import KeepsRefusedRows, Verdict
from tests.probes.tape import Tape

PROBE = KeepsRefusedRows()
ACCOUNT = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1"}
ROWS = [Tape.transaction(key, arrangement_id="arr1") for key in "ab"]
FULL: dict[str, Any] = {"accounts": [ACCOUNT], "transactions": ROWS}


def refused(tape: Tape, status: int | None = 422) -> None:
    """Two rows are shown, and then the next reading is refused."""
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(*ROWS)
    tape.call("banking.transactions")
    tape.effects(FULL, moment="settled")
    tape.told("banking.transactions.sync.completed")
    tape.call("banking.transactions", status=status, bites=("Status(status=422)",))


@pytest.mark.parametrize("status", [422, 500, 503, 429])
def test_rows_that_vanish_beside_others_fail(tape: Tape, status: int) -> None:
    """The account is shown, and all of its transactions are gone."""
    refused(tape, status)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("gone transactions a", "gone transactions b"))


def test_rows_that_came_back_later_had_vanished_all_the_same(tape: Tape) -> None:
    """What was seen in between counts."""
    refused(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, moment="settled")
    tape.call("banking.transactions")
    tape.effects(FULL)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("transactions", [ROWS, ROWS[:1]])
def test_rows_that_stay_pass(tape: Tape, transactions: list[dict[str, Any]]) -> None:
    """The app keeps what it had."""
    refused(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": transactions})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_may_mean_the_end_accuses_nobody(tape: Tape, status: int) -> None:
    """An app may take it for the end of what it was allowed, and forget."""
    refused(tape, status)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_who_shows_nothing_at_all_is_careful(tape: Tape) -> None:
    """While it cannot read, an app may hide everything."""
    refused(tape)
    tape.effects({"accounts": [], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_good_reading_in_between_decides(tape: Tape) -> None:
    """The app asked again and got an empty list: then nothing is there."""
    refused(tape)
    tape.call("banking.transactions")
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_what_left_the_consent_may_go(tape: Tape) -> None:
    """Transactions are not shared any more."""
    refused(tape)
    tape.consent("arr1", "accounts")
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_looked_at(tape: Tape) -> None:
    """It may be in the middle of something."""
    refused(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_no_refusal_is_no_experiment(tape: Tape) -> None:
    """Nothing was refused."""
    tape.consent("arr1")
    tape.rows(*ROWS)
    tape.call("banking.transactions")
    tape.effects(FULL)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
