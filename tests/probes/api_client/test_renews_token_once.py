"""renews_token_once: an expired token costs one renewal and one retry; loops and lost calls fail."""

import msgspec
import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RenewsTokenOnce, Verdict

PROBE = RenewsTokenOnce()


def test_one_renewal_and_one_retry_pass(tape: JournalBuilder) -> None:
    """A 401, a token request, and the same call again."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_renewing_before_the_expiry_is_inconclusive(tape: JournalBuilder) -> None:
    """An app that renews its token early neither fails nor passes."""
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("bites", [(), ("Latency(latency_ms=250)",)], ids=["at once", "late"])
def test_a_token_that_was_renewed_before_the_next_call_passes(tape: JournalBuilder, bites: tuple[str, ...]) -> None:
    """A response that was only late is a success."""
    tape.call("banking.transactions")
    tape.expire_tokens()
    tape.call("token", token="t2")
    tape.call("banking.transactions", bearer="t2", bites=bites)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_renewal_without_a_token_is_no_renewal(tape: JournalBuilder) -> None:
    """A fault renamed its field, so the app has no token for the call; whether it recovers is seen later."""
    tape.call("banking.transactions", status=401)
    tape.call("token", bites=("TokenField(name='access_token')",))
    tape.hook("refresh", status=500)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "a fault acted on the renewal after the refusal, and the app may have given up",
    )


def test_no_renewal_fails_when_the_hook_failed(tape: JournalBuilder) -> None:
    """After the 401 the app makes no call and returns an error to its caller."""
    tape.call("banking.transactions", status=401)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions never succeeded after its 401, and the token was not renewed"


def test_a_renewal_without_a_retry_fails(tape: JournalBuilder) -> None:
    """Renewing the token only for the next call loses this one."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions never succeeded after its 401, although the token was renewed"


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """The retry may still follow."""
    tape.call("banking.transactions", status=401)
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_repeating_a_call_with_a_refused_token_fails(tape: JournalBuilder) -> None:
    """The third equal call with one expired token is a loop."""
    for _ in range(3):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was called more than 2 times with a token that had been refused"


def test_calls_that_were_sent_before_a_refusal_arrived_are_no_repetitions(tape: JournalBuilder) -> None:
    """Three calls start together on three connections; the API sees each a moment after it has refused the one before."""
    for number in range(3):
        tape.call("consents.list", status=401, bearer="old", connection=number, took_s=0.005)
    tape.call("token", token="new")
    tape.call("consents.list", bearer="new")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_repetition_on_the_same_connection_counts_at_once(tape: JournalBuilder) -> None:
    """It can only be sent after the refusal."""
    for _ in range(3):
        tape.call("consents.list", status=401, bearer="old", connection=1, took_s=0.005)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_renewing_in_a_loop_fails(tape: JournalBuilder) -> None:
    """More than two token requests for one expired token are too many."""
    tape.call("banking.transactions", status=401)
    for _ in range(3):
        tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "more than 2 renewals followed the expiry of one token"


def test_the_first_refusal_is_the_evidence_for_too_many_renewals(tape: JournalBuilder) -> None:
    """The report leaves out other refused calls, because they depend on timing."""
    tape.call("banking.transactions", status=401)
    tape.call("banking.accounts", status=401)
    for _ in range(6):
        tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("GET banking.transactions: 401",))


@pytest.mark.parametrize(
    ("processes", "verdict"), [(1, Verdict.FAIL), (3, Verdict.FAIL), (4, Verdict.PASS), (None, Verdict.INCONCLUSIVE)]
)
def test_each_process_may_renew_once(tape: JournalBuilder, processes: int | None, verdict: Verdict) -> None:
    """Processes that share a token need not share a lock; if their number is unknown, nothing is proven."""
    queries = [f"end_user_id=eu_{number}" for number in range(4)]
    tape.expire_tokens(processes=processes)
    for query in queries:
        tape.call("banking.transactions", status=401, query=query)
    for number, query in enumerate(queries):
        tape.call("token", token=f"new-{number}", bites=("Latency(latency_ms=1000)",))
        tape.call("banking.transactions", bearer=f"new-{number}", query=query)

    assert PROBE.examine(tape.journal).verdict is verdict


ROUTES = ("banking.accounts", "banking.balances", "banking.transactions")


def work(tape: JournalBuilder, *tokens: str, routes: tuple[str, ...] = ROUTES) -> None:
    """Read from each route, with each of *tokens* in turn."""
    for number, route in enumerate(routes):
        tape.call(route, bearer=tokens[number % len(tokens)])


def renew(tape: JournalBuilder, *tokens: str) -> None:
    """Obtain each of *tokens* late."""
    for token in tokens:
        tape.call("token", token=token, bites=("Latency(latency_ms=400)",))


def test_more_tokens_than_before_for_the_same_calls_fail(tape: JournalBuilder) -> None:
    """Calls that find no token each request one, although no call of theirs was refused."""
    work(tape, "t1")
    tape.expire_tokens()
    renew(tape, "t2", "t3", "t4")
    work(tape, "t2", "t3", "t4")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the same calls needed at most 2 tokens before all tokens expired, and more than 2 afterwards"


def test_as_many_tokens_as_before_pass(tape: JournalBuilder) -> None:
    """An app may request a token for each call or each job."""
    work(tape, "t1", "t2", "t3")
    tape.expire_tokens()
    renew(tape, "t4", "t5", "t6")
    work(tape, "t4", "t5", "t6")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("processes", "verdict"), [(3, Verdict.PASS), (2, Verdict.FAIL), (None, Verdict.PASS)])
def test_each_process_may_obtain_one_token(tape: JournalBuilder, processes: int | None, verdict: Verdict) -> None:
    """If the number of processes is unknown, no number of tokens is too high."""
    work(tape, "t1")
    tape.expire_tokens(processes=processes)
    renew(tape, "t2", "t3", "t4")
    work(tape, "t2", "t3", "t4")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_other_calls_than_before_are_not_compared(tape: JournalBuilder) -> None:
    """An app may request a token for each job, and these jobs are its first ones."""
    work(tape, "t1", routes=ROUTES[:1])
    tape.expire_tokens()
    renew(tape, "t2", "t3", "t4")
    work(tape, "t2", "t3", "t4")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_workers_that_share_one_renewal_pass(tape: JournalBuilder) -> None:
    """Several calls in progress with one token are refused together; one renewal serves them all."""
    routes = ["banking.accounts", "banking.balances", "banking.transactions"]
    for route in routes:
        tape.call(route, status=401)
    tape.call("token")
    for route in routes:
        tape.call(route, bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_processes_that_each_have_a_token_pass(tape: JournalBuilder) -> None:
    """Each of three processes renews the token that it used."""
    for number in range(3):
        tape.call("banking.transactions", status=401, bearer=f"old-{number}")
        tape.call("token")
        tape.call("banking.transactions", bearer=f"new-{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_may_begin_again(tape: JournalBuilder) -> None:
    """After the renewal an app may read from the first page instead of repeating the refused one."""
    tape.call("banking.transactions", status=401, query="end_user_id=eu-alice&page%5Bafter%5D=p25")
    tape.call("token")
    tape.call("banking.transactions", bearer="t2", query="end_user_id=eu-alice")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("refusals", "verdict"), [(6, Verdict.PASS), (7, Verdict.FAIL)])
def test_jobs_with_the_same_call_may_each_be_refused_once(tape: JournalBuilder, refusals: int, verdict: Verdict) -> None:
    """Each of five messages may be processed with the old token until the new one arrives."""
    tape.effects({}, moment="settled")
    for _ in range(5):
        tape.deliver_event("consent.updated")
    for _ in range(refusals):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_jobs_that_ended_before_allow_no_more_refusals(tape: JournalBuilder) -> None:
    """The app was idle before the last piece of work arrived."""
    for _ in range(5):
        tape.deliver_event("consent.updated")
    tape.effects({}, moment="settled")
    for _ in range(3):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_refused_creation_may_be_repeated(tape: JournalBuilder) -> None:
    """The end user is known only after the creation succeeded."""
    tape.call("end_users.create", status=401)
    tape.call("token")
    created = tape.call("end_users.list", bearer="t2")
    tape.journal.write(msgspec.structs.replace(created, number=9, route="end_users.create", method="POST"))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refused_key_pair_is_inconclusive(tape: JournalBuilder) -> None:
    """If the token request itself is refused, no renewal can be judged."""
    tape.call("banking.transactions", status=401)
    tape.call("token", status=401)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("refusals", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_one_repetition_with_an_expired_token_passes(tape: JournalBuilder, refusals: int, verdict: Verdict) -> None:
    """Two workers may make the same call before either knows; a third call is a loop."""
    for _ in range(refusals):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("renewals", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_two_renewals_for_one_expiry_pass(tape: JournalBuilder, renewals: int, verdict: Verdict) -> None:
    """Two processes may share a token; token requests before the expiry do not count."""
    tape.call("token")
    tape.call("banking.transactions", status=401)
    for _ in range(renewals):
        tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("name", "status"), [("refresh", 200), ("refresh", 399), ("revoke", 502)])
def test_only_a_failed_hook_shows_that_the_app_gave_up(tape: JournalBuilder, name: str, status: int) -> None:
    """An accepted request may still be processed."""
    tape.call("banking.transactions", status=401)
    tape.hook(name, status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_failure_before_the_refusal_does_not_count(tape: JournalBuilder) -> None:
    """Only the events after the 401 show how the app handles it."""
    tape.hook("refresh", status=502)
    tape.call("banking.transactions", status=401)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_failure_after_another_fault_does_not_count(tape: JournalBuilder) -> None:
    """An app may make no call for some time after several failures, so the refresh shows nothing about the token."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", status=503, bearer="t2", bites=("Status(status=503)",))
    tape.hook("refresh", status=502, took_s=0.01)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_equal_overlapping_calls_are_no_loop(tape: JournalBuilder) -> None:
    """Three jobs that read the same page at once are refused at once."""
    for _ in range(3):
        tape.call("banking.transactions", status=401, took_s=0.3)
        tape.now_s -= 0.3
    tape.wait(1)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_token_for_each_walk_passes(tape: JournalBuilder) -> None:
    """Two valid tokens are refused and renewed once each; each later walk requests its own token."""
    for number, dataset in enumerate(("transactions", "balances")):
        tape.call(f"banking.{dataset}", status=401, bearer=f"old-{number}")
        tape.call("token", token=f"new-{number}")
        tape.call(f"banking.{dataset}", bearer=f"new-{number}")
    for number in range(9):
        tape.call("token", token=f"later-{number}")
        tape.call("banking.accounts", bearer=f"later-{number}", query=f"end_user_id=eu-alice&walk={number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_one_expired_token_and_many_new_walks_pass(tape: JournalBuilder) -> None:
    """After the refused call has succeeded, the same page is read repeatedly, each time with a new token."""
    tape.call("banking.transactions", status=401)
    for number in range(5):
        tape.call("token", token=f"new-{number}")
        tape.call("banking.transactions", bearer=f"new-{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("workers", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_a_renewal_by_every_worker_fails(tape: JournalBuilder, workers: int, verdict: Verdict) -> None:
    """Every worker that notices the expiry of the shared token requests a new one."""
    routes = [f"banking.{name}" for name in ("accounts", "balances", "transactions")][:workers]
    for route in routes:
        tape.call(route, status=401)
    for route in routes:
        tape.call("token", token=f"for-{route}")
    for route in routes:
        tape.call(route, bearer=f"for-{route}")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_renewing_without_using_the_tokens_fails(tape: JournalBuilder) -> None:
    """A loop requests tokens and uses only the last."""
    tape.call("banking.transactions", status=401)
    for number in range(4):
        tape.call("token", token=f"new-{number}")
    tape.call("banking.transactions", bearer="new-3")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_new_token_before_any_refusal_passes_if_all_have_expired(tape: JournalBuilder) -> None:
    """An app that requests a token for each walk never sends the expired one."""
    tape.call("banking.transactions")
    tape.expire_tokens()
    tape.call("token", token="t2")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_no_call_after_the_expiry_proves_nothing(tape: JournalBuilder) -> None:
    """A token request alone proves nothing either."""
    tape.call("banking.transactions")
    tape.expire_tokens()
    tape.call("token", token="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("took_s", "verdict"), [(1, Verdict.FAIL), (17, Verdict.INCONCLUSIVE)])
def test_a_hook_that_timed_out_is_inconclusive(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """A broken connection counts as a failure; after a timeout the app may have continued."""
    tape.call("banking.transactions", status=401)
    tape.wait(took_s)
    tape.hook("refresh", status=None, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_another_end_users_idle_report_does_not_end_the_work(tape: JournalBuilder) -> None:
    """Several messages are being processed, although the app has nothing to do for another end user."""
    for _ in range(3):
        tape.deliver_event("banking.accounts.sync.completed")
    tape.effects({}, moment="settled", participant="other")
    for _ in range(3):
        tape.call("consents.list", status=401, bearer="t1")
    tape.call("token", token="t2")
    tape.call("consents.list", bearer="t2")
    tape.effects({})

    assert RenewsTokenOnce().examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("fault", "verdict"), [("Latency(latency_ms=250)", Verdict.PASS), ("Stall()", Verdict.FAIL)])
def test_a_late_response_is_a_success(tape: JournalBuilder, fault: str, verdict: Verdict) -> None:
    """The fault delays the response of the retry, which is complete; a response that stalls never ends."""
    tape.call("banking.accounts", status=401)
    tape.call("token", token="t2")
    tape.call("banking.accounts", bearer="t2", bites=(fault,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_call_whose_renewal_failed_need_not_be_repeated(tape: JournalBuilder) -> None:
    """The app reported the failure, and its next work needs other calls."""
    tape.call("consents.list", status=401)
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_that_was_repeated_counts_for_no_later_token(tape: JournalBuilder) -> None:
    """Four calls share one renewal; each later token then expires at another of these calls."""
    routes = [f"banking.{name}" for name in ("accounts", "balances", "transactions", "payees")]
    for route in routes:
        tape.call(route, status=401)
    tape.call("token", token="t2")
    for route in routes:
        tape.call(route, bearer="t2")
    for number, route in enumerate(routes[1:], start=2):
        tape.call(route, status=401, bearer=f"t{number}")
        tape.call("token", token=f"t{number + 1}")
        tape.call(route, bearer=f"t{number + 1}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
