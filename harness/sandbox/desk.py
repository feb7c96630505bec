"""What happens at the institution's counter: accounts open and close, other holders agree to sharing or withdraw it."""

from datetime import datetime

from harness.model import Consent, Person
from harness.sandbox import consents
from harness.sandbox.datasets import account_ids
from harness.sandbox.sharing import set_life
from harness.sandbox.snapshots import as_shared, drop_unshared
from harness.sandbox.store import Store


def open_account(store: Store, person: Person, key: str) -> None:
    """Open an account of the person's file now; the next journey offers it. Source: accounts.opened-later

    Raises:
        UnknownName: The person has no such account.
    """
    _change(store, person, key, opened_at=store.now(), closed_at=None)


def close_account(store: Store, person: Person, key: str) -> None:
    """Close an account now; a consent whose last account it was ends, by the institution.

    Raises:
        UnknownName: The person has no such account.

    Source: accounts.closed, consents.accounts-closed
    """
    _change(store, person, key, closed_at=store.now())


def approve_sharing(store: Store, person: Person, key: str) -> None:
    """Let every other holder of an account agree to sharing it. Source: consents.joint-approval

    Raises:
        UnknownName: The person has no such account.
    """
    _change(store, person, key, approved_at=store.now(), withdrawn_at=None)


def withdraw_sharing(store: Store, person: Person, key: str) -> None:
    """Let another holder of an account stop its being shared; the consent lives on, and is told nothing.

    Raises:
        UnknownName: The person has no such account.

    Source: consents.joint-approval, consents.account-withdrawn
    """
    shared = {one.arrangement_id: _shared_ids(store, one) for one in _change(store, person, key)}
    for consent in _change(store, person, key, withdrawn_at=store.now()):
        gone = shared[consent.arrangement_id] - _shared_ids(store, consent)
        if gone and store.reading("consents.account-withdrawn") == "at-once":
            drop_unshared(store, consent, gone=gone)


def _change(store: Store, person: Person, key: str, **changes: datetime | None) -> list[Consent]:
    """Change an account's life; the consents that it concerns, each knowing when its last account closes."""
    return [consents.watch_accounts(store, one) for one in set_life(store, person, key, **changes)]


def _shared_ids(store: Store, consent: Consent) -> set[str]:
    return set(account_ids(store, as_shared(store, consent)))
