"""The delivery log: one flat value and one line for each attempt."""

from datetime import UTC, datetime

from fiskil_harness.journal import Delivery, EventCreated, Journal
from fiskil_harness.webhooks.delivery_log import line, record_of, records

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DELIVERY = Delivery(
    event="e0",
    participant="",
    message_id="17",
    attempt=2,
    outcome="refuse",
    status=503,
    took_s=0.0123,
    at_s=1.5,
    body=b"12345",
    response_body=b"123",
    headers=(("X-Fiskil-Signature", "secret-looking"),),
)


def test_a_record_has_status_times_and_sizes() -> None:
    """A record has status, times and sizes, but no body and no signature."""
    record = record_of(DELIVERY, "consent.received", offset_s=1.5, at=NOON, due_at=NOON)

    assert (record.event, record.attempt, record.status, record.outcome) == ("consent.received", 2, 503, "refuse")
    assert (record.latency_ms, record.bytes_sent, record.bytes_received, record.offset_s) == (12.3, 5, 3, 1.5)
    assert (record.at, record.next_attempt_at) == ("2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z")
    assert "secret-looking" not in str(record)


def test_a_line_has_the_result_and_the_next_attempt() -> None:
    """A line has the status or the problem, and the next attempt or that none follows."""
    first = record_of(DELIVERY, "consent.received", offset_s=1.5, due_at=NOON)
    last = record_of(
        Delivery(event="e0", participant="", message_id="17", attempt=5, problem="connection refused"),
        "consent.received",
        offset_s=2,
        how="by hand",
        is_discarded=True,
    )

    assert line(first) == "    1.500 s  consent.received  17  attempt 2: 503 in 12 ms; next at 2026-11-25T12:00:00Z"
    assert line(last) == "    2.000 s  consent.received  17  attempt 5, by hand: connection refused in 0 ms; discarded"


def test_a_journal_yields_a_delivery_log() -> None:
    """The log has genuine and replayed deliveries by the kind of their event, and no forgeries."""
    journal = Journal()
    journal.write(EventCreated(event="e0", kind="consent.updated", message_id="17", participant="", publish_time=""))
    journal.write(DELIVERY)
    journal.write(Delivery(event="forged:x", participant="", message_id="18", attempt=1, kind="forged"))
    journal.write(Delivery(event="e0", participant="", message_id="17", attempt=2, kind="replay"))

    assert [(record.event, record.how, record.offset_s) for record in records(journal)] == [
        ("consent.updated", "scheduled", 1.5),
        ("consent.updated", "replayed", 0.0),
    ]
