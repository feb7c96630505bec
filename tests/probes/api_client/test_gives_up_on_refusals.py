"""gives_up_on_refusals: the app gives up on calls that are always refused, and reads the data again later."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import GivesUpOnRefusals, Verdict

PROBE = GivesUpOnRefusals()
FRESH_REFUSED = ("Unauthorised()",)
SCOPE_MISSING = ("Forbidden()",)


def refuse_repeatedly(
    tape: JournalBuilder, times: int, *, status: int = 401, bites: tuple[str, ...] = FRESH_REFUSED
) -> None:
    """The app reads transactions *times* times with a new token each, and there is no other work meanwhile."""
    tape.hook("refresh", status=502, took_s=tape.now_s)
    for number in range(times):
        tape.call("banking.transactions", status=status, bearer=f"t{number}", bites=bites)
        tape.call("token")


def test_giving_up_and_reading_again_passes(tape: JournalBuilder) -> None:
    """One renewal, an error, and a successful read when nothing is refused any more."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("token")
    tape.call("banking.transactions", status=401, bearer="t2", bites=FRESH_REFUSED)
    tape.hook("refresh", status=503)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "the app gave up on the refused calls, and read the data again afterwards"


@pytest.mark.parametrize(("status", "bites"), [(401, FRESH_REFUSED), (403, SCOPE_MISSING)])
def test_repeating_a_refused_call_without_end_fails(tape: JournalBuilder, status: int, bites: tuple[str, ...]) -> None:
    """The 21st equal call for one piece of work is a loop, whatever follows."""
    refuse_repeatedly(tape, 21, status=status, bites=bites)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed
        == "banking.transactions was called more than 20 times for each piece of work, and refused each time"
    )
    assert finding.evidence == (f"GET banking.transactions: {status}",)


def test_twenty_calls_pass(tape: JournalBuilder) -> None:
    """A message may be retried eight times, with two calls each."""
    refuse_repeatedly(tape, 20)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_more_work_allows_more_calls(tape: JournalBuilder) -> None:
    """Each message that arrives meanwhile may cause calls that fail."""
    for _ in range(10):
        tape.deliver_event("banking.transactions.sync.completed")
        for _ in range(4):
            tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_calls_for_different_accounts_are_different_calls(tape: JournalBuilder) -> None:
    """Thirty accounts, each read once, are no loop."""
    for number in range(30):
        tape.call("banking.transactions", status=403, bites=SCOPE_MISSING, query=f"account_id=a{number}")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_requesting_tokens_without_end_fails(tape: JournalBuilder) -> None:
    """Tokens that are requested and never used are a loop too."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    for _ in range(21):
        tape.call("token")
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    observed = "more than 20 tokens were requested for each piece of work while calls were refused"
    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)
    assert finding.evidence == ("GET banking.transactions: 401",)


@pytest.mark.parametrize(("requests", "verdict"), [(20, Verdict.PASS), (21, Verdict.FAIL)])
@pytest.mark.parametrize("moment", ["first", "last"])
def test_tokens_from_the_first_refusal_to_the_end_of_the_last_one_count(
    tape: JournalBuilder, moment: str, requests: int, verdict: Verdict
) -> None:
    """Twenty tokens are enough for one piece of work, also if all are requested at the begin or the end of the refusals."""
    first = tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    last = tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    for _ in range(requests):
        tape.call("token", at_s=first.at_s if moment == "first" else last.ended_s, after_s=0)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("moment", ["before", "after"])
def test_tokens_outside_the_refusals_do_not_count(tape: JournalBuilder, moment: str) -> None:
    """While nothing is refused, an app may request a token as often as it likes."""
    first = tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    last = tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    for _ in range(21):
        tape.call("token", at_s=first.at_s - 0.001 if moment == "before" else last.ended_s + 0.001, after_s=0)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_token_for_each_call_passes(tape: JournalBuilder) -> None:
    """An app that requests a token for each call requests as many as there are successful calls to other datasets."""
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    for number in range(30):
        tape.call("token")
        tape.call("banking.transactions", bearer=f"t{number}")
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    tape.call("banking.balances")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_not_reading_again_after_a_restart_fails(tape: JournalBuilder) -> None:
    """Nothing is refused any more, the app was restarted, and still fails."""
    tape.call("banking.transactions", status=403, bites=SCOPE_MISSING)
    tape.hook("refresh", status=502)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502, had_recovery_time=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("the app does not read the refused data again")
    assert finding.evidence == ("GET banking.transactions: 403",)


def test_a_circuit_breaker_that_outlasts_a_restart_is_inconclusive(tape: JournalBuilder) -> None:
    """The app keeps it in its database, and refuses a refresh for a while without an API call."""
    tape.call("banking.transactions", status=403, bites=SCOPE_MISSING)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not observed to call the API after the fault had ended",
    )


def test_a_long_pause_without_a_restart_is_inconclusive(tape: JournalBuilder) -> None:
    """An app that was not restarted may pause its calls for longer than a scenario lasts."""
    tape.call("banking.transactions", status=401, bites=FRESH_REFUSED)
    tape.hook("refresh", status=502)
    tape.wait(1)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_reading_another_dataset_proves_no_recovery(tape: JournalBuilder) -> None:
    """The app must read the refused dataset again."""
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def refuse_for_scope(
    tape: JournalBuilder, *, before: dict[str, str], end: dict[str, str] | None, is_idle: bool = True
) -> None:
    """Balances were refused for a while; *before* and *end* are the app's states before and afterwards."""
    tape.rows({"fiskil_id": "own"})
    tape.effects(before, moment="settled")
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    tape.hook("refresh", status=502)
    tape.call("banking.balances")
    tape.effects(end, is_idle=is_idle)


def test_rows_that_do_not_come_back_fail(tape: JournalBuilder) -> None:
    """A missing scope does not end a consent, and the API serves the rows as before."""
    refuse_for_scope(tape, before={"row": "own"}, end={})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the transactions that the app showed before the refusals do not come back"
    assert finding.evidence == ("no longer shows transactions",)


def test_rows_that_come_back_pass(tape: JournalBuilder) -> None:
    """The app may hide them meanwhile."""
    refuse_for_scope(tape, before={"row": "own"}, end={"row": "own"})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_that_is_no_longer_reported_proves_no_loss(tape: JournalBuilder) -> None:
    """The app may still have the rows."""
    refuse_for_scope(tape, before={"row": "own"}, end=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_that_were_never_shown_are_not_missed(tape: JournalBuilder) -> None:
    """A state may show other things than rows."""
    refuse_for_scope(tape, before={}, end={})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_of_an_ended_consent_may_be_gone(tape: JournalBuilder) -> None:
    """The app must delete them."""
    tape.deliver_event("consent.revoked")
    refuse_for_scope(tape, before={"row": "own"}, end={})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_busy_app_is_not_judged_by_its_state(tape: JournalBuilder) -> None:
    """The app was busy when its state was read."""
    refuse_for_scope(tape, before={"row": "own"}, end={}, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_refusals_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """An expired token is judged by another probe."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("requests", "verdict"), [(25, Verdict.PASS), (26, Verdict.FAIL)])
def test_each_successful_call_excuses_one_token(tape: JournalBuilder, requests: int, verdict: Verdict) -> None:
    """Five calls to another dataset succeed meanwhile, so the app may request five tokens more."""
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    for _ in range(5):
        tape.call("banking.transactions")
    for _ in range(requests):
        tape.call("token")
    tape.call("banking.balances", status=403, bites=SCOPE_MISSING)
    tape.call("banking.balances")

    assert PROBE.examine(tape.journal).verdict is verdict
