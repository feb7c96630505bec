"""Consents: how they come to be, what they permit, and every way they end."""

from datetime import datetime, timedelta

import msgspec

from harness.model import Consent, Person
from harness.model.permission import permitted_at
from harness.sandbox.ledger import Ledger
from harness.sandbox.store import Store

DURATION_S = 7_776_000


def grant(
    store: Store,
    *,
    end_user_id: str,
    institution_id: str,
    person: Person,
    account_keys: tuple[str, ...],
    arrangement_id: str | None = None,
    permissions: tuple[str, ...] = (),
) -> Consent:
    """Create a consent with its ledger, and tell ``consent.received``.

    Args:
        arrangement_id: Fixes the identity, for apps that know only one.
        permissions: What it covers; without any, what the console asks for, as far as the institution has it.

    Source: consents.received, permissions.usual
    """
    now = store.clock.now()
    consent = Consent(
        arrangement_id=arrangement_id or store.mint.arrangement_id(),
        end_user_id=end_user_id,
        institution_id=institution_id,
        person=person.email,
        account_keys=account_keys,
        permissions=permitted_at(store.institutions[institution_id].industry, permissions or store.permissions),
        created_at=now,
        expires_at=now + timedelta(seconds=DURATION_S),
    )
    store.consents[consent.arrangement_id] = consent
    store.ledgers[consent.arrangement_id] = Ledger(
        person,
        owner=end_user_id,
        arrangement_id=consent.arrangement_id,
        institution_id=institution_id,
        mint=store.mint,
        until=store.epoch.date(),
    )
    store.emit("consent.received", consent, at=now)
    return consent


def renew(store: Store, consent: Consent, *, account_keys: tuple[str, ...]) -> Consent:
    """Let an active consent run anew from now, perhaps over other accounts, and tell ``consent.updated``.

    Source: auth-session.renewal
    """
    now = store.clock.now()
    renewed = msgspec.structs.replace(
        consent, account_keys=account_keys, renewed_at=now, expires_at=now + timedelta(seconds=DURATION_S)
    )
    store.consents[consent.arrangement_id] = renewed
    store.emit("consent.updated", renewed, at=now)
    return renewed


def end(store: Store, consent: Consent, *, reason: str, at: datetime | None = None) -> Consent:
    """End an active consent: its data is no longer served, its syncs complete no more, ``consent.revoked`` is told.

    Source: consents.every-ending-tells, consents.expiry-event
    """
    if not consent.is_active:
        return consent
    moment = at or store.clock.now()
    ended = msgspec.structs.replace(consent, ended_at=moment, termination_reason=reason)
    store.consents[consent.arrangement_id] = ended
    store.emit("consent.revoked", ended, at=moment)
    return ended


def touch(store: Store, consent: Consent) -> None:
    """Tell ``consent.updated`` about a consent whose terms were confirmed again. Source: webhooks.events"""
    store.emit("consent.updated", consent, at=store.clock.now())
