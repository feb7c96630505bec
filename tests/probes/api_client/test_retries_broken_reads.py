"""retries_broken_reads: the app repeats a read that one transient fault broke."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import Delivery, Effects
from fiskil_harness.journal.builder import MOMENT_S, JournalBuilder
from fiskil_harness.journal.queries.rows import PENDING
from fiskil_harness.probes import RetriesBrokenReads, Verdict

PROBE = RetriesBrokenReads()
TRANSACTIONS = "banking.transactions"
ANNOUNCED = "banking.transactions.sync.completed"
RESET = ("ResetBefore(delay_ms=0, stream=upstream)",)
CUT = ("LimitBytes(after_bytes=20)",)
CUT_HEADERS = (("content-length", "900"),)


def break_read(tape: JournalBuilder, **more: Any) -> None:
    """The connection is reset before a response."""
    tape.call(TRANSACTIONS, **{"status": None, "bites": RESET, **more})


def test_reading_again_passes(tape: JournalBuilder) -> None:
    """The app repeats the read, and it succeeds."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.call(TRANSACTIONS)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_reading_rows_with_an_unknown_field_again_passes(tape: JournalBuilder) -> None:
    """The repetition is readable, although a fault changed its rows."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.call(TRANSACTIONS, bites=("ExtraField(field=introduced_lately, size_bytes=0)",))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_giving_up_after_one_broken_response_fails(tape: JournalBuilder) -> None:
    """The event is not delivered again, and nothing is pending."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("given up: banking.transactions",)


def test_a_read_that_a_kill_ended_is_not_judged(tape: JournalBuilder) -> None:
    """The harness killed the app while a fault held the call, so the API did not fail."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape, is_cut=True)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_the_next_event_does_not_repair_the_loss(tape: JournalBuilder) -> None:
    """Before that event the app was idle without the data."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({}, moment="settled")
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_queue_may_retry_later(tape: JournalBuilder) -> None:
    """Something was pending until the message was retried seconds later."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({}, pending=1, moment="settled", is_idle=False)
    tape.wait(5)
    tape.call(TRANSACTIONS)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_may_begin_again(tape: JournalBuilder) -> None:
    """The second page broke, and the app reads from the first page with another token."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, query="end_user_id=eu-alice&from=2026-01-01")
    break_read(tape, query="end_user_id=eu-alice&from=2026-01-01&page%5Bafter%5D=a")
    tape.call("token", token="t2")
    tape.call(TRANSACTIONS, bearer="t2", query="end_user_id=eu-alice&from=2026-01-01")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_wider_read_passes(tape: JournalBuilder) -> None:
    """A read without a filter contains all rows of the broken one."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape, query="end_user_id=eu-alice&from=2026-01-01")
    tape.call(TRANSACTIONS, query="end_user_id=eu-alice")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_read_of_other_rows_is_no_repetition(tape: JournalBuilder) -> None:
    """The pending rows were lost, and the app read the posted ones."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape, query="end_user_id=eu-alice&status=PENDING")
    tape.call(TRANSACTIONS, query="end_user_id=eu-alice&status=POSTED")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_equal_read_of_another_job_passes(tape: JournalBuilder) -> None:
    """Another job made the same read just before, and after the event."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_read_for_an_earlier_event_is_no_repetition(tape: JournalBuilder) -> None:
    """The second event announces rows that the first read cannot contain."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_repeated_message_announces_nothing_new(tape: JournalBuilder) -> None:
    """The read after the first delivery has the announced rows."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.write(msgspec.structs.replace(tape.journal.all(Delivery)[0], kind="replay", at_s=tape.now_s))
    tape.wait(MOMENT_S)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_failed_refresh_is_not_judged(tape: JournalBuilder) -> None:
    """The person who requested it gets an error and can retry."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS)
    tape.effects({}, moment="settled")
    break_read(tape)
    tape.hook("refresh", status=502, took_s=0.2)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no read for an acknowledged event failed once"


def test_a_read_that_keeps_failing_may_be_given_up(tape: JournalBuilder) -> None:
    """A permanent fault is judged by another probe."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_refused_event_is_delivered_again(tape: JournalBuilder) -> None:
    """Nothing was acknowledged, so nothing is lost yet."""
    tape.deliver_event(ANNOUNCED, outcome="refuse")
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "bite",
    ["ErrorInside(rows=error)", "TruncatedJson(keep_percent=50)", "HtmlInside()", "GzipTruncated(keep_percent=50)"],
)
def test_a_response_without_the_rows_is_broken(tape: JournalBuilder, bite: str) -> None:
    """A success status does not make it valid."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=(bite,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("bite", ["Slicer(average_bytes=64)", "Trailers(count=2)", "LengthTooLong(extra_bytes=10)"])
def test_an_unusual_but_complete_response_is_not_broken(tape: JournalBuilder, bite: str) -> None:
    """All rows arrived."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=(bite,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("sent", "verdict"), [(20, Verdict.FAIL), (900, Verdict.INCONCLUSIVE)])
def test_a_connection_cut_after_the_last_byte_is_harmless(tape: JournalBuilder, sent: int, verdict: Verdict) -> None:
    """The body was sent to its announced length."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, bites=CUT, response_headers=CUT_HEADERS, response_body=b"x" * sent)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_that_reports_no_pending_may_still_be_busy(tape: JournalBuilder) -> None:
    """Its next attempt may follow after the last snapshot."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({}, pending=None)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, PENDING)


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """The harness stopped waiting for it."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a_refusal_is_not_broken(tape: JournalBuilder, status: int) -> None:
    """It is a valid response."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_another_idle_end_user_does_not_count(tape: JournalBuilder) -> None:
    """One end user has nothing pending, while the broken read of another is still to be repeated."""
    tape.deliver_event(ANNOUNCED, participant="b")
    break_read(tape)
    tape.effects({}, participant="a", moment="settled")
    tape.effects({}, participant="b", moment="settled", pending=1, is_idle=False)
    tape.call(TRANSACTIONS)
    tape.effects({}, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_read_that_broke_when_the_app_was_idle_is_of_earlier_work(tape: JournalBuilder) -> None:
    """The read after the next event broke once, and was given up."""
    tape.effects({}, moment="settled")
    [snapshot] = tape.journal.all(Effects)
    break_read(tape, at_s=snapshot.at_s)
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "bite", "verdict"),
    [
        (429, "Status(status=429)", Verdict.FAIL),
        (430, "Status(status=430)", Verdict.INCONCLUSIVE),
        (499, "Status(status=499)", Verdict.INCONCLUSIVE),
        (500, "Status(status=500)", Verdict.FAIL),
        (199, "TruncatedJson(keep_percent=50)", Verdict.INCONCLUSIVE),
        (299, "TruncatedJson(keep_percent=50)", Verdict.FAIL),
        (300, "TruncatedJson(keep_percent=50)", Verdict.INCONCLUSIVE),
        (400, "TruncatedJson(keep_percent=50)", Verdict.INCONCLUSIVE),
    ],
)
def test_the_status_decides_whether_a_retry_could_succeed(
    tape: JournalBuilder, status: int, bite: str, verdict: Verdict
) -> None:
    """A transient refusal and a success without the rows are repeated; a redirect and another refusal need not be."""
    tape.deliver_event(ANNOUNCED)
    tape.call(TRANSACTIONS, status=status, bites=(bite,))
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("status", [199, 300, 404])
def test_a_repetition_without_success_is_no_read(tape: JournalBuilder, status: int) -> None:
    """Only a response with a success status has the rows."""
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.call(TRANSACTIONS, status=status)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("later_s", "verdict"), [(0.0, Verdict.INCONCLUSIVE), (0.001, Verdict.FAIL)])
def test_an_event_that_arrived_when_the_app_was_idle_is_of_earlier_work(
    tape: JournalBuilder, later_s: float, verdict: Verdict
) -> None:
    """The app had no unfinished work at that time, so the later read has another cause."""
    tape.effects({}, moment="settled")
    [snapshot] = tape.journal.all(Effects)
    tape.now_s = snapshot.at_s + later_s
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("still_active", "is_before_idle", "verdict"),
    [
        ((), True, Verdict.INCONCLUSIVE),
        ((), False, Verdict.FAIL),
        (("c2",), True, Verdict.FAIL),
    ],
)
def test_a_read_without_an_active_consent_is_not_repeated(
    tape: JournalBuilder, still_active: tuple[str, ...], is_before_idle: bool, verdict: Verdict
) -> None:
    """The API would serve nothing, whether or not the app got the event; but not if another consent is active."""
    for consent_id in ("c1", *still_active):
        tape.consent(consent_id)
    tape.deliver_event(ANNOUNCED)
    break_read(tape)
    if not is_before_idle:
        tape.effects({})
    tape.consent("c1", is_active=False)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is verdict
