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
    """Nothing is handed over before its time, everything from then on."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    assert outbox.due(NOON - timedelta(microseconds=1)) == []
    assert outbox.due(NOON) == [parcel]


def test_what_is_due_comes_by_publish_time() -> None:
    """The order of adding does not matter, and equal times come in the order of their events."""
    outbox = Outbox()
    late = outbox.add("e0", event(0, at=NOON + timedelta(seconds=1)))
    second = outbox.add("e2", event(2))
    first = outbox.add("e1", event(1))

    assert outbox.due(NOON + timedelta(minutes=1)) == [first, second, late]


def test_an_acknowledged_event_is_never_due_again() -> None:
    """Any 2xx ends the retries."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    parcel.next_attempt()
    parcel.settle(is_acknowledged=True, now=NOON)

    assert (outbox.due(NOON + timedelta(days=1)), outbox.next_due_at(), parcel.is_lost) == ([], None, False)


def test_a_refusal_after_an_acknowledgement_changes_nothing() -> None:
    """A repetition that is refused does not bring the retries back."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    parcel.settle(is_acknowledged=True, now=NOON)
    refuse(parcel, NOON)

    assert outbox.next_due_at() is None


def test_attempts_are_one_to_ten_minutes_apart() -> None:
    """The gaps grow within the documented bounds."""
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


def test_after_five_attempts_it_is_lost() -> None:
    """There is no sixth, and no dead letter."""
    outbox = Outbox()
    parcel = outbox.add("e0", event(0))

    for _ in range(ATTEMPTS):
        refuse(parcel, NOON)

    assert (parcel.is_lost, outbox.next_due_at()) == (True, None)


def test_a_dropped_event_is_never_due() -> None:
    """What gets lost on the way is not attempted."""
    outbox = Outbox()
    outbox.add("e0", event(0))

    outbox.drop("e0")

    assert outbox.due(NOON + timedelta(days=1)) == []


def test_an_unknown_event_names_the_nearest() -> None:
    """A misspelt symbol is answered with those there are."""
    outbox = Outbox()
    outbox.add("e0", event(0))

    with pytest.raises(UnknownName, match=r"No event 'e9'\. Did you mean 'e0'\? Known: e0\."):
        outbox.find("e9")
