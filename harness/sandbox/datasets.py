"""Where the rows of each dataset come from: one function per dataset, asked at the moment of a sync."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from harness.model import Consent
from harness.sandbox.account_details import accounts
from harness.sandbox.categories import overridden
from harness.sandbox.identity import identity
from harness.sandbox.payees import payees
from harness.sandbox.products import products_of
from harness.sandbox.regular_payments import direct_debits, scheduled_payments
from harness.sandbox.store import Store

RECENT = timedelta(days=90)

Source = Callable[[Store, Consent], tuple[Any, ...]]
HOUSEHOLD = (
    "energy_accounts",
    "energy_balances",
    "service_points",
    "invoices",
    "billing",
    "concessions",
    "payment_schedule",
    "der",
    "usage",
)


def balances(store: Store, consent: Consent) -> tuple[Any, ...]:
    """What each of them holds."""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.balance(key) for key in consent.account_keys)


def transactions(store: Store, consent: Consent) -> tuple[Any, ...]:
    """Every movement on them, in the API's order."""
    ledger = store.ledgers[consent.arrangement_id]
    chosen = {ledger.accounts[key].account_id for key in consent.account_keys}
    return overridden(store, tuple(row for row in ledger.newest_first() if row.account_id in chosen))


def basic_transactions(store: Store, consent: Consent) -> tuple[Any, ...]:
    """The same movements before their details are known. Source: sync.early-transactions"""
    return tuple(
        msgspec.structs.replace(row, merchant_name=None, merchant_category_code=None, extended_data=None)
        for row in transactions(store, consent)
    )


def recent_transactions(store: Store, consent: Consent) -> tuple[Any, ...]:
    """Those of the last ninety days, before their details are known. Source: sync.early-transactions"""
    since = (store.clock.now() - RECENT).isoformat()
    return tuple(row for row in basic_transactions(store, consent) if (row.posting_date_time or "9") >= since)


def products(store: Store, consent: Consent) -> tuple[Any, ...]:
    """What the institution sells, to everybody."""
    return products_of(store.institutions[consent.institution_id])


def account_ids(store: Store, consent: Consent) -> tuple[str, ...]:
    """The ids of the accounts that a consent is about, as its sync events name them. Source: webhooks.events"""
    household = store.energy.get(consent.arrangement_id)
    if household is not None:
        return tuple(household.account_id(key) for key in consent.account_keys)
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.accounts[key].account_id for key in consent.account_keys)


def _of_household(dataset: str) -> Source:
    """The rows that a retailer has for a dataset; a bank has none. Source: energy.permissions"""

    def rows(store: Store, consent: Consent) -> tuple[Any, ...]:
        household = store.energy.get(consent.arrangement_id)
        if household is None:
            return ()
        return household.rows(dataset, consent.account_keys, until=store.now().date())

    return rows


def plans(store: Store, consent: Consent) -> tuple[Any, ...]:
    """What the retailer offers; it is public, so that a sync only tells that it was looked at."""
    return store.institutions[consent.institution_id].plans


SOURCES: dict[str, Source] = {
    "accounts": accounts,
    "balances": balances,
    "transactions": transactions,
    "basic_transactions": basic_transactions,
    "recent_transactions": recent_transactions,
    "payees": payees,
    "direct_debits": direct_debits,
    "scheduled_payments": scheduled_payments,
    "identity": identity,
    "products": products,
    "plans": plans,
    **{name: _of_household(name) for name in HOUSEHOLD},
}
"""By the dataset's name."""
