"""Logs JSON lines in German, with digests instead of the ids of end users and consents."""

import hashlib
import json

from reference_app import app, logs

TEXTS = {
    "api_call": "Aufruf",
    "connect_failed": "Verbinden fehlgeschlagen",
    "consent_changed": "Einwilligung",
    "credentials_refused": "Zugangsdaten abgelehnt",
    "disconnect_failed": "Beenden fehlgeschlagen",
    "journey_failed": "Vorgang gescheitert",
    "journey_returned": "Kunde kam zurück",
    "journey_started": "Vorgang begonnen",
    "message_applied": "Nachricht verarbeitet",
    "message_failed": "Verarbeitung fehlgeschlagen",
    "message_postponed": "Verarbeitung verschoben",
    "refresh_failed": "Aktualisierung fehlgeschlagen",
    "token_refused": "Token abgelehnt",
    "webhook_received": "Nachricht angekommen",
    "webhook_refused": "Nachricht abgelehnt",
    "worker_trouble": "Störung",
}
CHANGES = {"consent.received": "erteilt", "consent.updated": "angepasst", "consent.revoked": "widerrufen"}
NAMES = {"end_user_id": "Endnutzer", "consent_id": "Einwilligungsnummer", "endpoint": "Ziel", "event": "Ereignis"}
LEFT_OUT = {"outcome", "reason", "ms"}


def line(event_type, fields):
    """Return one record as JSON."""
    record = {"Text": TEXTS.get(event_type, event_type)}
    if event_type == "consent_changed":
        record["Text"] += " " + CHANGES.get(fields.get("event"), "beendet")
        fields = {name: value for name, value in fields.items() if name != "event"}
    elif event_type == "api_call" and "reason" in fields:
        record["Text"] += " fehlgeschlagen"
    for name, value in fields.items():
        if name in LEFT_OUT or value is None:
            continue
        is_private = name in {"end_user_id", "consent_id"} and value
        record[NAMES.get(name, name)] = digest(value) if is_private else value
    return json.dumps(record, ensure_ascii=False, default=str)


def digest(text):
    """Return twelve characters by which the same id can be found again."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


logs._line = line
build = app.build
