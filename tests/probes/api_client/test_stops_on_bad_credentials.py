"""stops_on_bad_credentials: a refused key pair is not insisted on, and the app recovers when it is good again."""

import pytest

from fiskil_harness.probes import StopsOnBadCredentials, Verdict
from tests.probes.tape import Tape

PROBE = StopsOnBadCredentials()
KEY_REFUSED = ("KeyRefused(status=403)",)


def refused(tape: Tape, tries: int) -> None:
    """The key dies, the app is asked once and exchanges it *tries* times."""
    tape.key("revoked")
    for _ in range(tries):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)


def test_giving_up_and_recovering_passes(tape: Tape) -> None:
    """One try, an error, and work again with a good key."""
    refused(tape, 1)
    tape.key("accepted")
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_insisting_fails(tape: Tape) -> None:
    """The fourth exchange for one request is a loop."""
    refused(tape, 4)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "a refused key pair was exchanged more than 3 times for each thing the app was asked to do"


def test_going_on_while_left_alone_fails(tape: Tape) -> None:
    """Many things were asked, so the count is lawful; trying on in an idle stretch is not."""
    refused(tape, 1)
    tape.idle(1)
    for _ in range(4):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "a refused key pair was exchanged more than 3 times while the app was left alone"


def test_not_recovering_fails(tape: Tape) -> None:
    """Asked again with a good key, the app fails again."""
    refused(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app does not recover after its key pair was accepted again"


def test_a_restart_with_the_right_secret_is_a_good_key(tape: Tape) -> None:
    """Where the secret was wrong, the next start has the right one."""
    tape.key("wrong")
    tape.call("token", status=401)
    tape.hook("refresh", status=502)
    tape.restart()
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_was_not_asked_again_is_not_judged(tape: Tape) -> None:
    """Recovery has to be seen."""
    refused(tape, 1)
    tape.key("accepted")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_refusal_there_is_nothing_to_see(tape: Tape) -> None:
    """An app that never called with the bad key shows nothing."""
    tape.key("revoked")
    tape.key("accepted")
    tape.call("token")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("tries", "verdict"), [(3, Verdict.PASS), (4, Verdict.FAIL)])
def test_three_tries_are_let_pass(tape: Tape, tries: int, verdict: Verdict) -> None:
    """A refusal may be a hiccup, three are none."""
    refused(tape, tries)
    tape.key("accepted")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("asked", ["hook", "start", "event"])
def test_each_thing_asked_allows_for_tries(tape: Tape, asked: str) -> None:
    """A request, a start and an event may each try the key."""
    tape.key("revoked")
    tape.call("token", status=401)
    tape.call("token", status=401)
    tape.hook("refresh", status=502, took_s=0.01)
    {"hook": tape.hook, "start": lambda _: tape.restart(), "event": tape.told}[asked]("consent.updated")
    tape.call("token", status=401)
    tape.call("token", status=401)
    tape.key("accepted")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_was_asked_before_allows_for_nothing(tape: Tape) -> None:
    """Requests from before the refusals, and after them, are other stories."""
    tape.hook("refresh")
    tape.told("consent.updated")
    tape.restart()
    tape.wait(1)
    tape.key("revoked")
    for _ in range(4):
        tape.call("token", status=401)
    tape.wait(1)
    tape.told("consent.updated")
    tape.restart()
    tape.hook("refresh", took_s=0.01)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("tries", "seen"), [(3, "not made good again"), (4, "while the app was left alone")])
def test_an_idle_stretch_bears_three_tries(tape: Tape, tries: int, seen: str) -> None:
    """A worker may look again a few times; a loop does not stop."""
    refused(tape, 1)
    tape.idle(1)
    for _ in range(tries):
        tape.call("token", status=401)
    tape.hook("refresh", status=502)

    assert seen in PROBE.examine(tape.journal).observed


def test_data_calls_that_are_turned_away_show_the_bad_key(tape: Tape) -> None:
    """An app that meets 401 on its calls and tries no exchange at all has stopped as well."""
    tape.key("revoked")
    tape.call("banking.transactions", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_before_the_key_was_good_is_no_recovery(tape: Tape) -> None:
    """Neither an older success nor an exchange alone shows that the app works again."""
    tape.call("banking.transactions")
    refused(tape, 1)
    tape.key("accepted")
    tape.call("token")

    assert PROBE.examine(tape.journal).observed == "the app was not seen at work after its key pair was accepted again"


def test_a_refresh_that_was_under_way_is_not_judged(tape: Tape) -> None:
    """It began with the bad key."""
    refused(tape, 1)
    tape.key("accepted")
    tape.hook("refresh", status=502, took_s=5)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("status", "verdict"), [(399, Verdict.INCONCLUSIVE), (400, Verdict.FAIL), (None, Verdict.FAIL)])
def test_only_failed_requests_show_that_the_app_is_stuck(tape: Tape, status: int | None, verdict: Verdict) -> None:
    """An app that takes the request may work on it later."""
    refused(tape, 1)
    tape.key("accepted")
    tape.wait(1)
    tape.hook("refresh", status=status)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("state", ["revoked", "wrong"])
def test_a_key_that_stays_bad_proves_nothing(tape: Tape, state: str) -> None:
    """The scenario ended before recovery could be seen; a start before the bad key is none."""
    tape.restart()
    tape.key(state)
    tape.call("token", status=401)
    tape.wait(1)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).observed == "the key pair was not made good again, so recovery could not be seen"


def test_an_answer_that_nobody_waited_for_is_no_failure(tape: Tape) -> None:
    """The app may have recovered after the harness stopped waiting for it."""
    refused(tape, 1)
    tape.key("accepted")
    tape.wait(18)
    tape.hook("refresh", status=None, took_s=17)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


def test_data_calls_that_are_turned_away_are_no_exchanges(tape: Tape) -> None:
    """A dead token on many calls is no loop over the key pair."""
    tape.key("revoked")
    for _ in range(5):
        tape.call("banking.transactions", status=401)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_only_work_after_the_last_time_the_key_was_good_is_recovery(tape: Tape) -> None:
    """The key died twice; the app came back only once."""
    refused(tape, 1)
    tape.key("accepted")
    tape.call("banking.transactions", bearer="t2")
    refused(tape, 1)
    tape.key("accepted")
    tape.hook("refresh", status=502, took_s=0.01)

    assert PROBE.examine(tape.journal).observed == "the app does not recover after its key pair was accepted again"


@pytest.mark.parametrize(("tries", "verdict"), [(3, Verdict.INCONCLUSIVE), (4, Verdict.FAIL)])
def test_a_message_allows_for_tries_once(tape: Tape, tries: int, verdict: Verdict) -> None:
    """One event told is one thing asked."""
    tape.key("revoked")
    tape.call("token", status=401)
    tape.told("consent.received")
    for _ in range(tries - 1):
        tape.call("token", status=401)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_key_refused_by_a_fault_is_a_refused_key(tape: Tape) -> None:
    """403 at the exchange, an error, and work again after a restart."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.hook("refresh", status=503)
    tape.restart()
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_insisting_on_a_key_that_a_fault_refuses_fails(tape: Tape) -> None:
    """The fourth exchange for one request is a loop here as well; its status is the one that was answered."""
    for _ in range(4):
        tape.call("token", status=403, bites=KEY_REFUSED)
    tape.hook("refresh", status=503)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("POST token: 403",))


def test_leaving_alone_what_refused_the_key_is_no_crime(tape: Tape) -> None:
    """An app may wait for a while after a refusal, for longer than a scenario lasts."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.wait(1)
    tape.hook("refresh", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_failing_after_a_restart_fails(tape: Tape) -> None:
    """An app that began anew knows of no refusal."""
    tape.call("token", status=403, bites=KEY_REFUSED)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=503)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("refresh failed with a good key pair",))
