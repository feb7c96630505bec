"""takes_tokens_in_bounds: no loop of exchanges, whatever is told of a token's life; one for each call is fine."""

import pytest

from fiskil_harness.journal import Started
from fiskil_harness.probes import TakesTokensInBounds, Verdict
from tests.probes.tape import Tape

PROBE = TakesTokensInBounds()
ODD = ("TokenLifetime(stated='zero')",)


def test_one_odd_token_that_is_used_passes(tape: Tape) -> None:
    """A careful guess in the place of what makes no sense."""
    tape.call("token", bites=ODD)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "tokens were taken in bounds, and the app works on"


def test_a_token_for_each_call_passes(tape: Tape) -> None:
    """Who is told that a token lives no time may use each once."""
    for number in range(30):
        tape.call("token", bites=ODD)
        tape.call("banking.transactions", bearer=f"t{number}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("exchanges", "verdict"), [(20, Verdict.PASS), (21, Verdict.FAIL)])
def test_taking_one_after_another_fails(tape: Tape, exchanges: int, verdict: Verdict) -> None:
    """The twenty-first token in a row is a loop, though the app works beside it."""
    tape.call("banking.transactions")
    for _ in range(exchanges):
        tape.call("token", bites=ODD)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict


def test_a_loop_is_told_without_its_length(tape: Tape) -> None:
    """How long it was is a matter of time."""
    for _ in range(50):
        tape.call("token", bites=ODD)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "more than 20 tokens were asked for in a row, and none of them was used"
    assert finding.evidence == ("POST token: TokenLifetime(stated='zero')",)


def test_each_message_may_have_a_worker_with_a_token_of_its_own(tape: Tape) -> None:
    """Ten messages came, so thirty exchanges in a row are no loop yet."""
    for _ in range(10):
        tape.told("consent.updated")
    for _ in range(30):
        tape.call("token", bites=ODD)
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_exchanges_that_are_refused_are_another_question(tape: Tape) -> None:
    """They bring no token, and how often a failing call is repeated is asked elsewhere; they do not part a row either."""
    for _ in range(40):
        tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.call("banking.transactions")
    passed = PROBE.examine(tape.journal)
    for _ in range(21):
        tape.call("token", bites=ODD)
        tape.call("token", status=503)
    failed = PROBE.examine(tape.journal)

    assert (passed.verdict, failed.verdict) == (Verdict.PASS, Verdict.FAIL)


def test_failing_clearly_and_healing_passes(tape: Tape) -> None:
    """An app may refuse an answer without expires_in, as long as it works again once the answers are whole."""
    tape.call("token", bites=("TokenLifetime(stated='missing')",))
    tape.hook("refresh", status=502)
    tape.call("token")
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_failing_for_ever_fails(tape: Tape) -> None:
    """Started again and asked again, with tokens to be had as ever, the app does not work."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.hook("refresh", status=502)
    tape.restart()
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app does not work again, though tokens are to be had as ever and the app began anew"


def test_dying_of_an_odd_answer_fails(tape: Tape) -> None:
    """Nobody answers any more, and nobody killed the app."""
    tape.call("token", bites=("TokenLifetime(stated='missing')",))
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app answers nothing any more since it was given an odd answer about a token"


@pytest.mark.parametrize("status", [200, 502])
def test_one_answer_that_got_lost_is_not_the_end(tape: Tape, status: int) -> None:
    """A later request is answered, whatever it is told."""
    tape.call("token", bites=ODD)
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=status)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_request_that_nobody_answered_once_is_not_the_end(tape: Tape) -> None:
    """Once may be chance."""
    tape.call("token", bites=ODD)
    tape.hook("refresh", status=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_was_killed_answers_nothing(tape: Tape) -> None:
    """Who kills it has no complaint."""
    tape.call("token", bites=ODD)
    tape.journal.write(Started(at_s=tape.now_s, how="kill"))
    tape.hook("refresh", status=None)
    tape.hook("refresh", status=None)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_failing_for_a_while_is_not_judged(tape: Tape) -> None:
    """Whoever opens a circuit closes it again, in a time of its own."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.wait(1)
    tape.hook("refresh", status=502)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was not observed to call the API after the fault had ended",
    )


def test_a_late_answer_after_a_restart_is_not_judged(tape: Tape) -> None:
    """The harness stopped waiting; the answer may have come."""
    tape.call("token", status=503, bites=("ErrorBody(status=503)",))
    tape.restart()
    tape.wait(20)
    tape.hook("refresh", status=None, took_s=17)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_odd_answers_there_is_nothing_to_see(tape: Tape) -> None:
    """A loop of good exchanges is not this scenario's question, nor is an odd answer elsewhere."""
    tape.call("token")
    tape.call("banking.transactions", bearer="t2", bites=("DateSkew(skew_s=3600)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
