"""Where the rows of each dataset come from: one function per dataset, asked at the moment of a sync."""

from collections.abc import Callable
from typing import Any

from harness.model import Consent
from harness.sandbox.store import Store

Source = Callable[[Store, Consent], tuple[Any, ...]]


def accounts(store: Store, consent: Consent) -> tuple[Any, ...]:
    """The accounts that the end user chose."""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.accounts[key] for key in consent.account_keys)


def balances(store: Store, consent: Consent) -> tuple[Any, ...]:
    """What each of them holds."""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.balance(key) for key in consent.account_keys)


def transactions(store: Store, consent: Consent) -> tuple[Any, ...]:
    """Every movement on them, in the API's order."""
    ledger = store.ledgers[consent.arrangement_id]
    chosen = {ledger.accounts[key].account_id for key in consent.account_keys}
    return tuple(row for row in ledger.newest_first() if row.account_id in chosen)


def account_ids(store: Store, consent: Consent) -> tuple[str, ...]:
    """The ids of the accounts that a consent is about, as its sync events name them. Source: webhooks.events"""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.accounts[key].account_id for key in consent.account_keys)


SOURCES: dict[str, Source] = {
    "accounts": accounts,
    "balances": balances,
    "transactions": transactions,
}
"""By the dataset's name."""
