"""Consents: how they come to be, what they permit, and every way they end."""

from datetime import datetime, timedelta

import msgspec

from harness.model import Consent, Person
from harness.model.permission import permitted_at
from harness.sandbox.energy_books import Books
from harness.sandbox.energy_ledger import EnergyLedger
from harness.sandbox.history import View
from harness.sandbox.ledger import Ledger
from harness.sandbox.people import person_for
from harness.sandbox.store import Store


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

    Source: consents.received, permissions.usual, consents.duration
    """
    now = store.clock.now()
    consent = Consent(
        arrangement_id=arrangement_id or store.mint.arrangement_id(),
        end_user_id=end_user_id,
        institution_id=institution_id,
        person=person.email,
        account_keys=account_keys,
        permissions=permitted_at(store.institutions[institution_id].industry, permissions or store.console.permissions),
        created_at=now,
        expires_at=now + duration(store),
    )
    store.consents[consent.arrangement_id] = consent
    _open_books(store, consent, person)
    store.emit("consent.received", consent, at=now)
    return consent


def _open_books(store: Store, consent: Consent, person: Person) -> None:
    """Let the institution know what it holds for *person*: a bank has a ledger, a retailer a household."""
    institution, until = store.institutions[consent.institution_id], store.epoch.date()
    if institution.industry == "energy":
        view = View(
            mint=store.mint,
            end_user_id=consent.end_user_id,
            institution_id=consent.institution_id,
            arrangement_id=consent.arrangement_id,
        )
        plans = {plan.plan_id: plan for one in store.institutions.values() for plan in one.plans}
        books = Books(view=view, person=person, until=until, retailer=institution.name, reading=store.reading)
        store.energy[consent.arrangement_id] = EnergyLedger(books, plans)
        return
    store.ledgers[consent.arrangement_id] = Ledger(
        person,
        owner=consent.end_user_id,
        arrangement_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        mint=store.mint,
        until=until,
        reading=store.reading,
        passed=store.days_passed,
    )


def renew(store: Store, consent: Consent, *, account_keys: tuple[str, ...]) -> Consent:
    """Let an active consent run anew from now, perhaps over other accounts, and tell it.

    It keeps its id and ``consent.updated`` is told, or ``consent.received``; or another consent takes its place and it ends.

    Source: auth-session.renewal
    """
    now, reading = store.clock.now(), store.reading("auth-session.renewal")
    if reading == "new":
        person = person_for(store, consent.person)
        assert person is not None  # whoever consented has an address
        end(store, consent, reason="Revoked")
        return grant(
            store,
            end_user_id=consent.end_user_id,
            institution_id=consent.institution_id,
            person=person,
            account_keys=account_keys,
            permissions=consent.permissions,
        )
    renewed = msgspec.structs.replace(consent, account_keys=account_keys, renewed_at=now, expires_at=now + duration(store))
    store.consents[consent.arrangement_id] = renewed
    store.emit("consent.received" if reading == "kept-received" else "consent.updated", renewed, at=now)
    return renewed


def duration(store: Store) -> timedelta:
    """How long a consent lasts. Source: consents.duration"""
    return timedelta(days=int(store.reading("consents.duration").removesuffix("-days")))


def end(store: Store, consent: Consent, *, reason: str, at: datetime | None = None, clause_id: str = "") -> Consent:
    """End an active consent: its data is no longer served, its syncs complete no more, ``consent.revoked`` is told.

    Args:
        clause_id: The clause that leaves in doubt whether an ending of this kind is told.

    Source: consents.every-ending-tells, consents.expiry-event
    """
    if not consent.is_active:
        return consent
    moment = at or store.clock.now()
    ended = msgspec.structs.replace(consent, ended_at=moment, termination_reason=reason)
    store.consents[consent.arrangement_id] = ended
    if not clause_id or store.reading(clause_id) == "told":
        store.emit("consent.revoked", ended, at=moment)
    return ended


def touch(store: Store, consent: Consent) -> None:
    """Tell ``consent.updated`` about a consent whose terms were confirmed again. Source: webhooks.events"""
    store.emit("consent.updated", consent, at=store.clock.now())
