"""retries_spoilt_reads: a read that one passing fault spoilt is made again."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.rows import PENDING
from fiskil_harness.probes import RetriesSpoiltReads, Verdict
from tests.probes.tape import Tape

PROBE = RetriesSpoiltReads()
TRANSACTIONS = "banking.transactions"
ANNOUNCED = "banking.transactions.sync.completed"
RESET = ("ResetBefore(delay_ms=0, stream=upstream)",)
CUT = ("LimitBytes(after_bytes=20)",)
CUT_HEADERS = (("content-length", "900"),)


def spoilt(tape: Tape, **more: Any) -> None:
    """The connection is reset before an answer."""
    tape.call(TRANSACTIONS, **{"status": None, "bites": RESET, **more})


def test_reading_again_passes(tape: Tape) -> None:
    """Once more, and it came."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.call(TRANSACTIONS)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_giving_up_after_one_broken_answer_fails(tape: Tape) -> None:
    """Nobody sends the event again, and nothing is pending."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("given up: banking.transactions",)


def test_the_next_event_makes_nothing_good(tape: Tape) -> None:
    """By then the app had been at rest with what it had lost."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.effects({}, moment="settled")
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_queue_may_take_its_time(tape: Tape) -> None:
    """Seconds later, by another try of the message, is well: something was pending until then."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.effects({}, pending=1, moment="settled", is_idle=False)
    tape.wait(5)
    tape.call(TRANSACTIONS)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_may_begin_anew(tape: Tape) -> None:
    """The second page broke, and the first one comes again, under another token."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS, query="end_user_id=eu_alice&from=2026-01-01")
    spoilt(tape, query="end_user_id=eu_alice&from=2026-01-01&page%5Bafter%5D=a")
    tape.call("token", token="t2")
    tape.call(TRANSACTIONS, bearer="t2", query="end_user_id=eu_alice&from=2026-01-01")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reading_all_instead_passes(tape: Tape) -> None:
    """Who asks without a filter asks for more than was lost."""
    tape.told(ANNOUNCED)
    spoilt(tape, query="end_user_id=eu_alice&from=2026-01-01")
    tape.call(TRANSACTIONS, query="end_user_id=eu_alice")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_going_on_with_other_rows_is_no_reading_again(tape: Tape) -> None:
    """The pending ones were lost, and the posted ones are others."""
    tape.told(ANNOUNCED)
    spoilt(tape, query="end_user_id=eu_alice&status=PENDING")
    tape.call(TRANSACTIONS, query="end_user_id=eu_alice&status=POSTED")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_jobs_side_by_side_help_one_another(tape: Tape) -> None:
    """Another job read the very same a moment before, and after the event."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS)
    spoilt(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_person_may_be_told_to_try_again(tape: Tape) -> None:
    """Whoever asked knows that it failed."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.effects({}, moment="settled")
    spoilt(tape)
    tape.hook("refresh", status=502, took_s=0.2)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no reading that an event had asked for was spoilt once"


def test_what_goes_on_failing_may_be_given_up(tape: Tape) -> None:
    """A fault that does not pass is another question."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    spoilt(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_event_that_was_refused_comes_again(tape: Tape) -> None:
    """Nothing was acknowledged, so nothing is lost yet."""
    tape.told(ANNOUNCED, outcome="refuse")
    spoilt(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "bite",
    ["ErrorInside(rows=error)", "TruncatedJson(keep_percent=50)", "HtmlInside()", "GzipTruncated(keep_percent=50)"],
)
def test_what_cannot_be_the_rows_is_spoilt(tape: Tape, bite: str) -> None:
    """A status of success makes no answer of it."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=(bite,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("bite", ["Slicer(average_bytes=64)", "Trailers(count=2)", "LengthTooLong(extra_bytes=10)"])
def test_what_a_client_may_take_is_not_spoilt(tape: Tape, bite: str) -> None:
    """Whole rows came, however oddly."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=(bite,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("sent", "verdict"), [(20, Verdict.FAIL), (900, Verdict.INCONCLUSIVE)])
def test_a_cut_after_the_last_byte_spoils_nothing(tape: Tape, sent: int, verdict: Verdict) -> None:
    """As much came as was announced."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=CUT, response_headers=CUT_HEADERS, response_body=b"x" * sent)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_that_tells_no_pending_may_still_be_at_it(tape: Tape) -> None:
    """Its next try may come after we have looked."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.effects({}, pending=None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, PENDING)


def test_an_app_that_was_still_at_work_is_not_accused(tape: Tape) -> None:
    """The wait was capped."""
    tape.told(ANNOUNCED)
    spoilt(tape)
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_is_not_spoilt(tape: Tape, status: int) -> None:
    """It is an answer."""
    tape.told(ANNOUNCED)
    tape.call(TRANSACTIONS, status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_somebody_elses_rest_is_not_theirs(tape: Tape) -> None:
    """Nothing is pending of one end user's, while what broke for another is still to be read."""
    tape.told(ANNOUNCED, participant="b")
    spoilt(tape)
    tape.effects({}, participant="a", moment="settled")
    tape.effects({}, participant="b", moment="settled", pending=1, is_idle=False)
    tape.call(TRANSACTIONS)
    tape.effects({}, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
