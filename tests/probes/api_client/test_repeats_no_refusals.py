"""repeats_no_refusals: what was refused for good is asked a few times at most for each thing to do."""

import pytest

from fiskil_harness.probes import RepeatsNoRefusals, Verdict
from tests.probes.tape import Tape

PROBE = RepeatsNoRefusals()


def refused(tape: Tape, route: str, *, status: int = 422, times: int = 1, pause_s: float = 0.1) -> None:
    """The same call is refused again and again."""
    for _ in range(times):
        tape.call(route, status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
        tape.wait(pause_s)


@pytest.mark.parametrize("times", [1, 3])
def test_a_few_tries_pass(tape: Tape, times: int) -> None:
    """Three are not many."""
    tape.told("banking.balances.sync.completed")
    refused(tape, "banking.balances", times=times)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [400, 406, 410, 413, 415, 422])
def test_insisting_fails(tape: Tape, status: int) -> None:
    """The fourth one will be answered as the first was."""
    tape.told("banking.balances.sync.completed")
    refused(tape, "banking.balances", status=status, times=4)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("insisted on: banking.balances",))


@pytest.mark.parametrize("route", ["auth_session", "end_users.create"])
@pytest.mark.parametrize("status", [403, 404, 422])
def test_insisting_on_a_creation_fails(tape: Tape, route: str, status: int) -> None:
    """Whoever must not create now must not a moment later."""
    refused(tape, route, status=status, times=4)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_each_thing_asked_may_have_its_tries(tape: Tape) -> None:
    """An app that reads everything anew after each event asks three times for three of them, and once more."""
    for dataset in ("accounts", "balances", "transactions"):
        tape.told(f"banking.{dataset}.sync.completed")
    refused(tape, "banking.accounts", times=9)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_was_asked_before_the_app_was_at_rest_does_not_count(tape: Tape) -> None:
    """That had its answer."""
    tape.told("banking.accounts.sync.completed")
    tape.told("banking.balances.sync.completed")
    tape.effects({}, moment="settled")
    tape.told("banking.balances.sync.completed")
    refused(tape, "banking.balances", times=4)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_patient_queue_harms_nobody(tape: Tape) -> None:
    """It tries everything again, after a second and more."""
    tape.told("banking.balances.sync.completed")
    refused(tape, "banking.balances", times=8, pause_s=1.5)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 425, 429, 503])
def test_what_may_pass_is_not_final(tape: Tape, status: int) -> None:
    """A consent that is ending, a conflict, a limit, an outage: other probes judge those."""
    refused(tape, "banking.balances", status=status, times=10)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_another_request_is_another_try(tape: Tape) -> None:
    """Four accounts are asked for, each once."""
    for number in range(4):
        tape.call("banking.balances", status=422, query=f"account_id={number}", bites=("Status(status=422)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
