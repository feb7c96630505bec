"""Consents: which data the app may read, according to the newest information from Fiskil.

Events may arrive in any order; ``publish_time`` decides which of two is newer. The API supplies the details, and shows
which consents have ended.
"""

import sqlite3
from collections.abc import Collection, Iterable

from reference_app import datasets, rows
from reference_app.fiskil.responses import Consent
from reference_app.message import Message

STATUS_AFTER = {"consent.received": "active", "consent.updated": "active", "consent.revoked": "revoked"}


def find(tx: sqlite3.Connection, consent_id: str) -> sqlite3.Row | None:
    """Return one consent; None if it is unknown."""
    consent: sqlite3.Row | None = tx.execute("SELECT * FROM consents WHERE consent_id = ?", (consent_id,)).fetchone()
    return consent


def of_end_user(tx: sqlite3.Connection, end_user_id: str) -> list[sqlite3.Row]:
    """Return every consent of an end user, including ended ones."""
    return tx.execute("SELECT * FROM consents WHERE end_user_id = ? ORDER BY consent_id", (end_user_id,)).fetchall()


def active_ids(tx: sqlite3.Connection, end_user_id: str) -> set[str]:
    """Return the ids of the consents that may be read now."""
    return {consent["consent_id"] for consent in of_end_user(tx, end_user_id) if consent["status"] == "active"}


def apply_event(tx: sqlite3.Connection, message: Message) -> str:
    """Apply an event to its consent; return ``applied``, ``outdated`` or ``foreign`` (of another end user)."""
    stored = find(tx, message.consent_id)
    if not message.consent_id or (stored is not None and not is_owner(stored, message.end_user_id)):
        return "foreign"
    if stored is not None and not is_newer(message, stored):
        return "outdated"
    status = STATUS_AFTER[message.event]
    tx.execute(
        "INSERT INTO consents (consent_id, end_user_id, institution_id, status, published_us) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (consent_id) DO UPDATE SET status = excluded.status, published_us = excluded.published_us",
        (message.consent_id, message.end_user_id, message.institution_id, status, message.published_us),
    )
    if status == "revoked":
        forget_rows(tx, message.consent_id)
    return "applied"


def is_owner(consent: sqlite3.Row, end_user_id: str) -> bool:
    """Return whether a consent belongs to an end user. An event that names a wrong pair changes nothing."""
    return bool(consent["end_user_id"] == end_user_id)


def is_newer(message: Message, stored: sqlite3.Row) -> bool:
    """Return whether an event is newer than the *stored* consent. At the same instant a revocation wins."""
    if stored["is_final"]:
        return False
    if message.published_us == stored["published_us"]:
        return message.event == "consent.revoked"
    return bool(message.published_us > stored["published_us"])


def apply_listing(tx: sqlite3.Connection, end_user_id: str, listed: Iterable[Consent], adopt: Collection[str]) -> None:
    """Update details from the API's list and end what has ended; a list never reactivates a consent.

    Args:
        adopt: Ids of consents that may be created if they are unknown.
    """
    for consent in listed:
        stored = find(tx, consent.consent_id)
        if stored is None and consent.consent_id in adopt:
            tx.execute(
                "INSERT INTO consents (consent_id, end_user_id, status) VALUES (?, ?, 'active')",
                (consent.consent_id, end_user_id),
            )
        elif stored is None or not is_owner(stored, end_user_id):
            continue
        tx.execute(
            "UPDATE consents SET institution_id = ?, institution_name = ?, datasets = ?, expires_at = ?"
            " WHERE consent_id = ?",
            (
                consent.institution_id,
                consent.institution_name,
                consent.datasets,
                consent.expires_at,
                consent.consent_id,
            ),
        )
        if not consent.is_active:
            end(tx, consent.consent_id)
        else:
            delete_uncovered_rows(tx, consent)


def delete_uncovered_rows(tx: sqlite3.Connection, consent: Consent) -> None:
    """Delete rows of datasets that the consent no longer covers; no sync event announces that they are gone."""
    for dataset in datasets.ALL:
        if not is_covered(consent.datasets, dataset.name):
            rows.purge_dataset(tx, consent.consent_id, dataset)


def is_covered(listed: str | None, name: str) -> bool:
    """Return whether a consent covers a dataset; a consent without known dataset names covers all."""
    named = {dataset.name for dataset in datasets.ALL} & set((listed or "").split())
    return not named or name in named


def readable(tx: sqlite3.Connection, end_user_id: str, name: str) -> set[str]:
    """Return the ids of the active consents that cover a dataset."""
    return {
        consent["consent_id"]
        for consent in of_end_user(tx, end_user_id)
        if consent["status"] == "active" and is_covered(consent["datasets"], name)
    }


def end(tx: sqlite3.Connection, consent_id: str) -> None:
    """Mark a consent as ended and delete the rows that it allowed."""
    tx.execute("UPDATE consents SET status = 'revoked' WHERE consent_id = ?", (consent_id,))
    forget_rows(tx, consent_id)


def end_permanently(tx: sqlite3.Connection, end_user_id: str, consent_id: str) -> None:
    """End a consent at the customer's request; no later event reactivates it."""
    tx.execute(
        "INSERT INTO consents (consent_id, end_user_id, status, is_final) VALUES (?, ?, 'revoked', 1)"
        " ON CONFLICT (consent_id) DO UPDATE SET is_final = 1",
        (consent_id, end_user_id),
    )
    end(tx, consent_id)


def forget_rows(tx: sqlite3.Connection, consent_id: str) -> None:
    """Delete the rows of a consent; data may be kept only as long as the consent lasts."""
    rows.purge(tx, consent_id)
    tx.execute("UPDATE consents SET is_synced = 0 WHERE consent_id = ?", (consent_id,))


def mark_synced(tx: sqlite3.Connection, consent_ids: Collection[str]) -> None:
    """Record that data has arrived for these consents."""
    for consent_id in consent_ids:
        tx.execute("UPDATE consents SET is_synced = 1 WHERE consent_id = ? AND status = 'active'", (consent_id,))
