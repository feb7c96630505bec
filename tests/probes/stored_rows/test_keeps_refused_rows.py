"""keeps_refused_rows: a temporary refusal is not an empty list."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsRefusedRows, Verdict

PROBE = KeepsRefusedRows()
ACCOUNT = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1"}
ROWS = [JournalBuilder.transaction(key, arrangement_id="arr1") for key in "ab"]
FULL: dict[str, Any] = {"accounts": [ACCOUNT], "transactions": ROWS}


def refuse_read(tape: JournalBuilder, status: int | None = 422) -> None:
    """The state shows two rows, and the next read is refused."""
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(*ROWS)
    tape.call("banking.transactions")
    tape.effects(FULL, moment="settled")
    tape.deliver_event("banking.transactions.sync.completed")
    tape.call("banking.transactions", status=status, bites=("Status(status=422)",))


@pytest.mark.parametrize("status", [422, 500, 503, 429])
def test_rows_that_disappear_beside_others_fail(tape: JournalBuilder, status: int) -> None:
    """The account is still shown, and all its transactions are gone."""
    refuse_read(tape, status)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("gone transactions a", "gone transactions b"))


def test_rows_that_come_back_later_fail_too(tape: JournalBuilder) -> None:
    """The state in between counts."""
    refuse_read(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, moment="settled")
    tape.call("banking.transactions")
    tape.effects(FULL)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_rows_that_disappear_between_two_refusals_fail(tape: JournalBuilder) -> None:
    """The state before the first of several refused reads shows what the app had."""
    refuse_read(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, moment="settled", pending=1, is_idle=False)
    tape.call("banking.transactions", status=422)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("gone transactions a", "gone transactions b"))


@pytest.mark.parametrize("transactions", [ROWS, ROWS[:1]])
def test_rows_that_stay_pass(tape: JournalBuilder, transactions: list[dict[str, Any]]) -> None:
    """The app keeps its rows."""
    refuse_read(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": transactions})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, len(transactions))


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_may_be_permanent_is_not_judged(tape: JournalBuilder, status: int) -> None:
    """An app may treat it as the end of its permission and delete the rows."""
    refuse_read(tape, status)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_rows_that_disappear_before_a_withdrawal_fail(tape: JournalBuilder) -> None:
    """Transactions were still shared at that time."""
    refuse_read(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, moment="settled")
    tape.consent("arr1", "accounts")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_rows_without_a_name_are_counted(tape: JournalBuilder) -> None:
    """A row without an id cannot be found in the state."""
    second = {"fiskil_id": "bank_tx_2"}
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows({"amount": "-1.00"}, second)
    tape.call("banking.transactions")
    tape.effects({"accounts": [ACCOUNT], "transactions": [second]}, moment="settled")
    tape.call("banking.transactions", status=422)
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).evidence == ("gone transactions row 2",)


@pytest.mark.parametrize("statuses", [(422, 403), (403, 422), (422, None)])
def test_one_refusal_that_may_be_permanent_is_enough(tape: JournalBuilder, statuses: tuple[int, int | None]) -> None:
    """The app may have deleted the rows because of it, or it got no response at all."""
    refuse_read(tape, statuses[0])
    tape.call("banking.transactions", status=statuses[1])
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_state_without_ids_is_not_judged(tape: JournalBuilder) -> None:
    """The finding names the effects hook, which reports no ids."""
    tape.consent("arr1")
    tape.rows(*ROWS)
    tape.call("banking.transactions")
    tape.effects({"total": 2}, moment="settled")
    tape.call("banking.transactions", status=422)
    tape.effects({"total": 2})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
    assert finding.observed == "the app's state contained no fiskil_id of transactions"


def test_an_empty_state_is_not_judged(tape: JournalBuilder) -> None:
    """While it cannot read, an app may hide every row."""
    refuse_read(tape)
    tape.effects({"accounts": [], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_successful_read_in_between_decides(tape: JournalBuilder) -> None:
    """The app read again and received an empty list."""
    refuse_read(tape)
    tape.call("banking.transactions")
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_withdrawn_rows_may_disappear(tape: JournalBuilder) -> None:
    """Transactions are no longer shared."""
    refuse_read(tape)
    tape.consent("arr1", "accounts")
    tape.effects({"accounts": [ACCOUNT], "transactions": []})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """Its work may be in progress."""
    refuse_read(tape)
    tape.effects({"accounts": [ACCOUNT], "transactions": []}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_refusal_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The API refused no read."""
    tape.consent("arr1")
    tape.rows(*ROWS)
    tape.call("banking.transactions")
    tape.effects(FULL)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app's state was not read after a refused read of transactions"
