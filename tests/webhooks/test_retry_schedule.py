"""The retry schedule: what is due, in which order, how often, and when it is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from fiskil_harness.core.model import Event
from fiskil_harness.errors import UnknownName
from fiskil_harness.webhooks import Outbox
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS, Parcel

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def event(number: int, *, at: datetime = NOON) -> Event:
    return Event(
        event_id=number,
        kind="consent.updated",
        message_id=f"100000000000000{number}",
        publish_time=at,
        end_user_id="eu_1",
        consent_id="c",
        institution_id="88888",
        client_id="c1",
    )


def refuse(parcel: Parcel, now: datetime) -> None:
    parcel.next_attempt()
    parcel.settle(is_acknowledged=False, now=now)


def test_an_event_is_due_when_it_is_published() -> None:
    """An event is not due before its publish time, and due from then on."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    assert outbox.due(NOON - timedelta(microseconds=1)) == []
    assert outbox.due(NOON) == [parcel]


def test_due_events_are_ordered_by_publish_time() -> None:
    """Due events are ordered by publish time, then by event id, whatever the order of adding."""
    outbox = Outbox()
    late = outbox.add("e0", event(0, at=NOON + timedelta(seconds=1)))
    second = outbox.add("e2", event(2))
    first = outbox.add("e1", event(1))

    assert outbox.due(NOON + timedelta(minutes=1)) == [first, second, late]


def test_an_acknowledged_event_is_never_due_again() -> None:
    """Any 2xx response ends the retries."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    parcel.next_attempt()
    parcel.settle(is_acknowledged=True, now=NOON)

    assert (outbox.due(NOON + timedelta(days=1)), outbox.next_due_at(), parcel.is_lost) == ([], None, False)


def test_a_refusal_after_an_acknowledgement_changes_nothing() -> None:
    """A refused repetition does not restart the retries."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    parcel.settle(is_acknowledged=True, now=NOON)
    refuse(parcel, NOON)

    assert outbox.next_due_at() is None


def test_attempts_are_one_to_ten_minutes_apart() -> None:
    """The intervals grow within the documented bounds."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))
    moments = []

    now = NOON
    for _ in range(ATTEMPTS - 1):
        refuse(parcel, now)
        now = outbox.next_due_at() or now
        moments.append(now)

    gaps = [later - earlier for earlier, later in zip([NOON, *moments], moments, strict=False)]
    assert gaps == [timedelta(minutes=minutes) for minutes in (1, 3, 6, 10)]


def test_an_event_is_lost_after_five_attempts() -> None:
    """There is no sixth attempt, and no dead letter queue."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    for _ in range(ATTEMPTS):
        refuse(parcel, NOON)

    assert (parcel.is_lost, outbox.next_due_at()) == (True, None)


def test_a_dropped_event_is_never_due() -> None:
    """A dropped event is not attempted."""
    outbox = Outbox()
    outbox.add("e0", event(0))

    outbox.drop("e0")

    assert outbox.due(NOON + timedelta(days=1)) == []


def test_an_unknown_event_is_refused_with_the_nearest_name() -> None:
    """The error for an unknown symbol contains the nearest and all known symbols."""
    outbox = Outbox()
    outbox.add("e0", event(0))

    with pytest.raises(UnknownName, match=r"No event 'e9'\. Did you mean 'e0'\? Known: e0\."):
        outbox.find("e9")
