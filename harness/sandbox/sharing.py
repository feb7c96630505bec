"""Which accounts a consent brings data of: those that the end user chose, as far as they are open and every holder agrees.

An account's life belongs to the institution, so that every consent of a person sees the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from harness.errors import UnknownName
from harness.model import Consent, Person
from harness.model.energy import EnergyAccountSpec
from harness.model.people import AccountSpec
from harness.sandbox.store import Store
from harness.sandbox.tables import AccountLife

Spec = AccountSpec | EnergyAccountSpec


def life_of(store: Store, email: str, spec: Spec) -> AccountLife:
    """What has become of an account: what was done to it, else what the person's file says of its days."""
    told = store.lives.get((email, spec.key), AccountLife())
    if not isinstance(spec, AccountSpec):
        return told
    return msgspec.structs.replace(
        told,
        opened_at=told.opened_at or _day(store, spec.opens_on_day),
        closed_at=told.closed_at or _day(store, spec.closes_on_day),
    )


def is_open(store: Store, email: str, spec: Spec, at: datetime) -> bool:
    """Whether an account is there and not closed."""
    life = life_of(store, email, spec)
    return _has_come(life.opened_at, at, otherwise=True) and not _has_come(life.closed_at, at)


def shared_keys(store: Store, consent: Consent, at: datetime) -> tuple[str, ...]:
    """The accounts that the institution shares under *consent*, in the order of the person's file.

    Source: accounts.closed, accounts.opened-later, consents.joint-approval
    """
    return tuple(spec.key for spec in _specs(store, consent) if _is_shared(store, consent, spec, at))


def closed_keys(store: Store, consent: Consent, at: datetime) -> frozenset[str]:
    """Those that are closed."""
    specs = _specs(store, consent)
    return frozenset(one.key for one in specs if _has_come(life_of(store, consent.person, one).closed_at, at))


def when_all_close(store: Store, consent: Consent) -> datetime | None:
    """When the last account that the end user chose is closed; None while one of them stays.

    Source: consents.accounts-closed
    """
    chosen = [spec for spec in _specs(store, consent) if spec.key in consent.account_keys]
    closings = [life_of(store, consent.person, spec).closed_at for spec in chosen]
    known = [one for one in closings if one is not None]
    return max(known) if known and len(known) == len(closings) else None


def set_life(store: Store, person: Person, key: str, **changes: datetime | None) -> list[Consent]:
    """Change the life of the account called *key*; the active consents of that person.

    Raises:
        UnknownName: The person has no such account.
    """
    known = [*(spec.key for spec in person.accounts), *(spec.key for spec in person.energy)]
    if key not in known:
        raise UnknownName("account", key, known, place=f"the file of {person.name}")
    place = (person.email, key)
    store.lives[place] = msgspec.structs.replace(store.lives.get(place, AccountLife()), **changes)
    return [one for one in store.consents.values() if one.is_active and one.person == person.email]


def _specs(store: Store, consent: Consent) -> Iterable[Spec]:
    household = store.energy.get(consent.arrangement_id)
    return household.person.energy if household is not None else store.ledgers[consent.arrangement_id].person.accounts


def _is_shared(store: Store, consent: Consent, spec: Spec, at: datetime) -> bool:
    life = life_of(store, consent.person, spec)
    if not _is_covered(store, consent, spec, life, at) or _has_come(life.withdrawn_at, at):
        return False
    if isinstance(spec, AccountSpec) and not spec.is_shareable and not _has_come(life.approved_at, at):
        return False
    return not _has_come(life.closed_at, at) or store.reading("accounts.closed") == "listed"


def _is_covered(store: Store, consent: Consent, spec: Spec, life: AccountLife, at: datetime) -> bool:
    """Whether the end user chose it, or it came later and comes along. Source: accounts.opened-later"""
    if spec.key in consent.account_keys:
        return True
    is_later = life.opened_at is not None and consent.created_at < life.opened_at <= at
    return is_later and store.reading("accounts.opened-later") == "joins"


def _has_come(moment: datetime | None, at: datetime, *, otherwise: bool = False) -> bool:
    return otherwise if moment is None else moment <= at


def _day(store: Store, days: int | None) -> datetime | None:
    return None if days is None else store.epoch + timedelta(days=days)
