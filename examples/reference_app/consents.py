"""Consents: who may be read, as the newest word of Fiskil says.

Events may arrive in any order; ``publish_time`` tells which of two is newer. The API tells the details, and what has ended.
"""

import sqlite3
from collections.abc import Collection, Iterable

from reference_app import datasets, rows
from reference_app.fiskil.answers import Consent
from reference_app.message import Message

STATUS_AFTER = {"consent.received": "active", "consent.updated": "active", "consent.revoked": "revoked"}


def find(tx: sqlite3.Connection, consent_id: str) -> sqlite3.Row | None:
    """One consent."""
    found: sqlite3.Row | None = tx.execute("SELECT * FROM consents WHERE consent_id = ?", (consent_id,)).fetchone()
    return found


def of_end_user(tx: sqlite3.Connection, end_user_id: str) -> list[sqlite3.Row]:
    """Every consent of an end user, ended ones too."""
    return tx.execute("SELECT * FROM consents WHERE end_user_id = ? ORDER BY consent_id", (end_user_id,)).fetchall()


def active_ids(tx: sqlite3.Connection, end_user_id: str) -> set[str]:
    """The consents that may be read now."""
    return {one["consent_id"] for one in of_end_user(tx, end_user_id) if one["status"] == "active"}


def apply_event(tx: sqlite3.Connection, message: Message) -> str:
    """Let an event change a consent, and say what it did: ``applied``, ``outdated`` or ``foreign``."""
    known = find(tx, message.consent_id)
    if not message.consent_id or (known is not None and not is_owner(known, message.end_user_id)):
        return "foreign"
    if known is not None and not is_newer(message, known):
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
    """Whether a consent belongs to an end user. An event that mixes two people moves neither."""
    return bool(consent["end_user_id"] == end_user_id)


def is_newer(message: Message, known: sqlite3.Row) -> bool:
    """Whether an event says something newer than what is known. At the same instant the end of a consent wins."""
    if known["is_final"]:
        return False
    if message.published_us == known["published_us"]:
        return message.event == "consent.revoked"
    return bool(message.published_us > known["published_us"])


def apply_listing(tx: sqlite3.Connection, end_user_id: str, listed: Iterable[Consent], adopt: Collection[str]) -> None:
    """Take details from the API's list, and the end of what has ended; a consent never comes back to life by a list.

    Args:
        adopt: Ids of consents that may be new to us.
    """
    for consent in listed:
        known = find(tx, consent.consent_id)
        if known is None and consent.consent_id in adopt:
            tx.execute(
                "INSERT INTO consents (consent_id, end_user_id, status) VALUES (?, ?, 'active')",
                (consent.consent_id, end_user_id),
            )
        elif known is None or not is_owner(known, end_user_id):
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
            keep_to_grant(tx, consent)


def keep_to_grant(tx: sqlite3.Connection, consent: Consent) -> None:
    """Forget what a consent covered once and does no longer. No sync will ever tell that those rows are gone."""
    for dataset in datasets.ALL:
        if not is_covered(consent.datasets, dataset.name):
            rows.purge_dataset(tx, consent.consent_id, dataset)


def is_covered(listed: str | None, name: str) -> bool:
    """Whether a consent covers a dataset; one that names none we know is taken to cover all."""
    named = {dataset.name for dataset in datasets.ALL} & set((listed or "").split())
    return not named or name in named


def readable(tx: sqlite3.Connection, end_user_id: str, name: str) -> set[str]:
    """The active consents that cover a dataset."""
    found = of_end_user(tx, end_user_id)
    return {one["consent_id"] for one in found if one["status"] == "active" and is_covered(one["datasets"], name)}


def end(tx: sqlite3.Connection, consent_id: str) -> None:
    """Note that a consent has ended, and forget what it let us read."""
    tx.execute("UPDATE consents SET status = 'revoked' WHERE consent_id = ?", (consent_id,))
    forget_rows(tx, consent_id)


def end_for_good(tx: sqlite3.Connection, end_user_id: str, consent_id: str) -> None:
    """End a consent at the customer's wish: no event, however late, brings it back."""
    tx.execute(
        "INSERT INTO consents (consent_id, end_user_id, status, is_final) VALUES (?, ?, 'revoked', 1)"
        " ON CONFLICT (consent_id) DO UPDATE SET is_final = 1",
        (consent_id, end_user_id),
    )
    end(tx, consent_id)


def forget_rows(tx: sqlite3.Connection, consent_id: str) -> None:
    """Data may be kept only as long as the consent lasts."""
    rows.purge(tx, consent_id)
    tx.execute("UPDATE consents SET is_synced = 0 WHERE consent_id = ?", (consent_id,))


def mark_synced(tx: sqlite3.Connection, consent_ids: Collection[str]) -> None:
    """Note that data has arrived for these consents."""
    for consent_id in consent_ids:
        tx.execute("UPDATE consents SET is_synced = 1 WHERE consent_id = ? AND status = 'active'", (consent_id,))
