"""The accounts that a consent shares: those that the end user chose, while they are open and every holder agrees.

An account opens and closes on the same dates for all consents of a person, and for both holders of a joint account. If a
holder withdraws their agreement, only the other holder's sharing changes.
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
from fiskil_harness.sandbox.tables import AccountDates, ChangedDates

Spec = AccountSpec | EnergyAccountSpec


def account_dates(store: Store, person: Person, spec: Spec) -> AccountDates:
    """Return the dates of an account, such as its closing date: the changed date, or else the date in the person's file."""
    of_person, of_account = (
        store.account_dates.get(place, AccountDates()) for place in (_own_place(person, spec), _place(person, spec))
    )
    opens, closes = (spec.opens_on_day, spec.closes_on_day) if isinstance(spec, AccountSpec) else (None, None)
    return AccountDates(
        opened_at=of_account.opened_at or _day(store, opens),
        closed_at=of_account.closed_at or (None if of_account.reopened_at else _day(store, closes)),
        reopened_at=of_account.reopened_at,
        withdrawn_at=of_person.withdrawn_at,
        approved_at=of_person.approved_at,
    )


def active_period(store: Store, person: Person, spec: AccountSpec) -> AccountPeriod:
    """Return the days on which an account gets rows: from its opening until it is closed."""
    dates, day = account_dates(store, person, spec), timedelta(days=1)
    opened = -person.history_days if dates.opened_at is None else (dates.opened_at - store.epoch) // day
    if spec.open_status == "CLOSED":
        return AccountPeriod(opened, 0)
    return AccountPeriod(opened, None if dates.closed_at is None else max(0, (dates.closed_at - store.epoch) // day))


def is_open(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Return True if an account is open at the time *at*."""
    return has_opened(store, person, spec, at) and not has_closed(store, person, spec, at)


def has_opened(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Return True if an account was opened before or at the time *at*."""
    return _has_passed(account_dates(store, person, spec).opened_at, at, otherwise=True)


def has_closed(store: Store, person: Person, spec: Spec, at: datetime) -> bool:
    """Return True if an account was closed before or at the time *at*, and was not reopened."""
    return _has_passed(account_dates(store, person, spec).closed_at, at)


def shared_keys(store: Store, consent: Consent, at: datetime) -> tuple[str, ...]:
    """Return the keys of the accounts that the institution shares under *consent*, in the order of the person's file.

    Source: accounts.closed, accounts.opened-later, consents.joint-approval
    """
    return tuple(spec.key for spec in _specs(store, consent) if _is_shared(store, consent, spec, at))


def closed_keys(store: Store, consent: Consent, at: datetime) -> frozenset[str]:
    """Return the keys of the person's accounts at the institution that are closed at the time *at*."""
    person, specs = store.ledger_of(consent).person, _specs(store, consent)
    return frozenset(spec.key for spec in specs if _has_passed(account_dates(store, person, spec).closed_at, at))


def when_all_close(store: Store, consent: Consent) -> datetime | None:
    """Return the time at which the last chosen account closes; None if a chosen account has no closing date.

    Source: consents.accounts-closed
    """
    chosen = [spec for spec in _specs(store, consent) if spec.key in consent.account_keys]
    closings = [account_dates(store, store.ledger_of(consent).person, spec).closed_at for spec in chosen]
    closing_dates = [closing for closing in closings if closing is not None]
    return max(closing_dates) if closing_dates and len(closing_dates) == len(closings) else None


def find_spec(person: Person, key: str) -> Spec:
    """Return the account *key* of *person*.

    Raises:
        UnknownName: The person has no such account.
    """
    specs: dict[str, Spec] = {
        **{spec.key: spec for spec in person.energy},
        **{account.key: account for account in person.accounts},
    }
    if key not in specs:
        raise UnknownName("account", key, specs, place=f"the file of {person.name}")
    return specs[key]


def change_days(store: Store, person: Person, spec: Spec, **days: datetime | None) -> None:
    """Record when an account opens or closes, for all its holders."""
    _change(store, _place(person, spec), **days)


def change_agreement(store: Store, person: Person, spec: Spec, **moments: datetime | None) -> None:
    """Record when the other holders agreed that *person* shares the account, or withdrew their agreement."""
    _change(store, _own_place(person, spec), **moments)


def changed_dates(store: Store, consent: Consent) -> tuple[ChangedDates, ...]:
    """Return the changed dates of the person's accounts at the institution."""
    person = store.ledger_of(consent).person
    places = [place for spec in _specs(store, consent) for place in (_own_place(person, spec), _place(person, spec))]
    return tuple(
        ChangedDates(place=place, dates=store.account_dates[place])
        for place in dict.fromkeys(places)
        if place in store.account_dates
    )


def consents_over(store: Store, person: Person, spec: Spec) -> list[Consent]:
    """Return the active consents at the account's institution, of all holders of the account."""
    place = _place(person, spec)
    return [
        consent
        for consent in store.consents.values()
        if consent.is_active
        and any(_place(store.ledger_of(consent).person, other) == place for other in _specs(store, consent))
    ]


def _specs(store: Store, consent: Consent) -> Iterable[Spec]:
    person = store.ledger_of(consent).person
    return person.energy if consent.arrangement_id in store.energy else person.accounts


def _own_place(person: Person, spec: Spec) -> tuple[str, str]:
    return person.email, spec.key


def _place(person: Person, spec: Spec) -> tuple[str, str]:
    """Return the key in ``account_dates`` for dates that apply to every holder; the key is the same for both holders."""
    other = spec.joint_with if isinstance(spec, AccountSpec) else None
    return "&".join(sorted((person.name, other))) if other else person.email, spec.key


def _change(store: Store, place: tuple[str, str], **changes: datetime | None) -> None:
    store.account_dates[place] = msgspec.structs.replace(store.account_dates.get(place, AccountDates()), **changes)


def _is_shared(store: Store, consent: Consent, spec: Spec, at: datetime) -> bool:
    dates = account_dates(store, store.ledger_of(consent).person, spec)
    if not _is_covered(store, consent, spec, dates, at) or _has_passed(dates.withdrawn_at, at):
        return False
    if isinstance(spec, AccountSpec) and not spec.is_shareable and not _has_passed(dates.approved_at, at):
        return False
    return not _has_passed(dates.closed_at, at) or store.interpretation("accounts.closed") == "listed"


def _is_covered(store: Store, consent: Consent, spec: Spec, dates: AccountDates, at: datetime) -> bool:
    """Return True if the end user chose the account, or if it opened after the consent and is added automatically.

    Source: accounts.opened-later
    """
    if spec.key in consent.account_keys:
        return True
    opened_at = dates.reopened_at or dates.opened_at
    is_later = opened_at is not None and consent.created_at < opened_at <= at
    return is_later and store.interpretation("accounts.opened-later") == "joins"


def _has_passed(moment: datetime | None, at: datetime, *, otherwise: bool = False) -> bool:
    return otherwise if moment is None else moment <= at


def _day(store: Store, days: int | None) -> datetime | None:
    return None if days is None else store.epoch + timedelta(days=days)
