"""sends_tokens_it_got: a mere word for nothing is no token, and no call goes out with one."""

import pytest

from fiskil_harness.probes import SendsTokensItGot, Verdict
from tests.probes.tape import Tape

PROBE = SendsTokensItGot()
RENAMED = ("TokenField(field='access_token')",)


def test_reading_the_other_field_passes(tape: Tape) -> None:
    """The token is there, under its other name."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "nothing but tokens was sent as one"


def test_failing_clearly_passes(tape: Tape) -> None:
    """No token, no call."""
    tape.call("token", bites=RENAMED)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_going_on_with_the_old_token_passes(tape: Tape) -> None:
    """It is dead, and yet a token."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer="t1", status=401)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("word", ["undefined", "null", "None", "[object Object]"])
def test_sending_a_word_for_nothing_fails(tape: Tape, word: str) -> None:
    """What a language writes where there is nothing was taken for a token."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer=word, status=401)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, f"banking.transactions was asked with {word!r} for a token")
    assert finding.evidence == (f"GET banking.transactions: Bearer {word}",)


def test_without_odd_answers_there_is_nothing_to_see(tape: Tape) -> None:
    """A refused exchange tells no token, and nobody looks for one in it."""
    tape.call("token", status=503, bites=("Status(status=503)",))
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
