"""The payload format: writes an event's values into the JSON fields and headers that the config specifies.

The default config gives Fiskil's own format, byte for byte.
"""

from typing import Any

import msgspec

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.config.webhook_format import IN_HEADER, Payload
from fiskil_harness.core.model import Event

Headers = tuple[tuple[str, str], ...]
NAMES = {"kind": "event", "consent": "consent_id", "subject": "end_user_id"}
"""The values that are read back from a message: Fiskil's name of each, by its name in ``Payload``."""


def formatted(event: Event, *, attempt: int, payload: Payload) -> tuple[dict[str, Any], Headers]:
    """Return *event* as a JSON object, and the headers for the values that *payload* puts into headers.

    Source: webhooks.payload
    """
    facts: dict[str, Any] = {
        "attempt": attempt,
        "time": rfc3339(event.publish_time, timespec="milliseconds"),
        "id": event.message_id,
        "kind": payload.kinds.get(event.kind, event.kind),
        "consent": event.consent_id,
        "client": event.client_id,
        "subject": event.end_user_id,
        "institution": event.institution_id,
    }
    if event.account_ids is not None:
        facts["accounts"] = list(event.account_ids)
    content: dict[str, Any] = dict(payload.fixed)
    headers: list[tuple[str, str]] = []
    for name, fact in facts.items():
        place = payload.places[name]
        if place.startswith(IN_HEADER):
            headers.append((place.removeprefix(IN_HEADER), str(fact)))
        elif place:
            _put(content, place, fact)
    if event.extra:
        _table(content, payload.extra).update(event.extra)
    return content, tuple(headers)


def body_of(event: Event, *, attempt: int, payload: Payload) -> tuple[bytes, Headers]:
    """Return *event* as JSON bytes, and the headers for the values that *payload* puts into headers."""
    content, headers = formatted(event, attempt=attempt, payload=payload)
    return msgspec.json.encode(content), headers


def message_fields(body: bytes, headers: Headers, *, payload: Payload) -> dict[str, str]:
    """Return the values of a message by Fiskil's field names. If it cannot be parsed, return only an empty ``event``."""
    kinds = {theirs: ours for ours, theirs in payload.kinds.items()}
    try:
        content = msgspec.json.decode(body)
        fields = {ours: _value_at(content, headers, payload.places[name]) for name, ours in NAMES.items()}
    except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        return {"event": ""}
    return {**fields, "event": kinds.get(fields["event"], fields["event"])}


def _value_at(content: Any, headers: Headers, place: str) -> str:
    if place.startswith(IN_HEADER):
        header = place.removeprefix(IN_HEADER).lower()
        return next((value for name, value in headers if name.lower() == header), "")
    for name in place.split(".")[1:]:
        content = content[name]
    return str(content) if place else ""


def _put(content: dict[str, Any], place: str, fact: object) -> None:
    table, _, name = place.rpartition(".")
    _table(content, table)[name] = fact


def _table(content: dict[str, Any], place: str) -> dict[str, Any]:
    for name in place.split(".")[1:]:
        content = content.setdefault(name, {})
    return content
