"""Consents: creation, renewal, duration and endings."""

from datetime import datetime, timedelta

import msgspec

from fiskil_harness.core.model import Consent, Person
from fiskil_harness.sandbox.bank.ledger import Ledger
from fiskil_harness.sandbox.bank.rows_from_seed import View
from fiskil_harness.sandbox.consents.people import person_for
from fiskil_harness.sandbox.consents.sharing import active_period, when_all_close
from fiskil_harness.sandbox.energy.context import EnergyContext
from fiskil_harness.sandbox.energy.ledger import EnergyLedger
from fiskil_harness.sandbox.store import Store


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
    """Create a consent with its ledger, and emit ``consent.received``.

    Args:
        arrangement_id: A fixed id, for apps with a hard-coded id (default: a new id).
        permissions: The datasets to cover (default: those of the console); those of another industry are ignored.

    Source: consents.received, consents.by-institution, permissions.usual, consents.period
    """
    now = store.now()
    requested = store.console.requested_from(store.institutions[institution_id].industry, permissions)
    consent = Consent(
        arrangement_id=arrangement_id or store.mint.arrangement_id(),
        end_user_id=end_user_id,
        institution_id=institution_id,
        person=person.email,
        account_keys=account_keys,
        permissions=tuple(name for name in requested if name not in person.withholds),
        created_at=now,
        expires_at=now + duration(store),
        is_one_off=store.console.consent_days == 0,
        revokes_at=None if person.revokes_after_days is None else now + timedelta(days=person.revokes_after_days),
    )
    _open_ledger(store, consent, person)
    consent = watch_accounts(store, consent)
    store.emit("consent.received", consent, at=now)
    return consent


def reopen(store: Store, consent: Consent) -> None:
    """Store a *consent* of an earlier process with its ledger, and emit nothing.

    Raises:
        LookupError: Its person or one of its accounts does not exist.
    """
    person = person_for(store, consent.person)
    if person is None:
        raise LookupError(consent.person)
    _open_ledger(store, consent, person)
    missing = set(consent.account_keys) - set(store.ledger_of(consent).accounts)
    if missing:
        raise LookupError(missing)
    store.consents[consent.arrangement_id] = consent


def watch_accounts(store: Store, consent: Consent) -> Consent:
    """Store and return *consent* with the time at which its last account closes. Source: consents.accounts-closed"""
    watched = msgspec.structs.replace(consent, accounts_close_at=when_all_close(store, consent))
    store.consents[consent.arrangement_id] = watched
    return watched


def _open_ledger(store: Store, consent: Consent, person: Person) -> None:
    """Create the institution's records of *person*: a bank's ledger or a retailer's."""
    institution, began = store.institutions[consent.institution_id], store.epoch.date()
    if institution.industry == "energy":
        view = View(
            mint=store.mint,
            end_user_id=consent.end_user_id,
            institution_id=consent.institution_id,
            arrangement_id=consent.arrangement_id,
        )
        plans = {plan.plan_id: plan for institution in store.institutions.values() for plan in institution.plans}
        context = EnergyContext(
            view=view,
            person=person,
            began=began,
            retailer=institution.name,
            bank_id=_bank_of_everyone(store),
            interpretation=store.interpretation,
        )
        store.energy[consent.arrangement_id] = EnergyLedger(context, plans)
        return
    store.ledgers[consent.arrangement_id] = Ledger(
        person,
        owner=consent.end_user_id,
        arrangement_id=consent.arrangement_id,
        institution_id=consent.institution_id,
        mint=store.mint,
        until=began,
        interpretation=store.interpretation,
        days_passed=store.days_passed,
        period_of=lambda spec: active_period(store, person, spec),
        institutions=store.institutions,
    )


def _bank_of_everyone(store: Store) -> str:
    """Return the id of the first bank whose data can be shared."""
    banks = [institution for institution in store.institutions.values() if institution.industry == "banking"]
    return next((bank.institution_id for bank in banks if bank.is_accessible), "")


def renew(store: Store, consent: Consent, *, account_keys: tuple[str, ...]) -> Consent:
    """Renew an active consent from now on, with *account_keys* as its accounts, and return the renewed or new consent.

    Depending on the interpretation, the consent keeps its id, and ``consent.updated`` or ``consent.received`` is emitted; or
    the consent ends, and a new consent replaces it.

    Source: auth-session.renewal
    """
    now, interpretation = store.now(), store.interpretation("auth-session.renewal")
    if interpretation == "new":
        person = person_for(store, consent.person)
        assert person is not None  # the person who consented has a valid e-mail address
        end(store, consent, reason="Revoked", by="end_user")
        return grant(
            store,
            end_user_id=consent.end_user_id,
            institution_id=consent.institution_id,
            person=person,
            account_keys=account_keys,
            permissions=consent.permissions,
        )
    renewed = watch_accounts(
        store,
        msgspec.structs.replace(
            consent,
            account_keys=account_keys,
            renewed_at=now,
            expires_at=now + duration(store),
            is_one_off=store.console.consent_days == 0,
        ),
    )
    store.emit("consent.received" if interpretation == "kept-received" else "consent.updated", renewed, at=now)
    return renewed


def duration(store: Store) -> timedelta:
    """Return the duration of new consents, as set in the console; a one-off consent lasts at most one day.

    Source: consents.duration, consents.period, consents.one-off
    """
    days = store.console.consent_days
    if days is None:
        days = int(store.interpretation("consents.duration").removesuffix("-days"))
    return timedelta(days=days or 1)


def end(store: Store, consent: Consent, *, reason: str, by: str, at: datetime | None = None, clause_id: str = "") -> Consent:
    """End an active consent: its data is no longer served, its syncs are cancelled, and ``consent.revoked`` is emitted.

    Events emitted before stay valid: their messages are still delivered.

    Args:
        reason: ``Expired`` or ``Revoked``, as in the API.
        by: The party that ended it: ``end_user``, ``institution`` or ``app``.
        clause_id: The clause whose interpretation decides if this ending emits an event; empty if it always does.

    Source: consents.every-ending-reported, consents.expiry-event, consents.termination-reason, webhooks.after-ending
    """
    if not consent.is_active:
        return consent
    moment = at or store.now()
    ended = msgspec.structs.replace(consent, ended_at=moment, ended_by=by, termination_reason=reason)
    store.consents[consent.arrangement_id] = ended
    if not clause_id or store.interpretation(clause_id) == "reported":
        store.emit("consent.revoked", ended, at=moment)
    return ended


def touch(store: Store, consent: Consent) -> None:
    """Emit ``consent.updated`` for a consent whose terms were confirmed again. Source: webhooks.events"""
    store.emit("consent.updated", consent, at=store.now())
