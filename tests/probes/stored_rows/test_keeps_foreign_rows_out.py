"""keeps_foreign_rows_out: a row of a consent that the end user never gave shows nowhere, where their own rows show."""

from typing import Any

import msgspec

from fiskil_harness.probes import KeepsForeignRowsOut, Verdict
from tests.probes.tape import Tape

PROBE = KeepsForeignRowsOut()
FOREIGN = ("ForeignRows()",)


def served(tape: Tape, route: str, *ids: str) -> None:
    """An answer held these rows, one of them somebody else's."""
    body = msgspec.json.encode({route.partition(".")[2]: [{"fiskil_id": text} for text in ids], "links": {}})
    tape.call(route, bites=FOREIGN, response_body=body)


def state(*ids: str) -> dict[str, Any]:
    """The app shows these rows."""
    return {"transactions": [{"fiskil_id": text, "amount": "1.00"} for text in ids]}


def test_own_rows_alone_pass(tape: Tape) -> None:
    """The foreign row was left out."""
    tape.rows({"fiskil_id": "own"})
    served(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "of 1 datasets no foreign row shows"


def test_a_foreign_row_in_the_state_fails(tape: Tape) -> None:
    """It shows beside the end user's own."""
    tape.rows({"fiskil_id": "own"})
    served(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"))

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app's state shows transactions of a consent that the end user never gave"
    assert finding.evidence == ("shows foreign transactions",)


def test_one_that_showed_for_a_while_fails(tape: Tape) -> None:
    """Somebody may have seen it."""
    tape.rows({"fiskil_id": "own"})
    served(tape, "banking.transactions", "own", "foreign")
    tape.effects(state("own", "foreign"), moment="settled")
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_later_row_of_the_end_users_own_is_theirs(tape: Tape) -> None:
    """What another sync showed belongs to them, whenever it came."""
    served(tape, "banking.transactions", "own", "newer", "foreign")
    tape.rows({"fiskil_id": "own"})
    tape.rows({"fiskil_id": "own"}, {"fiskil_id": "newer"})
    tape.effects(state("own", "newer"))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_without_rows_says_nothing(tape: Tape) -> None:
    """Neither does one that names its rows otherwise; only where own rows show can foreign ones be missed."""
    tape.rows({"fiskil_id": "own"})
    served(tape, "banking.transactions", "own", "foreign")
    tape.effects({"transactions": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_each_dataset_is_judged_by_its_own_rows(tape: Tape) -> None:
    """Accounts show and are clean; of balances nothing shows, so nothing is said of them."""
    tape.rows({"fiskil_id": "account"}, dataset="accounts")
    tape.rows({"fiskil_id": "balance"}, dataset="balances")
    served(tape, "banking.accounts", "account", "foreign account")
    served(tape, "banking.balances", "balance", "foreign balance")
    tape.effects(state("account"))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_an_answer_that_was_kept_in_part_says_nothing(tape: Tape) -> None:
    """Which row in it was foreign cannot be told."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions", bites=FOREIGN, response_body=b'{"transactions": [{"fisk\n[... 70000 bytes')
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_foreign_rows_there_is_nothing_to_see(tape: Tape) -> None:
    """Every answer held what it should."""
    tape.rows({"fiskil_id": "own"})
    tape.call("banking.transactions")
    tape.effects(state("own"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
