"""requests_tokens_in_bounds: the app does not request tokens in a loop, however unusual their stated lifetime."""

import pytest

from fiskil_harness.journal import ProcessChanged
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RequestsTokensInBounds, Verdict

PROBE = RequestsTokensInBounds()
UNUSUAL = ("TokenLifetime(stated='zero')",)


def test_one_unusual_token_that_is_used_passes(tape: JournalBuilder) -> None:
    """The app assumes a lifetime instead of the invalid one."""
    tape.call("token", bites=UNUSUAL)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "the number of token requests was limited, and the app kept working"


def test_a_token_for_each_call_passes(tape: JournalBuilder) -> None:
    """An app may use a token once if its stated lifetime is zero."""
    for number in range(30):
        tape.call("token", bites=UNUSUAL)
        tape.call("banking.transactions", bearer=f"t{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("exchanges", "verdict"), [(20, Verdict.PASS), (21, Verdict.FAIL)])
def test_more_than_twenty_tokens_in_a_row_fail(tape: JournalBuilder, exchanges: int, verdict: Verdict) -> None:
    """The 21st token in a row is a loop, even if the app works otherwise."""
    tape.call("banking.transactions")
    for _ in range(exchanges):
        tape.call("token", bites=UNUSUAL)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict


def test_a_loop_is_reported_without_its_length(tape: JournalBuilder) -> None:
    """Its length depends on timing."""
    for _ in range(50):
        tape.call("token", bites=UNUSUAL)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "more than 20 tokens were requested in a row, and none of them was used"
    assert finding.evidence == ("POST token: TokenLifetime(stated='zero')",)


def test_each_message_may_have_a_worker_that_requests_a_token(tape: JournalBuilder) -> None:
    """With ten messages, thirty token requests in a row are no loop."""
    for _ in range(10):
        tape.deliver_event("consent.updated")
    for _ in range(30):
        tape.call("token", bites=UNUSUAL)
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_refused_token_requests_do_not_count(tape: JournalBuilder) -> None:
    """They return no token, and they do not interrupt a series either."""
    for _ in range(40):
        tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.call("banking.transactions")
    passed = PROBE.examine(tape.journal)
    for _ in range(21):
        tape.call("token", bites=UNUSUAL)
        tape.call("token", status=503)
    failed = PROBE.examine(tape.journal)

    assert (passed.verdict, failed.verdict) == (Verdict.PASS, Verdict.FAIL)


def test_failing_and_recovering_passes(tape: JournalBuilder) -> None:
    """An app may reject a response without expires_in if it works again once responses are complete."""
    tape.call("token", bites=("TokenLifetime(stated='missing')",))
    tape.hook("refresh", status=502)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_not_working_again_after_a_restart_fails(tape: JournalBuilder) -> None:
    """Token responses are normal and the app was restarted, and it still fails."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.hook("refresh", status=502)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502, had_recovery_time=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app does not work again, although token responses are normal and it was restarted"


def test_a_circuit_breaker_that_outlasts_a_restart_is_inconclusive(tape: JournalBuilder) -> None:
    """The app keeps it in its database, and refuses a refresh for a while without an API call."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not observed to call the API after the fault had ended",
    )


def test_not_responding_after_an_unusual_response_fails(tape: JournalBuilder) -> None:
    """The app no longer responds, although the harness did not kill it."""
    tape.call("token", bites=("TokenLifetime(stated='missing')",))
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app has not responded since it received an unusual token response"


@pytest.mark.parametrize("status", [200, 502])
def test_an_app_that_responds_later_is_not_judged(tape: JournalBuilder, status: int) -> None:
    """A later hook gets a response, whatever its status."""
    tape.call("token", bites=UNUSUAL)
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_single_missing_response_is_not_judged(tape: JournalBuilder) -> None:
    """A single one may be chance."""
    tape.call("token", bites=UNUSUAL)
    tape.hook("refresh", status=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_killed_app_is_not_judged(tape: JournalBuilder) -> None:
    """The harness killed the app, so a missing response proves nothing."""
    tape.call("token", bites=UNUSUAL)
    tape.journal.write(ProcessChanged(at_s=tape.now_s, change="kill"))
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_failing_for_a_while_is_not_judged(tape: JournalBuilder) -> None:
    """An app with an open circuit breaker closes it again after some time."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not observed to call the API after the fault had ended",
    )


def test_a_late_response_after_a_restart_is_not_judged(tape: JournalBuilder) -> None:
    """The harness stopped waiting, and the response may have followed."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.restart()
    tape.wait(20)
    tape.hook("refresh", status=None, took_s=17)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_unusual_responses_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Normal token responses in a loop, or unusual responses elsewhere, are not judged here."""
    tape.call("token")
    tape.call("banking.transactions", bearer="t2", bites=("DateSkew(skew_s=3600)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("status", "verdict"), [(399, Verdict.FAIL), (400, Verdict.PASS), (503, Verdict.PASS), (None, Verdict.FAIL)]
)
def test_refused_token_requests_are_left_out_of_the_series(
    tape: JournalBuilder, status: int | None, verdict: Verdict
) -> None:
    """Retries after a refusal are judged by other probes; a request whose response was lost may have issued a token."""
    tape.call("token", bites=UNUSUAL)
    for _ in range(20):
        tape.call("token", status=status)
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is verdict
