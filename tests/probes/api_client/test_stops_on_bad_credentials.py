"""stops_on_bad_credentials: the app stops sending a refused key pair, and recovers when it is accepted again."""

import pytest

from fiskil_harness.journal import Delivery, DeliveryKind, DeliveryOutcome, KeyState
from fiskil_harness.journal.builder import MOMENT_S, JournalBuilder
from fiskil_harness.probes import StopsOnBadCredentials, Verdict

PROBE = StopsOnBadCredentials()
KEY_REFUSED = ("KeyRefused(status=403)",)


def refuse_key(tape: JournalBuilder, attempts: int) -> None:
    """The key is revoked, and the app sends it *attempts* times for one refresh."""
    tape.key("revoked")
    for _ in range(attempts):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)


def test_giving_up_and_recovering_passes(tape: JournalBuilder) -> None:
    """One attempt, an error, and normal work with a valid key."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_fourth_attempt_fails(tape: JournalBuilder) -> None:
    """The fourth token request for one piece of work is a loop."""
    refuse_key(tape, 4)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app sent a refused key pair more than 3 times for each piece of work"


def test_attempts_while_idle_fail(tape: JournalBuilder) -> None:
    """More work allows more attempts, but not in an idle period."""
    refuse_key(tape, 1)
    tape.idle(1)
    for _ in range(4):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app sent a refused key pair more than 3 times during an idle period"


def test_not_recovering_fails(tape: JournalBuilder) -> None:
    """With a valid key the next refresh fails again, for longer than a circuit breaker stays open."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.hook("refresh", status=502, had_recovery_time=True)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app does not recover although its key pair is accepted again"


def test_a_restart_with_the_right_secret_makes_the_key_valid(tape: JournalBuilder) -> None:
    """The secret was wrong, and the next start has the right one."""
    tape.key("wrong")
    tape.call("token", status=401)
    tape.hook("refresh", status=502)
    tape.restart()
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_recovery_without_new_work_is_inconclusive(tape: JournalBuilder) -> None:
    """Recovery must be observed."""
    refuse_key(tape, 1)
    tape.key("accepted")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_refusal_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The app never sent the bad key."""
    tape.key("revoked")
    tape.key("accepted")
    tape.call("token")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("attempts", "verdict"), [(3, Verdict.PASS), (4, Verdict.FAIL)])
def test_three_attempts_pass(tape: JournalBuilder, attempts: int, verdict: Verdict) -> None:
    """A few retries of a refusal are allowed."""
    refuse_key(tape, attempts)
    tape.key("accepted")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("work", ["hook", "start", "event"])
def test_each_piece_of_work_allows_attempts(tape: JournalBuilder, work: str) -> None:
    """A request, a start and an event may each try the key."""
    tape.key("revoked")
    tape.call("token", status=401)
    tape.call("token", status=401)
    tape.hook("refresh", status=502, took_s=0.01)
    {"hook": tape.hook, "start": lambda _: tape.restart(), "event": tape.deliver_event}[work]("consent.updated")
    tape.call("token", status=401)
    tape.call("token", status=401)
    tape.key("accepted")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_before_and_after_the_refusals_does_not_count(tape: JournalBuilder) -> None:
    """Only work that arrives between the refusals allows more attempts."""
    tape.hook("refresh")
    tape.deliver_event("consent.updated")
    tape.restart()
    tape.wait(1)
    tape.key("revoked")
    for _ in range(4):
        tape.call("token", status=401)
    tape.wait(1)
    tape.deliver_event("consent.updated")
    tape.restart()
    tape.hook("refresh", took_s=0.01)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("attempts", "text"), [(3, "not accepted again"), (4, "during an idle period")])
def test_an_idle_period_allows_three_attempts(tape: JournalBuilder, attempts: int, text: str) -> None:
    """A worker may retry a few times; a loop does not stop."""
    refuse_key(tape, 1)
    tape.idle(1)
    for _ in range(attempts):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)

    assert text in PROBE.examine(tape.journal).observed


def test_refused_data_calls_show_the_bad_key(tape: JournalBuilder) -> None:
    """An app that receives 401 on its calls and requests no token has stopped too."""
    tape.key("revoked")
    tape.call("banking.transactions", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_before_the_key_was_valid_is_no_recovery(tape: JournalBuilder) -> None:
    """Neither an earlier success nor a token request alone shows that the app works again."""
    tape.call("banking.transactions")
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.call("token")

    assert PROBE.examine(tape.journal).observed == "no API call succeeded after the key pair was accepted again"


def test_a_refresh_in_progress_is_not_judged(tape: JournalBuilder) -> None:
    """It began with the bad key."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.hook("refresh", status=502, took_s=5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("status", "verdict"), [(399, Verdict.INCONCLUSIVE), (400, Verdict.FAIL), (None, Verdict.FAIL)])
def test_only_failed_hooks_show_that_the_app_does_not_recover(
    tape: JournalBuilder, status: int | None, verdict: Verdict
) -> None:
    """An app that accepts the request may process it later."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.call("banking.transactions", status=500)
    tape.hook("refresh", status=status)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("state", ["revoked", "wrong"])
def test_a_key_that_stays_invalid_proves_nothing(tape: JournalBuilder, state: str) -> None:
    """The scenario ended before recovery, and a start before the bad key does not count."""
    tape.restart()
    tape.key(state)
    tape.call("token", status=401)
    tape.wait(1)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).observed == "the key pair was not accepted again, so there was no recovery to observe"


def test_a_hook_that_timed_out_is_inconclusive(tape: JournalBuilder) -> None:
    """The app may have recovered after the harness stopped waiting for it."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.wait(18)
    tape.hook("refresh", status=None, took_s=17)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


def test_refused_data_calls_are_no_token_requests(tape: JournalBuilder) -> None:
    """Many calls with an expired token are no loop over the key pair."""
    tape.key("revoked")
    for _ in range(5):
        tape.call("banking.transactions", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_only_work_after_the_key_was_last_accepted_is_recovery(tape: JournalBuilder) -> None:
    """The key was refused twice, and the app recovered only once."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.hook("refresh", status=502, took_s=0.01, had_recovery_time=True)

    assert PROBE.examine(tape.journal).observed == "the app does not recover although its key pair is accepted again"


@pytest.mark.parametrize(("attempts", "verdict"), [(3, Verdict.INCONCLUSIVE), (4, Verdict.FAIL)])
def test_a_message_counts_as_one_piece_of_work(tape: JournalBuilder, attempts: int, verdict: Verdict) -> None:
    """One event allows three attempts."""
    tape.key("revoked")
    tape.call("token", status=401)
    tape.deliver_event("consent.received")
    for _ in range(attempts - 1):
        tape.call("token", status=401)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_key_refused_by_a_fault_is_a_refused_key(tape: JournalBuilder) -> None:
    """The token request gets 403, the hook fails, and the app works again after a restart."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.hook("refresh", status=503)
    tape.restart()
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_fourth_attempt_with_a_key_that_a_fault_refuses_fails(tape: JournalBuilder) -> None:
    """The evidence contains the status that the fault returned."""
    for _ in range(4):
        tape.call("token", status=403, bites=KEY_REFUSED)
    tape.hook("refresh", status=503)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("POST token: 403",))


def test_a_long_pause_after_a_refusal_is_inconclusive(tape: JournalBuilder) -> None:
    """An app may pause its calls after a refusal for longer than a scenario lasts."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.wait(1)
    tape.hook("refresh", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_failing_after_a_restart_fails(tape: JournalBuilder) -> None:
    """The circuit breaker of an app may outlast a restart, but not for long."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=503, had_recovery_time=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refresh failed with an accepted key pair",))


@pytest.mark.parametrize("keys", [(), ("revoked", "accepted")], ids=["fault", "key"])
def test_a_circuit_breaker_that_outlasts_a_restart_is_inconclusive(tape: JournalBuilder, keys: tuple[KeyState, ...]) -> None:
    """The app keeps it in its database, and refuses a refresh without an API call."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    for state in keys:
        tape.key(state)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=503)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no API call succeeded after the key pair was accepted again",
    )


@pytest.mark.parametrize(
    ("route", "status", "verdict"),
    [
        ("token", 200, Verdict.INCONCLUSIVE),
        ("token", 401, Verdict.FAIL),
        ("banking.transactions", 401, Verdict.INCONCLUSIVE),
        ("banking.transactions", 403, Verdict.FAIL),
        ("banking.transactions", None, Verdict.FAIL),
    ],
)
def test_an_api_call_that_failed_shows_that_the_circuit_breaker_is_closed(
    tape: JournalBuilder, route: str, status: int | None, verdict: Verdict
) -> None:
    """The token of a call may have expired, and the app requests no other while the circuit breaker is open."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.call(route, status=status)
    tape.hook("refresh", status=503)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_that_no_longer_responds_does_not_recover(tape: JournalBuilder) -> None:
    """A circuit breaker leads to a response."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.hook("refresh", status=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_calls_outside_a_refresh_do_not_show_that_the_circuit_breaker_is_closed(tape: JournalBuilder) -> None:
    """The restart may have ended a call."""
    refuse_key(tape, 1)
    tape.key("accepted")
    tape.call("banking.transactions", status=None)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("begins", ["hook", "delivery"])
def test_work_that_begins_after_its_response_counts(tape: JournalBuilder, begins: str) -> None:
    """The app responds at once, and two pieces of work send the key three and two times."""
    tape.effects({})
    tape.wait(1)
    tape.key("revoked")
    if begins == "hook":
        tape.hook("refresh", status=202, took_s=0.01)
    else:
        tape.deliver_event("consent.received")
    for _ in range(3):
        tape.call("token", status=401)
    tape.deliver_event("banking.transactions.sync.completed")
    for _ in range(2):
        tape.call("token", status=401)

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


@pytest.mark.parametrize(
    ("route", "status", "verdict"),
    [
        ("banking.transactions", 401, Verdict.PASS),
        ("banking.transactions", 403, Verdict.INCONCLUSIVE),
        ("banking.transactions", 200, Verdict.INCONCLUSIVE),
        ("token", 401, Verdict.PASS),
        ("token", 403, Verdict.PASS),
        ("token", 429, Verdict.INCONCLUSIVE),
        ("token", 200, Verdict.INCONCLUSIVE),
    ],
)
def test_only_a_refused_key_or_token_shows_that_the_app_met_the_bad_key(
    tape: JournalBuilder, route: str, status: int, verdict: Verdict
) -> None:
    """Another response has another reason, so the recovery from a bad key was not observed."""
    tape.key("revoked")
    tape.call(route, status=status)
    tape.hook("refresh", status=502)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_success_before_the_key_is_accepted_again_is_no_recovery(tape: JournalBuilder) -> None:
    """The app still had a token from before."""
    tape.key("revoked")
    tape.call("token", status=401)
    tape.call("banking.transactions", bearer="t1")
    tape.key("accepted")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no API call succeeded after the key pair was accepted again",
    )


@pytest.mark.parametrize(
    ("outcome", "kind", "verdict"),
    [
        ("refuse", "genuine", Verdict.PASS),
        ("indeterminate", "genuine", Verdict.PASS),
        ("refuse", "forged", Verdict.FAIL),
    ],
)
def test_a_refused_delivery_allows_attempts(
    tape: JournalBuilder, outcome: DeliveryOutcome, kind: DeliveryKind, verdict: Verdict
) -> None:
    """An app that calls the API before it responds refuses each delivery while its key is refused."""
    tape.key("revoked")
    for attempt in (1, 2):
        message = {"event": "e0", "participant": "", "message_id": "m", "attempt": attempt}
        tape.write(Delivery(at_s=tape.now_s, took_s=2 * MOMENT_S, outcome=outcome, kind=kind, **message))
        tape.wait(MOMENT_S)
        tape.call("token", status=401)
        tape.call("token", status=401)
    tape.key("accepted")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict
