"""The source of each dataset's rows: one function per dataset, which a sync calls.

Rows that change over time are as of the time at which the sync was due, even if it is performed later.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from fiskil_harness.core.model import Consent
from fiskil_harness.sandbox.bank.account_details import accounts
from fiskil_harness.sandbox.bank.categories import overridden
from fiskil_harness.sandbox.bank.days import ceiling_of
from fiskil_harness.sandbox.bank.identity import identity
from fiskil_harness.sandbox.bank.payees import payees
from fiskil_harness.sandbox.bank.products import products_of
from fiskil_harness.sandbox.bank.regular_payments import direct_debits, scheduled_payments
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.openapi.optional_fields import MODELS, bare, filled, model_of
from fiskil_harness.sandbox.store import Store

RECENT = timedelta(days=90)

_DEEPEST, _DEPTHS = 99, (0, 1, 3, 3, 2)
NAMED_ROWS = 20_000
"""If a consent has at most this many transactions, reports know the symbol of each; otherwise only of generated rows."""

Source = Callable[[Store, Consent, datetime], Sequence[Any]]
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


def balances(store: Store, consent: Consent, at: datetime) -> Sequence[Any]:
    """Return the balances of the consent's accounts."""
    ledger = store.ledgers[consent.arrangement_id]
    return tuple(ledger.balance(key, at) for key in consent.account_keys)


def transactions(store: Store, consent: Consent, at: datetime) -> Statement:
    """Return all transactions of the consent's accounts, in the API's order."""
    ledger = store.ledgers[consent.arrangement_id]
    chosen = [ledger.accounts[key].account_id for key in consent.account_keys]
    if not chosen:
        return Statement()
    rows = ledger.statement(at).where(account_ids=chosen)
    if len(rows) <= NAMED_ROWS:
        rows.posted.note()
    return overridden(store, rows)


def basic_transactions(store: Store, consent: Consent, at: datetime) -> Statement:
    """Return all transactions, without the details that a later sync adds. Source: sync.early-transactions"""
    return transactions(store, consent, at).plain()


def recent_transactions(store: Store, consent: Consent, at: datetime) -> Statement:
    """Return the transactions of the last ninety days, without the details that a later sync adds.

    Source: sync.early-transactions
    """
    return basic_transactions(store, consent, at).recent(ceiling_of(at - RECENT))


def _whenever(source: Callable[[Store, Consent], Sequence[Any]]) -> Source:
    """Return a dataset's function that calls *source* without the time of the sync."""
    return lambda store, consent, _at: source(store, consent)


def products(store: Store, consent: Consent) -> tuple[Any, ...]:
    """Return the products of the institution, which are the same for everyone."""
    return products_of(store.institutions[consent.institution_id])


def account_ids(store: Store, consent: Consent) -> tuple[str, ...]:
    """Return the ids of a consent's accounts, as its sync events list them. Source: webhooks.events"""
    accounts = store.ledger_of(consent).accounts
    return tuple(accounts[key].account_id for key in consent.account_keys)


def _of_household(dataset: str) -> Callable[[Store, Consent], tuple[Any, ...]]:
    """Return the function of an energy dataset, which returns no rows for a bank's consent. Source: energy.permissions"""

    def rows(store: Store, consent: Consent) -> tuple[Any, ...]:
        household = store.energy.get(consent.arrangement_id)
        if household is None:
            return ()
        return household.rows(dataset, consent.account_keys, until=store.today())

    return rows


def plans(store: Store, consent: Consent) -> tuple[Any, ...]:
    """Return the retailer's plans; they are public, so a sync changes nothing and only emits its event."""
    return store.institutions[consent.institution_id].plans


def rows_of(store: Store, consent: Consent, dataset: str, at: datetime) -> Sequence[Any]:
    """Return the rows of *dataset* as of *at*; some people have every documented field, others few."""
    rows = SOURCES[dataset](store, consent, at)
    person = store.ledger_of(consent).person
    if person.optional_fields == "usual" or dataset not in MODELS or isinstance(rows, Statement):
        return rows
    return tuple(_served(row, number, dataset, person.optional_fields) for number, row in enumerate(rows))


def _served(row: Any, number: int, dataset: str, optional_fields: str) -> Any:
    """Return *row* with every optional field, with parts only, or without; then some rows keep parts to a depth."""
    model = model_of(dataset)
    fields = filled(msgspec.json.decode(row.wire), model)
    match optional_fields:
        case "parts":
            fields = bare(fields, model, depth=_DEEPEST)
        case "none":
            fields = bare(fields, model, depth=_DEPTHS[number % len(_DEPTHS)])
    return row.served_as(fields)


SOURCES: dict[str, Source] = {
    "accounts": accounts,
    "balances": balances,
    "transactions": transactions,
    "basic_transactions": basic_transactions,
    "recent_transactions": recent_transactions,
    "payees": _whenever(payees),
    "direct_debits": direct_debits,
    "scheduled_payments": _whenever(scheduled_payments),
    "identity": _whenever(identity),
    "products": _whenever(products),
    "plans": _whenever(plans),
    **{name: _whenever(_of_household(name)) for name in HOUSEHOLD},
}
"""The function that returns each dataset's rows, by the dataset's name."""
