"""The state of one end user, for the app's pages and for the hooks under ``/_harness``."""

import sqlite3

from reference_app import attempts, consents, datasets, rows

_AFTER_ATTEMPT = {"pending": "pending", "returned": "syncing", "cancelled": "cancelled", "failed": "failed"}


def of_end_user(tx: sqlite3.Connection, end_user_id: str) -> dict[str, object]:
    """Return connection, consents and visible rows, in a stable order and without values that change with time."""
    return {
        "connection": connection(tx, end_user_id),
        "consents": [_visible_fields(consent) for consent in consents.of_end_user(tx, end_user_id)],
        **{dataset.name: rows.active(tx, dataset, end_user_id) for dataset in datasets.ALL},
    }


def connection(tx: sqlite3.Connection, end_user_id: str) -> str:
    """Return none, pending, syncing, connected, cancelled, failed or revoked.

    An active consent decides; without one, the newest attempt; without an attempt, whether there ever was a consent.
    """
    stored = consents.of_end_user(tx, end_user_id)
    active = [consent for consent in stored if consent["status"] == "active"]
    if active:
        return "connected" if any(consent["is_synced"] for consent in active) else "syncing"
    after_attempt = _AFTER_ATTEMPT.get(attempts.latest_status(tx, end_user_id))
    return after_attempt or ("revoked" if stored else "none")


def _visible_fields(consent: sqlite3.Row) -> dict[str, str]:
    names = ("consent_id", "status", "institution_id", "institution_name", "datasets", "expires_at")
    return {name: consent[name] for name in names if consent[name]}
