"""repeats_no_refusals: a permanently refused call is made at most a few times for each piece of work."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RepeatsNoRefusals, Verdict

PROBE = RepeatsNoRefusals()


def refuse(tape: JournalBuilder, route: str, *, status: int = 422, times: int = 1, pause_s: float = 0.1) -> None:
    """The same call is refused repeatedly."""
    for _ in range(times):
        tape.call(route, status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
        tape.wait(pause_s)


@pytest.mark.parametrize("times", [1, 3])
def test_a_few_attempts_pass(tape: JournalBuilder, times: int) -> None:
    """Three attempts are allowed."""
    tape.deliver_event("banking.balances.sync.completed")
    refuse(tape, "banking.balances", times=times)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [400, 406, 410, 413, 415, 422])
def test_a_fourth_attempt_fails(tape: JournalBuilder, status: int) -> None:
    """It gets the same response as the first."""
    tape.deliver_event("banking.balances.sync.completed")
    refuse(tape, "banking.balances", status=status, times=4)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("repeated: banking.balances",))


@pytest.mark.parametrize("route", ["auth_session", "end_users.create"])
@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_fourth_attempt_to_create_fails(tape: JournalBuilder, route: str, status: int) -> None:
    """A creation that is not allowed now is not allowed a moment later either."""
    refuse(tape, route, status=status, times=4)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_each_piece_of_work_allows_three_attempts(tape: JournalBuilder) -> None:
    """Three events allow nine calls for an app that reads every dataset again after each event."""
    for dataset in ("accounts", "balances", "transactions"):
        tape.deliver_event(f"banking.{dataset}.sync.completed")
    refuse(tape, "banking.accounts", times=9)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_before_the_app_was_idle_does_not_count(tape: JournalBuilder) -> None:
    """The earlier work has ended."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.deliver_event("banking.balances.sync.completed")
    tape.effects({}, moment="settled")
    tape.deliver_event("banking.balances.sync.completed")
    refuse(tape, "banking.balances", times=4)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_slow_queue_passes(tape: JournalBuilder) -> None:
    """It retries everything after a second or more."""
    tape.deliver_event("banking.balances.sync.completed")
    refuse(tape, "banking.balances", times=8, pause_s=1.5)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [401, 403, 404, 408, 409, 425, 429, 503])
def test_transient_refusals_are_not_permanent(tape: JournalBuilder, status: int) -> None:
    """An ending consent, a conflict, a limit or an outage is judged by other probes."""
    refuse(tape, "banking.balances", status=status, times=10)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_different_requests_are_counted_separately(tape: JournalBuilder) -> None:
    """Four accounts are read once each."""
    for number in range(4):
        tape.call("banking.balances", status=422, query=f"account_id={number}", bites=("Status(status=422)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
