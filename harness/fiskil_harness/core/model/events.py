"""Webhook events of Fiskil, and the datasets whose syncs they report."""

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct


class Dataset(Struct, frozen=True, kw_only=True):
    """A kind of data that Fiskil syncs from institutions.

    ``event`` reports the end of a sync. ``ready_after_s`` is the sandbox time between the consent and the end of the first
    sync. ``permission`` is the permission that the data requires: None for public data, "" if the permission has the same
    name as the dataset. ``route`` is the API route that returns the rows. For a dataset that is one stage in the sync of a
    larger dataset, ``label`` is the larger dataset.

    Source: webhooks.events, sync.timing
    """

    name: str
    route: str
    event: str
    ready_after_s: int
    permission: str | None = ""
    label: str = ""
    carries_account_ids: bool = False

    @property
    def serves(self) -> str:
        """The name of the dataset whose rows are available after the sync."""
        return self.label or self.name

    def is_permitted_by(self, permissions: tuple[str, ...]) -> bool:
        """Return True if a consent with *permissions* covers the dataset."""
        return self.permission is None or (self.permission or self.name) in permissions


_BANKING = (
    Dataset(
        name="accounts",
        route="banking.accounts",
        event="banking.accounts.sync.completed",
        ready_after_s=2,
        carries_account_ids=True,
    ),
    Dataset(
        name="balances",
        route="banking.balances",
        event="banking.balances.sync.completed",
        ready_after_s=4,
        carries_account_ids=True,
    ),
    Dataset(
        name="recent_transactions",
        route="banking.transactions",
        event="banking.transactions.recent.sync.completed",
        ready_after_s=6,
        permission="transactions",
        label="transactions",
        carries_account_ids=True,
    ),
    Dataset(
        name="basic_transactions",
        route="banking.transactions",
        event="banking.transactions.basic.sync.completed",
        ready_after_s=8,
        permission="transactions",
        label="transactions",
        carries_account_ids=True,
    ),
    Dataset(
        name="transactions",
        route="banking.transactions",
        event="banking.transactions.sync.completed",
        ready_after_s=10,
        carries_account_ids=True,
    ),
    Dataset(name="payees", route="banking.payees", event="banking.payees.sync.completed", ready_after_s=12),
    Dataset(
        name="direct_debits", route="banking.direct_debits", event="banking.directdebits.sync.completed", ready_after_s=14
    ),
    Dataset(
        name="scheduled_payments",
        route="banking.scheduled_payments",
        event="banking.scheduledpayments.sync.completed",
        ready_after_s=16,
    ),
    Dataset(name="identity", route="common.identity", event="common.identity.sync.completed", ready_after_s=18),
    Dataset(
        name="products", route="banking.products", event="banking.products.sync.completed", ready_after_s=1, permission=None
    ),
)

_ENERGY = (
    Dataset(
        name="energy_accounts",
        route="energy.accounts",
        event="energy.accounts.sync.completed",
        ready_after_s=2,
        carries_account_ids=True,
    ),
    Dataset(
        name="energy_balances",
        route="energy.balances",
        event="energy.balances.sync.completed",
        ready_after_s=4,
        carries_account_ids=True,
    ),
    Dataset(
        name="service_points", route="energy.service_points", event="energy.servicepoints.sync.completed", ready_after_s=6
    ),
    Dataset(name="invoices", route="energy.invoices", event="energy.invoices.sync.completed", ready_after_s=8),
    Dataset(name="billing", route="energy.billing", event="energy.billing.sync.completed", ready_after_s=10),
    Dataset(name="concessions", route="energy.concessions", event="energy.concessions.sync.completed", ready_after_s=12),
    Dataset(
        name="payment_schedule",
        route="energy.payment_schedules",
        event="energy.paymentschedules.sync.completed",
        ready_after_s=14,
    ),
    Dataset(name="der", route="energy.der", event="energy.der.sync.completed", ready_after_s=16),
    Dataset(name="usage", route="energy.usage", event="energy.usage.sync.completed", ready_after_s=20),
    Dataset(name="plans", route="energy.plans", event="energy.plans.sync.completed", ready_after_s=1, permission=None),
)

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in (*_BANKING, *_ENERGY)}
"""Every dataset by name."""

DATASET_OF_ROUTE = {dataset.route: dataset.name for dataset in DATASETS.values() if not dataset.label}
"""The name of the dataset that each route returns."""

EVENT_KINDS = (
    "consent.received",
    "consent.updated",
    "consent.revoked",
    "common.identity.sync.completed",
    "banking.accounts.sync.completed",
    "banking.balances.sync.completed",
    "banking.transactions.basic.sync.completed",
    "banking.transactions.recent.sync.completed",
    "banking.transactions.sync.completed",
    "banking.transactions.sync.failed",
    "banking.payees.sync.completed",
    "banking.directdebits.sync.completed",
    "banking.scheduledpayments.sync.completed",
    "banking.products.sync.completed",
    "energy.accounts.sync.completed",
    "energy.balances.sync.completed",
    "energy.billing.sync.completed",
    "energy.usage.sync.completed",
    "energy.servicepoints.sync.completed",
    "energy.concessions.sync.completed",
    "energy.der.sync.completed",
    "energy.invoices.sync.completed",
    "energy.paymentschedules.sync.completed",
    "energy.plans.sync.completed",
)
"""Every kind of event that Fiskil is known to send; the sandbox sends those about ``DATASETS`` and about consents."""

_EXTRA_KINDS = {dataset.event for dataset in DATASETS.values() if dataset.label or dataset.permission is None}


def is_extra(kind: str) -> bool:
    """Return True for an event about public data or an early stage of a dataset, which Fiskil may leave out.

    Source: sync.early-transactions, sync.public-data
    """
    return kind in _EXTRA_KINDS


def matches_any(kind: str, patterns: Iterable[str]) -> bool:
    """Return True if an event of *kind* matches one of *patterns*, such as ``banking.*`` in ``app.facts.uses_events``."""
    return any(fnmatchcase(kind, pattern) for pattern in patterns)


class Event(Struct, frozen=True, kw_only=True):
    """A webhook event before it is encoded and signed.

    ``event_id`` numbers the events of one sandbox from 0. ``extra`` are further keys of the payload's ``data`` object.
    """

    event_id: int
    kind: str
    message_id: str
    publish_time: datetime
    end_user_id: str
    consent_id: str
    institution_id: str
    client_id: str
    account_ids: tuple[str, ...] | None = None
    extra: dict[str, Any] = {}


class Message(Struct, frozen=True, kw_only=True):
    """An event that is ready for delivery: the exact bytes of its body, its signature and its headers.

    The attempt number is part of the body, so each retry has a new body and signature but the same ``message_id``.
    ``headers`` are all headers of a normal delivery. ``fields`` are the headers whose values the body does not contain,
    such as an id. ``timestamp`` is the time of the attempt; "" if the scheme does not sign the time.
    """

    message_id: str
    attempt: int
    body: bytes
    signature: str
    headers: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    timestamp: str = ""
