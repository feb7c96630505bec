"""What the app holds about one end user, for its own pages and for whoever asks under ``/_harness``."""

import sqlite3

from reference_app import attempts, consents, datasets, rows

_AFTER_ATTEMPT = {"pending": "pending", "returned": "syncing", "cancelled": "cancelled", "failed": "failed"}


def of_end_user(tx: sqlite3.Connection, end_user_id: str) -> dict[str, object]:
    """Connection, consents and the rows that count; everything sorted, nothing that changes by itself."""
    return {
        "connection": connection(tx, end_user_id),
        "consents": [_shown(consent) for consent in consents.of_end_user(tx, end_user_id)],
        **{dataset.name: rows.active(tx, dataset, end_user_id) for dataset in datasets.ALL},
    }


def connection(tx: sqlite3.Connection, end_user_id: str) -> str:
    """One word: none, pending, syncing, connected, cancelled, failed or revoked.

    An active consent decides; without one, the newest attempt does; without that, whether there ever was a consent.
    """
    known = consents.of_end_user(tx, end_user_id)
    active = [consent for consent in known if consent["status"] == "active"]
    if active:
        return "connected" if any(consent["is_synced"] for consent in active) else "syncing"
    after_attempt = _AFTER_ATTEMPT.get(attempts.latest_status(tx, end_user_id))
    return after_attempt or ("revoked" if known else "none")


def _shown(consent: sqlite3.Row) -> dict[str, str]:
    names = ("consent_id", "status", "institution_id", "institution_name", "datasets", "expires_at")
    return {name: consent[name] for name in names if consent[name]}
