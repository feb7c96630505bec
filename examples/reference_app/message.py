"""A webhook body as a value, or an error.

Only the envelope is read: which message, which event, which end user and when. The data itself comes from the API.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

LONGEST_TEXT = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class InvalidMessage(Exception):
    """A body that is not a valid message from Fiskil."""


@dataclass(frozen=True)
class Message:
    """The content of a delivery. ``published_us`` counts microseconds since 1970; missing ids are empty.

    Two deliveries with the same ``key`` are the same message.
    """

    key: str
    message_id: str
    event: str
    end_user_id: str
    consent_id: str
    institution_id: str
    published_us: int


def parse(body: bytes) -> Message:
    """Parse a verified body. Unknown fields and unknown events are allowed.

    Raises:
        InvalidMessage: The body is not a JSON object with the required fields.
    """
    envelope = _mapping(_json(body))
    event = _mapping(envelope.get("data"))
    return Message(
        key=identity(envelope),
        message_id=_text(envelope, "message_id", is_required=True),
        event=_text(event, "event", is_required=False),
        end_user_id=_text(event, "end_user_id", is_required=False),
        consent_id=_text(event, "consent_id", is_required=False),
        institution_id=_text(event, "institution_id", is_required=False),
        published_us=_microseconds(_text(envelope, "publish_time", is_required=True)),
    )


def identity(envelope: Mapping[str, object]) -> str:
    """Return what identifies a message: ``message_id`` alone, compared exactly.

    Bytes and signature change with ``delivery_attempt``, and headers are not signed.
    """
    return _text(envelope, "message_id", is_required=True)


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InvalidMessage("no JSON") from None


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidMessage("not an object")
    return cast("Mapping[str, object]", value)


def _text(record: Mapping[str, object], name: str, *, is_required: bool) -> str:
    value = record.get(name)
    if value is None and not is_required:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise InvalidMessage(f"{name} is no plain text")
    if is_required and not value:
        raise InvalidMessage(f"{name} is empty")
    return value


def _microseconds(text: str) -> int:
    try:
        instant = datetime.fromisoformat(text)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        elapsed = aware - _EPOCH
    except (ValueError, OverflowError):
        raise InvalidMessage("publish_time is no time") from None
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
