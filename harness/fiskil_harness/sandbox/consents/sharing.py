"""Which accounts a consent brings data of: those that the end user chose, as far as they are open and every holder agrees.

An account's life belongs to the institution: every consent of a person sees the same, and so do both holders of a joint
account. That a holder withdraws their agreement concerns what the other one shares, and nothing else.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.errors import UnknownName
from fiskil_harness.sandbox.bank.holdings import AccountPeriod
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import AccountLife

Spec = AccountSpec | EnergyAccountSpec


def account_life(store: Store, person: Person, spec: Spec) -> AccountLife:
    """What has become of an account: what was done to it, else what the person's file says of its days."""
    own, held = (store.lives.get(place, AccountLife()) for place in (_own_place(person, spec), _place(person, spec)))
    opens, closes = (spec.opens_on_day, spec.closes_on_day) if isinstance(spec, AccountSpec) else (None, None)
    return AccountLife(
        opened_at=held.opened_at or _day(store, opens),
        closed_at=held.closed_at or (None if held.reopened_at else _day(store, closes)),
        reopened_at=held.reopened_at,
        withdrawn_at=own.withdrawn_at,
        approved_at=own.approved_at,
    )


def moving_days(store: Store, person: Person, spec: AccountSpec) -> AccountPeriod:
    """Between which days something moves on an account: not before it is opened, and no more once it is closed."""
    life, day = account_life(store, person, spec), timedelta(days=1)
    opened = -person.history_days if life.opened_at is None else (life.opened_at - store.epoch) // day
    if spec.open_status == "CLOSED":
        return AccountPeriod(opened, 0)
    return AccountPeriod(opened, None if life.closed_at is None else max(0, (life.closed_at - store.epoch) // day))


def is_open(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Whether an account is there and not closed."""
    return has_opened(store, person, spec, at) and not has_closed(store, person, spec, at)


def has_opened(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Whether an account was ever open."""
    return _has_come(account_life(store, person, spec).opened_at, at, otherwise=True)


def has_closed(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Whether an account was there, and is closed."""
    return _has_come(account_life(store, person, spec).closed_at, at)


def shared_keys(store: Store, consent: Consent, at: datetime) -> tuple[str, ...]:
    """The accounts that the institution shares under *consent*, in the order of the person's file.

    Source: accounts.closed, accounts.opened-later, consents.joint-approval
    """
    return tuple(spec.key for spec in _specs(store, consent) if _is_shared(store, consent, spec, at))


def closed_keys(store: Store, consent: Consent, at: datetime) -> frozenset[str]:
    """Those that are closed."""
    person, specs = _holder(store, consent), _specs(store, consent)
    return frozenset(spec.key for spec in specs if _has_come(account_life(store, person, spec).closed_at, at))


def when_all_close(store: Store, consent: Consent) -> datetime | None:
    """When the last account that the end user chose is closed; None while one of them stays.

    Source: consents.accounts-closed
    """
    chosen = [spec for spec in _specs(store, consent) if spec.key in consent.account_keys]
    closings = [account_life(store, _holder(store, consent), spec).closed_at for spec in chosen]
    known = [closing for closing in closings if closing is not None]
    return max(known) if known and len(known) == len(closings) else None


def find_spec(person: Person, key: str) -> Spec:
    """The account called *key*.

    Raises:
        UnknownName: The person has no such account.
    """
    known: dict[str, Spec] = {
        **{energy_account_spec.key: energy_account_spec for energy_account_spec in person.energy},
        **{account.key: account for account in person.accounts},
    }
    if key not in known:
        raise UnknownName("account", key, known, place=f"the file of {person.name}")
    return known[key]


def change_days(store: Store, person: Person, spec: Spec, **days: datetime | None) -> None:
    """Note when an account opens or closes, for whoever holds it."""
    _change(store, _place(person, spec), **days)


def change_agreement(store: Store, person: Person, spec: Spec, **moments: datetime | None) -> None:
    """Note when the other holders agreed to its being shared by *person*, or withdrew that."""
    _change(store, _own_place(person, spec), **moments)


def consents_over(store: Store, person: Person, spec: Spec) -> list[Consent]:
    """The active consents of whoever holds an account, at the institution where it is."""
    place = _place(person, spec)
    return [
        consent
        for consent in store.consents.values()
        if consent.is_active and any(_place(_holder(store, consent), other) == place for other in _specs(store, consent))
    ]


def _specs(store: Store, consent: Consent) -> Iterable[Spec]:
    is_energy = consent.arrangement_id in store.energy
    return _holder(store, consent).energy if is_energy else _holder(store, consent).accounts


def _holder(store: Store, consent: Consent) -> Person:
    books = store.energy.get(consent.arrangement_id) or store.ledgers[consent.arrangement_id]
    return books.person


def _own_place(person: Person, spec: Spec) -> tuple[str, str]:
    return person.email, spec.key


def _place(person: Person, spec: Spec) -> tuple[str, str]:
    """Where what concerns every holder is noted: both of a joint account have the same place for it."""
    other = spec.joint_with if isinstance(spec, AccountSpec) else None
    return "&".join(sorted((person.name, other))) if other else person.email, spec.key


def _change(store: Store, place: tuple[str, str], **changes: datetime | None) -> None:
    store.lives[place] = msgspec.structs.replace(store.lives.get(place, AccountLife()), **changes)


def _is_shared(store: Store, consent: Consent, spec: Spec, at: datetime) -> bool:
    life = account_life(store, _holder(store, consent), spec)
    if not _is_covered(store, consent, spec, life, at) or _has_come(life.withdrawn_at, at):
        return False
    if isinstance(spec, AccountSpec) and not spec.is_shareable and not _has_come(life.approved_at, at):
        return False
    return not _has_come(life.closed_at, at) or store.interpretation("accounts.closed") == "listed"


def _is_covered(store: Store, consent: Consent, spec: Spec, life: AccountLife, at: datetime) -> bool:
    """Whether the end user chose it, or it came later and comes along. Source: accounts.opened-later"""
    if spec.key in consent.account_keys:
        return True
    came_at = life.reopened_at or life.opened_at
    is_later = came_at is not None and consent.created_at < came_at <= at
    return is_later and store.interpretation("accounts.opened-later") == "joins"


def _has_come(moment: datetime | None, at: datetime, *, otherwise: bool = False) -> bool:
    return otherwise if moment is None else moment <= at


def _day(store: Store, days: int | None) -> datetime | None:
    return None if days is None else store.epoch + timedelta(days=days)
