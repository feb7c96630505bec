"""Sealing: exact bytes, the attempt inside them, the signature over them."""

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
    """Keys come in the documented order, compact, with milliseconds and Z."""
    message = seal(EVENT, attempt=1, secret=SECRET)

    assert message.body == (
        b'{"delivery_attempt":1,"publish_time":"2026-11-24T03:03:30.792Z","message_id":"9790112556309026","data":{'
        b'"event":"banking.accounts.sync.completed","consent_id":"4a726862-6b39-4cd5-92c0-3d20fe96a202","client_id":"c1",'
        b'"end_user_id":"eu_1","institution_id":"88888","account_ids":["7","8"]}}'
    )


def test_the_signature_is_over_these_bytes() -> None:
    """What is signed is what is sent."""
    message = seal(EVENT, attempt=1, secret=SECRET)

    assert message.signature == sign(message.body, SECRET)


def test_a_retry_keeps_the_id_and_changes_everything_else() -> None:
    """The attempt number is inside the body, so bytes and signature differ from attempt to attempt."""
    messages = [seal(EVENT, attempt=number, secret=SECRET) for number in range(1, 6)]

    assert {message.message_id for message in messages} == {"9790112556309026"}
    assert len({message.body for message in messages}) == len({message.signature for message in messages}) == 5


def test_a_replay_is_the_very_same() -> None:
    """Sealing twice gives equal bytes."""
    assert seal(EVENT, attempt=2, secret=SECRET) == seal(EVENT, attempt=2, secret=SECRET)


def test_accounts_are_left_out_where_there_are_none() -> None:
    """Consent events carry no account_ids, not even an empty list."""
    event = msgspec.structs.replace(EVENT, kind="consent.received", account_ids=None)

    assert "account_ids" not in json.loads(seal(event, attempt=1, secret=SECRET).body)["data"]


def test_extra_fields_are_told() -> None:
    """A scenario may add keys to data."""
    event = msgspec.structs.replace(EVENT, extra={"reason": "new"})

    assert json.loads(seal(event, attempt=1, secret=SECRET).body)["data"]["reason"] == "new"


@pytest.mark.parametrize("zone_time", ["2026-11-24T14:03:30.792+11:00", "2026-11-23T22:03:30.792-05:00"])
def test_times_are_told_in_utc(zone_time: str) -> None:
    """Whatever zone an instant is given in, the wire has Z."""
    event = msgspec.structs.replace(EVENT, publish_time=datetime.fromisoformat(zone_time))

    assert json.loads(seal(event, attempt=1, secret=SECRET).body)["publish_time"] == "2026-11-24T03:03:30.792Z"
