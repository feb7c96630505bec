"""keeps_foreign_rows_out: a row of a consent that the end user never gave is shown in no state with own rows."""

from typing import Any

import msgspec

from fiskil_harness.probes import KeepsForeignRowsOut, Verdict
from tests.probes.tape import Tape

PROBE = KeepsForeignRowsOut()
FOREIGN = ("ForeignRows()",)


def serve(tape: Tape, route: str, *ids: str) -> None:
    """A response contained these rows, one of them foreign."""
    body = msgspec.json.encode({route.partition(".")[2]: [{"fiskil_id": text} for text in ids], "links": {}})
    tape.call(route, bites=FOREIGN, response_body=body)


def state(*ids: str) -> dict[str, Any]:
    """The app shows these rows."""
    return {"transactions": [{"fiskil_id": text, "amount": "1.00"} for text in ids]}


def test_own_rows_alone_pass(tape: Tape) -> None:
    """The foreign row was left out."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "no foreign row is shown in 1 datasets"


def test_a_foreign_row_in_the_state_fails(tape: Tape) -> None:
    """It is shown beside the end user's own."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app's state shows transactions of a consent that the end user never gave"
    assert finding.evidence == ("shows foreign transactions",)


def test_a_foreign_row_in_an_earlier_state_fails(tape: Tape) -> None:
    """Someone may have seen it in between."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"), moment="settled")
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_row_of_a_later_sync_is_an_own_row(tape: Tape) -> None:
    """A row of any sync belongs to the end user."""
    serve(tape, "banking.transactions", "own", "newer", "foreign")
    tape.rows({"fiskil_id": "own"})
    tape.rows({"fiskil_id": "own"}, {"fiskil_id": "newer"})
    tape.effects(state("own", "newer"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_without_rows_proves_nothing(tape: Tape) -> None:
    """Foreign rows are missing for sure only where own rows are shown."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects({"transactions": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_each_dataset_is_judged_by_its_own_rows(tape: Tape) -> None:
    """The state shows accounts without foreign ones; it shows no balances, so these are not judged."""
    tape.rows({"fiskil_id": "account"}, dataset="accounts")
    tape.rows({"fiskil_id": "balance"}, dataset="balances")
    serve(tape, "banking.accounts", "account", "foreign account")
    serve(tape, "banking.balances", "balance", "foreign balance")
    tape.effects(state("account"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_truncated_response_proves_nothing(tape: Tape) -> None:
    """The journal does not contain the ids of its rows."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions", bites=FOREIGN, response_body=b'{"transactions": [{"fisk\n[... 70000 bytes')
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_foreign_rows_the_result_is_inconclusive(tape: Tape) -> None:
    """Every response contained own rows only."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions")
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
