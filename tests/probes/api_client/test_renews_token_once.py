"""renews_token_once: a dead token costs one renewal and one retry; loops and losses are seen, workers at once are fine."""

import msgspec
import pytest

from fiskil_harness.probes import RenewsTokenOnce, Verdict
from tests.probes.tape import Tape

PROBE = RenewsTokenOnce()


def test_one_renewal_and_one_retry_pass(tape: Tape) -> None:
    """401, exchange, the same call again: done."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_renewing_before_the_death_leaves_nothing_to_see(tape: Tape) -> None:
    """A proactive app is not accused, and not proven either."""
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_no_renewal_fails_when_the_request_failed(tape: Tape) -> None:
    """401, then nothing, and an error for whoever asked."""
    tape.call("banking.transactions", status=401)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions never succeeded after its 401, and the token was not renewed"


def test_a_renewal_without_a_retry_fails(tape: Tape) -> None:
    """Renewing for the next time only loses this one."""
    tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions never succeeded after its 401, though the token was renewed"


def test_an_app_still_at_work_is_not_accused(tape: Tape) -> None:
    """The retry may still come."""
    tape.call("banking.transactions", status=401)
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_insisting_on_a_refused_token_fails(tape: Tape) -> None:
    """The third equal call with one dead token is a loop."""
    for _ in range(3):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was asked more than 2 times with a token that had been refused"


def test_renewing_in_a_loop_fails(tape: Tape) -> None:
    """More than two exchanges for one dead token is a stampede or a loop."""
    tape.call("banking.transactions", status=401)
    for _ in range(3):
        tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "more than 2 renewals followed the death of one token"


def test_workers_that_saw_the_same_death_pass(tape: Tape) -> None:
    """Eight calls under way with one token are refused together; one exchange serves them all."""
    routes = ["banking.accounts", "banking.balances", "banking.transactions"]
    for route in routes:
        tape.call(route, status=401)
    tape.call("token")
    for route in routes:
        tape.call(route, bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_processes_with_tokens_of_their_own_pass(tape: Tape) -> None:
    """Each of three processes renews the token that it held."""
    for number in range(3):
        tape.call("banking.transactions", status=401, bearer=f"old-{number}")
        tape.call("token")
        tape.call("banking.transactions", bearer=f"new-{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_may_begin_anew(tape: Tape) -> None:
    """After the renewal an app may walk from the first page instead of repeating the refused one."""
    tape.call("banking.transactions", status=401, query="end_user_id=eu_alice&page%5Bafter%5D=p25")
    tape.call("token")
    tape.call("banking.transactions", bearer="t2", query="end_user_id=eu_alice")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("refusals", "verdict"), [(6, Verdict.PASS), (7, Verdict.FAIL)])
def test_jobs_that_ask_the_same_may_each_be_refused_once(tape: Tape, refusals: int, verdict: Verdict) -> None:
    """Until the new token has come, each of five messages may be worked on with the old one; more is insisting."""
    tape.effects({}, moment="settled")
    for _ in range(5):
        tape.told("consent.updated")
    for _ in range(refusals):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_jobs_that_were_done_before_excuse_nothing(tape: Tape) -> None:
    """The app was at rest when it was asked for one thing more."""
    for _ in range(5):
        tape.told("consent.updated")
    tape.effects({}, moment="settled")
    for _ in range(3):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_creation_that_was_refused_has_no_end_user_yet(tape: Tape) -> None:
    """The end user is known only once the creation came through."""
    tape.call("end_users.create", status=401)
    tape.call("token")
    created = tape.call("end_users.list", bearer="t2")
    tape.journal.write(msgspec.structs.replace(created, number=9, route="end_users.create", method="POST"))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refused_key_pair_is_another_question(tape: Tape) -> None:
    """Where the exchange itself is refused, no renewal can be judged."""
    tape.call("banking.transactions", status=401)
    tape.call("token", status=401)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("refusals", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_one_repetition_with_a_dead_token_is_let_pass(tape: Tape, refusals: int, verdict: Verdict) -> None:
    """Two workers may ask the same with one token before either knows; a third time is insisting."""
    for _ in range(refusals):
        tape.call("banking.transactions", status=401)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("renewals", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_two_renewals_for_one_death_are_let_pass(tape: Tape, renewals: int, verdict: Verdict) -> None:
    """Two processes may share a token; exchanges before the death count for nothing."""
    tape.call("token")
    tape.call("banking.transactions", status=401)
    for _ in range(renewals):
        tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("name", "status"), [("refresh", 200), ("refresh", 399), ("revoke", 502)])
def test_only_a_failed_request_shows_that_the_app_gave_up(tape: Tape, name: str, status: int) -> None:
    """A request that was taken may still be worked on."""
    tape.call("banking.transactions", status=401)
    tape.hook(name, status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_failure_before_the_refusal_is_another_story(tape: Tape) -> None:
    """Only what came after the 401 tells how the app took it."""
    tape.hook("refresh", status=502)
    tape.call("banking.transactions", status=401)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_equal_calls_under_way_together_are_no_loop(tape: Tape) -> None:
    """Three jobs that read the same page at once are refused at once."""
    for _ in range(3):
        tape.call("banking.transactions", status=401, took_s=0.3)
        tape.now_s -= 0.3
    tape.wait(1)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_token_for_each_walk_passes(tape: Tape) -> None:
    """Two tokens alive are refused once and renewed once each; the walks that follow take one each, as walks do."""
    for number, dataset in enumerate(("transactions", "balances")):
        tape.call(f"banking.{dataset}", status=401, bearer=f"old-{number}")
        tape.call("token", token=f"new-{number}")
        tape.call(f"banking.{dataset}", bearer=f"new-{number}")
    for number in range(9):
        tape.call("token", token=f"later-{number}")
        tape.call("banking.accounts", bearer=f"later-{number}", query=f"end_user_id=eu_alice&walk={number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_one_dead_token_and_many_new_walks_pass(tape: Tape) -> None:
    """The same page is read again and again, each time with a token of its own, once the refused call has come through."""
    tape.call("banking.transactions", status=401)
    for number in range(5):
        tape.call("token", token=f"new-{number}")
        tape.call("banking.transactions", bearer=f"new-{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("workers", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL)])
def test_a_stampede_fails(tape: Tape, workers: int, verdict: Verdict) -> None:
    """Every worker that saw the death of the shared token fetches one of its own."""
    routes = [f"banking.{name}" for name in ("accounts", "balances", "transactions")][:workers]
    for route in routes:
        tape.call(route, status=401)
    for route in routes:
        tape.call("token", token=f"for-{route}")
    for route in routes:
        tape.call(route, bearer=f"for-{route}")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_renewing_and_throwing_away_fails(tape: Tape) -> None:
    """A loop that fetches tokens and uses none but the last."""
    tape.call("banking.transactions", status=401)
    for number in range(4):
        tape.call("token", token=f"new-{number}")
    tape.call("banking.transactions", bearer="new-3")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_new_token_before_any_refusal_passes_where_all_have_died(tape: Tape) -> None:
    """Whoever takes a token for each walk never sends the dead one."""
    tape.call("banking.transactions")
    tape.tokens_die()
    tape.call("token", token="t2")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_calls_no_more_after_the_death_proves_nothing(tape: Tape) -> None:
    """Nor does one that only takes a token."""
    tape.call("banking.transactions")
    tape.tokens_die()
    tape.call("token", token="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("took_s", "verdict"), [(1, Verdict.FAIL), (17, Verdict.INCONCLUSIVE)])
def test_an_answer_that_nobody_waited_for_is_no_end(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """A request that broke off is one; after the harness stopped waiting the app may have gone on."""
    tape.call("banking.transactions", status=401)
    tape.wait(took_s)
    tape.hook("refresh", status=None, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict
