"""respects_reduced_consent: an app lives with less than it asked for, and lets go of what left a consent."""

from typing import Any

import pytest

from fiskil_harness.probes import RespectsReducedConsent, Verdict
from tests.probes.tape import Tape

PROBE = RespectsReducedConsent()
ACCOUNT = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1", "open_status": "OPEN"}
CLOSED = {**ACCOUNT, "open_status": "CLOSED"}
ROW = Tape.transaction("a", arrangement_id="arr1")
BOTH: dict[str, Any] = {"accounts": [ACCOUNT], "transactions": [ROW]}


def amended(tape: Tape) -> None:
    """Transactions leave the consent."""
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(ROW)
    tape.effects(BOTH, moment="before")
    tape.consent("arr1", "accounts", "balances")


def test_rows_of_a_dataset_that_left_fail(tape: Tape) -> None:
    """The app was told that the consent changed, and shows them as before."""
    amended(tape)
    tape.told("consent.updated", consent="arr1")
    tape.effects(BOTH)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept transactions a",))
    assert finding.observed == "transactions of before still stand in the app's state though they are shared no longer"


def test_a_refresh_tells_as_well(tape: Tape) -> None:
    """Who reads everything anew and says so has seen what the consent covers."""
    amended(tape)
    tape.wait(1)
    tape.hook("refresh")
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("after", [{"accounts": [ACCOUNT]}, {"accounts": [ACCOUNT], "transactions": []}, None])
def test_rows_that_left_with_their_dataset_pass(tape: Tape, after: Any) -> None:
    """The rest may stay."""
    amended(tape)
    tape.told("consent.updated", consent="arr1")
    tape.effects(after)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("how", [{"outcome": "refuse"}, {"is_subscribed": False}, {"consent": "arr9"}])
def test_who_was_not_told_of_the_change_is_not_accused(tape: Tape, how: dict[str, Any]) -> None:
    """A message that was refused, that the app does not use, or about another consent."""
    amended(tape)
    tape.told("consent.updated", **{"consent": "arr1", **how})
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def test_what_another_consent_covers_may_stay(tape: Tape) -> None:
    """The dataset left one consent and is in another."""
    amended(tape)
    tape.consent("arr2")
    tape.told("consent.updated", consent="arr1")
    tape.effects(BOTH)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The rows may still go."""
    amended(tape)
    tape.told("consent.updated", consent="arr1")
    tape.effects(BOTH, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_id_that_another_dataset_has_too_is_no_witness(tape: Tape) -> None:
    """Balances may go by the ids of accounts, which are still shared."""
    balance = {"key": "everyday", "fiskil_id": "acc1", "arrangement_id": "arr1", "current_balance": "1.00"}
    tape.consent("arr1")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.rows(balance, dataset="balances")
    tape.effects({"accounts": [ACCOUNT]}, moment="before")
    tape.consent("arr1", "accounts")
    tape.told("consent.updated", consent="arr1")
    tape.effects({"accounts": [ACCOUNT]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def withheld(tape: Tape) -> None:
    """Transactions were never granted; an account is closed, and its event gets lost."""
    tape.consent("arr1", "accounts", "balances")
    tape.rows(ACCOUNT, dataset="accounts")
    tape.told("banking.accounts.sync.completed")
    tape.call("banking.accounts")
    tape.rows(CLOSED, dataset="accounts")
    tape.effects({"accounts": [ACCOUNT]}, moment="before")


def refreshed(tape: Tape, *refusals: int, status: int | None, state: Any) -> None:
    """The app is asked to read everything anew, and meets *refusals* where transactions are."""
    tape.wait(1)
    for refusal in refusals:
        tape.call("banking.transactions", status=refusal)
    tape.hook("refresh", status=status, took_s=0.5)
    tape.effects(state)


def test_a_refresh_that_gives_up_for_what_is_not_shared_fails(tape: Tape) -> None:
    """Nothing of what is shared is read any more."""
    withheld(tape)
    refreshed(tape, 403, status=502, state={"accounts": [ACCOUNT]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refused banking.transactions",))


@pytest.mark.parametrize(
    ("refusals", "status", "state"),
    [
        ((), 200, [CLOSED]),
        ((403,), 200, [CLOSED]),
        ((403,), 502, [CLOSED]),
        ((403,), 429, [ACCOUNT]),
        ((403,), None, [ACCOUNT]),
        ((503,), 502, [ACCOUNT]),
        ((403, 503), 502, [ACCOUNT]),
    ],
)
def test_who_reads_the_rest_or_could_not_passes(
    tape: Tape, refusals: tuple[int, ...], status: int | None, state: Any
) -> None:
    """It may ask for it once, say that something went wrong, be asked too soon, or find the API down."""
    withheld(tape)
    refreshed(tape, *refusals, status=status, state={"accounts": state})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_asking_over_and_over_fails(tape: Tape) -> None:
    """More than twenty times within three seconds."""
    withheld(tape)
    for _ in range(21):
        tape.call("banking.transactions", status=403)
    tape.effects({"accounts": [CLOSED]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refused banking.transactions",))


def test_asking_once_in_a_while_passes(tape: Tape) -> None:
    """Each refresh may ask again."""
    withheld(tape)
    for _ in range(30):
        tape.call("banking.transactions", status=403)
        tape.wait(0.2)
    tape.effects({"accounts": [CLOSED]})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_is_granted_and_refused_is_another_matter(tape: Tape) -> None:
    """A 403 on what the consent covers says nothing about the grant."""
    tape.consent("arr1")
    for _ in range(30):
        tape.call("banking.transactions", status=403)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
