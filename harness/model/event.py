"""Facts that Fiskil tells, and the datasets they are about."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class Dataset(Struct, frozen=True, kw_only=True):
    """One kind of data. ``ready_after_s`` is the sandbox time from consent to the end of its first sync.

    Source: webhooks.events, sync.timing
    """

    name: str
    event: str
    ready_after_s: int
    carries_account_ids: bool = True


DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset(name="accounts", event="banking.accounts.sync.completed", ready_after_s=2),
        Dataset(name="balances", event="banking.balances.sync.completed", ready_after_s=4),
        Dataset(name="transactions", event="banking.transactions.sync.completed", ready_after_s=10),
    )
}


PERMISSIONS = (
    "accounts",
    "balances",
    "transactions",
    "payees",
    "direct_debits",
    "scheduled_payments",
    "identity",
    "energy_accounts",
    "energy_balances",
    "usage",
    "billing",
    "invoices",
    "concessions",
    "service_points",
    "der",
    "payment_schedule",
)
"""Every dataset that a consent may name."""

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
"""Every kind of event that Fiskil is known to send; the sandbox emits those of ``DATASETS`` and the consent's."""


class Event(Struct, frozen=True, kw_only=True):
    """A fact, before it is sent.

    ``event_id`` counts events of one sandbox from 0 in the order they happened; ``extra`` are further keys of ``data``.
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
    """An event on its way out: the exact bytes and the header that signs them.

    The attempt number is part of the body, so each retry has other bytes and another signature with the same ``message_id``.
    """

    message_id: str
    attempt: int
    body: bytes
    signature: str
