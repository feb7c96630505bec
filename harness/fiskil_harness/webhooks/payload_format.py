"""Wording: an event becomes the JSON and the headers that a sender tells it in, by the places that the config names.

Fiskil's own wording is what comes of the default places, byte for byte.
"""

from typing import Any

import msgspec

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.config.webhook_format import IN_HEADER, Payload
from fiskil_harness.core.model import Event

Headers = tuple[tuple[str, str], ...]
NAMES = {"kind": "event", "consent": "consent_id", "subject": "end_user_id"}
"""What is read back from a message, by the place it stands at."""


def worded(event: Event, *, attempt: int, payload: Payload) -> tuple[dict[str, Any], Headers]:
    """*event* as a JSON object, in the order of the places, and the headers that say what the object does not.

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
    told: dict[str, Any] = dict(payload.fixed)
    headers: list[tuple[str, str]] = []
    for name, fact in facts.items():
        place = payload.places[name]
        if place.startswith(IN_HEADER):
            headers.append((place.removeprefix(IN_HEADER), str(fact)))
        elif place:
            _put(told, place, fact)
    if event.extra:
        _table(told, payload.extra).update(event.extra)
    return told, tuple(headers)


def body_of(event: Event, *, attempt: int, payload: Payload) -> tuple[bytes, Headers]:
    """The same as bytes."""
    told, headers = worded(event, attempt=attempt, payload=payload)
    return msgspec.json.encode(told), headers


def message_fields(body: bytes, headers: Headers, *, payload: Payload) -> dict[str, str]:
    """What a message says, by Fiskil's names; empty where it cannot be read."""
    kinds = {theirs: ours for ours, theirs in payload.kinds.items()}
    try:
        told = msgspec.json.decode(body)
        found = {ours: _found(told, headers, payload.places[name]) for name, ours in NAMES.items()}
    except (msgspec.DecodeError, KeyError, RecursionError, TypeError, UnicodeDecodeError):
        return {"event": ""}
    return {**found, "event": kinds.get(found["event"], found["event"])}


def _found(told: Any, headers: Headers, place: str) -> str:
    if place.startswith(IN_HEADER):
        wanted = place.removeprefix(IN_HEADER).lower()
        return next((value for name, value in headers if name.lower() == wanted), "")
    for name in place.split(".")[1:]:
        told = told[name]
    return str(told) if place else ""


def _put(told: dict[str, Any], place: str, fact: object) -> None:
    table, _, name = place.rpartition(".")
    _table(told, table)[name] = fact


def _table(told: dict[str, Any], place: str) -> dict[str, Any]:
    for name in place.split(".")[1:]:
        told = told.setdefault(name, {})
    return told
