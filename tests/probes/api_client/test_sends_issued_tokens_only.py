"""sends_issued_tokens_only: no call carries the text of a missing value as its token."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import SendsIssuedTokensOnly, Verdict

PROBE = SendsIssuedTokensOnly()
RENAMED = ("TokenField(field='access_token')",)


def test_reading_the_other_field_passes(tape: JournalBuilder) -> None:
    """The token is present, under its other name."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer="t2")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "no call carried the text of a missing value as its token"


def test_failing_clearly_passes(tape: JournalBuilder) -> None:
    """Without a token the app makes no call."""
    tape.call("token", bites=RENAMED)
    tape.hook("refresh", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_using_the_old_token_passes(tape: JournalBuilder) -> None:
    """It has expired, but the API issued it."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer="t1", status=401)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("word", ["undefined", "null", "None", "[object Object]"])
def test_sending_a_missing_value_fails(tape: JournalBuilder, word: str) -> None:
    """The app used the text of a missing value as a token."""
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer=word, status=401)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        f"banking.transactions was called with {word!r} as its token",
    )
    assert finding.evidence == (f"GET banking.transactions: Bearer {word}",)


def test_without_unusual_responses_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """A refused token request contains no token, and the app expects none."""
    tape.call("token", status=503, bites=("Status(status=503)",))
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_token_request_needs_no_token(tape: JournalBuilder) -> None:
    """A client that sends its last token with every request may send the text of a missing value to get a new one."""
    tape.call("token", bites=RENAMED)
    tape.call("token", request_headers=(("authorization", "Bearer undefined"),))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_calls_before_the_unusual_response_are_not_judged(tape: JournalBuilder) -> None:
    """Their token cannot be from that response."""
    tape.call("banking.transactions", bearer="undefined", status=401)
    tape.call("token", bites=RENAMED)
    tape.call("banking.transactions", bearer="t2")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
