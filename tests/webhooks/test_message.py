"""Sealing: exact bytes, the attempt inside them, and the signature over them."""

import base64
import json
from datetime import UTC, datetime

import msgspec
import pytest

from fiskil_harness.core.model import Event
from fiskil_harness.webhooks import seal, sign

SECRET = base64.b64encode(b"k" * 78).decode()
EVENT = Event(
    event_id=0,
    kind="banking.accounts.sync.completed",
    message_id="9790112556309026",
    publish_time=datetime(2026, 11, 24, 3, 3, 30, 792_000, tzinfo=UTC),
    end_user_id="eu_1",
    consent_id="4a726862-6b39-4cd5-92c0-3d20fe96a202",
    institution_id="88888",
    client_id="c1",
    account_ids=("7", "8"),
)


def test_the_bytes_are_the_documented_ones() -> None:
    """Keys are in the documented order, compact, with milliseconds and Z."""
    message = seal(EVENT, attempt=1, secret=SECRET)

    assert message.body == (
        b'{"delivery_attempt":1,"publish_time":"2026-11-24T03:03:30.792Z","message_id":"9790112556309026","data":{'
        b'"event":"banking.accounts.sync.completed","consent_id":"4a726862-6b39-4cd5-92c0-3d20fe96a202","client_id":"c1",'
        b'"end_user_id":"eu_1","institution_id":"88888","account_ids":["7","8"]}}'
    )


def test_the_signature_is_over_these_bytes() -> None:
    """The signature covers exactly the bytes that are sent."""
    message = seal(EVENT, attempt=1, secret=SECRET)

    assert message.signature == sign(message.body, SECRET)


def test_a_retry_keeps_the_id_and_changes_everything_else() -> None:
    """The attempt number is in the body, so bytes and signature differ between attempts."""
    messages = [seal(EVENT, attempt=number, secret=SECRET) for number in range(1, 6)]

    assert {message.message_id for message in messages} == {"9790112556309026"}
    assert len({message.body for message in messages}) == len({message.signature for message in messages}) == 5


def test_a_replay_is_identical() -> None:
    """Sealing the same attempt twice gives equal messages."""
    assert seal(EVENT, attempt=2, secret=SECRET) == seal(EVENT, attempt=2, secret=SECRET)


def test_account_ids_are_left_out_if_there_are_none() -> None:
    """Consent events have no account_ids, not even an empty list."""
    event = msgspec.structs.replace(EVENT, kind="consent.received", account_ids=None)

    assert "account_ids" not in json.loads(seal(event, attempt=1, secret=SECRET).body)["data"]


def test_extra_fields_are_sent() -> None:
    """A scenario may add fields to data."""
    event = msgspec.structs.replace(EVENT, extra={"reason": "new"})

    assert json.loads(seal(event, attempt=1, secret=SECRET).body)["data"]["reason"] == "new"


@pytest.mark.parametrize("zone_time", ["2026-11-24T14:03:30.792+11:00", "2026-11-23T22:03:30.792-05:00"])
def test_times_are_sent_in_utc(zone_time: str) -> None:
    """Times are in UTC with Z, whatever zone the event's time has."""
    event = msgspec.structs.replace(EVENT, publish_time=datetime.fromisoformat(zone_time))

    assert json.loads(seal(event, attempt=1, secret=SECRET).body)["publish_time"] == "2026-11-24T03:03:30.792Z"
