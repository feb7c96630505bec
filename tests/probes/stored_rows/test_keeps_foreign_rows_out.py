"""keeps_foreign_rows_out: a row of a consent that the end user never gave leaves the state with the next sync."""

from typing import Any

import msgspec

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsForeignRowsOut, Verdict

PROBE = KeepsForeignRowsOut()
FOREIGN = ("ForeignRows()",)


def serve(tape: JournalBuilder, route: str, *ids: str) -> None:
    """A response contained these rows, one of them foreign."""
    body = msgspec.json.encode({route.partition(".")[2]: [{"fiskil_id": text} for text in ids], "links": {}})
    tape.call(route, bites=FOREIGN, response_body=body)


def state(*ids: str) -> dict[str, Any]:
    """The app shows these rows."""
    return {"transactions": [{"fiskil_id": text, "amount": "1.00"} for text in ids]}


def test_own_rows_alone_pass(tape: JournalBuilder) -> None:
    """The foreign row was left out."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "no foreign row is shown in 1 datasets"


def sync_without_foreign_rows(tape: JournalBuilder) -> None:
    """The API returns own rows only, and the app was notified."""
    tape.rows({"fiskil_id": "own"})
    tape.deliver_event("banking.transactions.sync.completed")


def test_a_foreign_row_that_stays_after_the_next_sync_fails(tape: JournalBuilder) -> None:
    """It is shown beside the end user's own, although the API no longer returns it."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"), moment="settled")
    sync_without_foreign_rows(tape)
    tape.effects(state("own", "foreign"))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app keeps transactions of a consent that the end user never gave"
    assert finding.evidence == (
        "GET transactions: 200 with 2 rows; row 2 has the arrangement_id of a consent that is not the end user's",
        "shows foreign transactions after a sync without them",
    )


def test_the_evidence_names_the_position_of_the_foreign_row(tape: JournalBuilder) -> None:
    """It is the row of another consent, and not always the last one."""
    consents = {"own": "arr1", "foreign": "arr9", "other": "arr1"}
    rows = [{"fiskil_id": text, "arrangement_id": consent} for text, consent in consents.items()]
    tape.rows({"fiskil_id": "own"}, {"fiskil_id": "other"})
    body = msgspec.json.encode({"transactions": rows})
    tape.call("banking.transactions", bites=FOREIGN, response_body=body)
    tape.effects(state("own", "foreign"), moment="settled")
    sync_without_foreign_rows(tape)
    tape.effects(state("own", "foreign"))

    assert PROBE.examine(tape.journal).evidence[0].startswith("GET transactions: 200 with 3 rows; row 2 has")


def test_a_foreign_row_that_leaves_with_the_next_sync_passes(tape: JournalBuilder) -> None:
    """The app may trust the rows that the API returns for its end user."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"), moment="settled")
    sync_without_foreign_rows(tape)
    tape.effects(state("own"))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == (
        "compare the arrangement_id of each row with the consents of the end user, in case the API errs",
    )


def test_a_foreign_row_that_gets_a_mark_passes(tape: JournalBuilder) -> None:
    """A removed row may stay as history."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"), moment="settled")
    sync_without_foreign_rows(tape)
    tape.effects({**state("own"), "removed": state("foreign")["transactions"]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_a_later_sync_a_foreign_row_does_not_fail(tape: JournalBuilder) -> None:
    """The API still returns it."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_row_of_a_later_sync_is_an_own_row(tape: JournalBuilder) -> None:
    """A row of any sync belongs to the end user."""
    serve(tape, "banking.transactions", "own", "newer", "foreign")
    tape.rows({"fiskil_id": "own"})
    tape.rows({"fiskil_id": "own"}, {"fiskil_id": "newer"})
    tape.effects(state("own", "newer"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_without_rows_proves_nothing(tape: JournalBuilder) -> None:
    """Foreign rows are missing for sure only where own rows are shown."""
    tape.rows({"fiskil_id": "own"})
    serve(tape, "banking.transactions", "own", "foreign")
    tape.effects({"transactions": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")


def test_each_dataset_is_judged_by_its_own_rows(tape: JournalBuilder) -> None:
    """The state shows accounts without foreign ones; it shows no balances, so these are not judged."""
    tape.rows({"fiskil_id": "account"}, dataset="accounts")
    tape.rows({"fiskil_id": "balance"}, dataset="balances")
    serve(tape, "banking.accounts", "account", "foreign account")
    serve(tape, "banking.balances", "balance", "foreign balance")
    tape.effects(state("account"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_truncated_response_proves_nothing(tape: JournalBuilder) -> None:
    """The journal does not contain the ids of its rows."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions", bites=FOREIGN, response_body=b'{"transactions": [{"fisk\n[... 70000 bytes')
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_foreign_rows_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Every response contained own rows only."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions")
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
