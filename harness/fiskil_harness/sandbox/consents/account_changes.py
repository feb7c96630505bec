"""Account changes at the institution: opening, closing, and joint holders' approval or withdrawal of sharing."""

from fiskil_harness.core.model import Consent, Person
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.errors import UsageError
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.consents.sharing import (
    Spec,
    change_agreement,
    change_days,
    consents_over,
    find_spec,
    has_closed,
    has_opened,
    is_open,
)
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.sandbox.snapshots import as_shared, drop_unshared
from fiskil_harness.sandbox.store import Store


def open_account(store: Store, person: Person, key: str) -> None:
    """Open an account of the person's file now, for the first time or again; the next journey offers it.

    A reopened account continues its history.

    Raises:
        UnknownName: The person has no such account.
        UsageError: The account is open.

    Source: accounts.opened-later
    """
    spec, now = find_spec(person, key), store.now()
    if is_open(store, person, spec, now):
        raise UsageError(
            f"The account {key!r} of {person.name} is already open. Only an account that opens later or was closed can open."
        )
    if has_opened(store, person, spec, now):
        change_days(store, person, spec, reopened_at=now, closed_at=None)
    else:
        change_days(store, person, spec, opened_at=now, closed_at=None)
    _watch(store, person, spec)


def close_account(store: Store, person: Person, key: str) -> None:
    """Close an account now, for every holder; the institution ends a consent whose accounts are all closed.

    Raises:
        UnknownName: The person has no such account.
        UsageError: The account is closed.

    Source: accounts.closed, consents.accounts-closed
    """
    spec = find_spec(person, key)
    if has_closed(store, person, spec, store.now()):
        raise UsageError(f"The account {key!r} of {person.name} is already closed.")
    change_days(store, person, spec, closed_at=store.now())
    _watch(store, person, spec)


def approve_sharing(store: Store, person: Person, key: str) -> None:
    """Let every other holder of an account agree that *person* shares it.

    Raises:
        UnknownName: The person has no such account.
        UsageError: The account has no other holder.

    Source: consents.joint-approval
    """
    change_agreement(store, person, _joint(person, key), approved_at=store.now(), withdrawn_at=None)


def withdraw_sharing(store: Store, person: Person, key: str) -> None:
    """Let another holder of an account stop *person* from sharing it; the consent stays active, and no event is emitted.

    Raises:
        UnknownName: The person has no such account.
        UsageError: The account has no other holder.

    Source: consents.joint-approval, consents.account-withdrawn
    """
    spec = _joint(person, key)
    consents_of_person = [consent for consent in consents_over(store, person, spec) if consent.person == person.email]
    shared_before = {consent.arrangement_id: _shared_ids(store, consent) for consent in consents_of_person}
    change_agreement(store, person, spec, withdrawn_at=store.now())
    for consent in consents_of_person:
        gone = shared_before[consent.arrangement_id] - _shared_ids(store, consent)
        if gone and store.interpretation("consents.account-withdrawn") == "at-once":
            drop_unshared(store, consent, unshared=gone)


def _joint(person: Person, key: str) -> Spec:
    spec = find_spec(person, key)
    if not isinstance(spec, AccountSpec) or (spec.ownership == "ONE_PARTY" and not spec.joint_with):
        raise UsageError(
            f"The account {key!r} of {person.name} has one holder, so no other holder can approve or withdraw sharing. "
            "Set an ownership such as TWO_PARTY in the person's file."
        )
    return spec


def _watch(store: Store, person: Person, spec: Spec) -> None:
    """Recalculate, for each consent that covers the account, the time at which the consent's last account closes."""
    for consent in consents_over(store, person, spec):
        consents.watch_accounts(store, consent)


def _shared_ids(store: Store, consent: Consent) -> set[str]:
    return set(account_ids(store, as_shared(store, consent)))
