"""Keeps what was read under a consent that ran out, as if it were renewed soon; revocations alone make it forget."""

from datetime import datetime

from reference_app import app, consents

_apply = consents.apply_event


def apply_event(tx, message):
    """A consent that has merely expired is marked, and its rows stay."""
    known = consents.find(tx, message.consent_id)
    if message.event != "consent.revoked" or known is None or not has_expired(known["expires_at"], message.published_us):
        return _apply(tx, message)
    tx.execute("UPDATE consents SET status = 'revoked' WHERE consent_id = ?", (message.consent_id,))
    return "applied"


def has_expired(expires_at, published_us):
    """Whether the end came at the end of the period."""
    return bool(expires_at) and datetime.fromisoformat(expires_at).timestamp() * 1_000_000 <= published_us


consents.apply_event = apply_event
build = app.build
