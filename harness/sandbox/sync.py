"""When data becomes available, and what its becoming available tells.

A sync takes a snapshot of the ledger: the API serves the snapshot until the next sync. Consents that reach their end expire
here too, because both are things that the clock makes happen.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from harness.errors import UnknownName, UsageError
from harness.model import DATASETS, Consent
from harness.sandbox import consents
from harness.sandbox.datasets import SOURCES, account_ids
from harness.sandbox.store import Store
from harness.sandbox.tables import PendingSync

LATEST_S = max(dataset.ready_after_s for dataset in DATASETS.values()) + 1

EARLY_STAGES: dict[str, tuple[str, ...]] = {
    "untold": (),
    "basic": ("basic_transactions",),
    "recent-and-basic": ("recent_transactions", "basic_transactions"),
}


def begin(store: Store, consent: Consent, *, datasets: tuple[str, ...] | None = None) -> list[PendingSync]:
    """Schedule a sync of *datasets* (default: every one that the consent permits). Source: sync.timing"""
    started: list[PendingSync] = []
    for name in _usual(store, consent) if datasets is None else datasets:
        if name not in DATASETS or not DATASETS[name].is_permitted_by(consent.permissions):
            continue
        pending = PendingSync(
            arrangement_id=consent.arrangement_id,
            dataset=name,
            ready_at=store.clock.now() + _delay(store, name),
        )
        started.append(pending)
    store.syncs.extend(started)
    return started


def finish_due(store: Store) -> None:
    """Complete every sync and end every consent whose time has come, in the order of their times.

    So a consent that ends before a sync is ready takes that sync along. Source: consents.expiry-event
    """
    now = store.clock.now()
    while min(store.syncs.next_ready, store.consents.next_end) <= now:
        consent = store.consents.next_to_end
        if consent is not None and store.consents.next_end < store.syncs.next_ready:
            consents.end(store, consent, reason="Expired", at=consent.expires_at, clause_id="consents.expiry-told")
        else:
            _complete(store, store.syncs.pop())


def finish_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, beginning one if there is none, and complete it."""
    waiting = [one for one in store.syncs.of(consent.arrangement_id) if one.dataset == dataset]
    if not waiting:
        waiting = begin(store, consent, datasets=(dataset,))
    if not waiting:
        if dataset not in DATASETS:
            raise UnknownName("dataset", dataset, DATASETS)
        raise UsageError(f"The consent does not permit {dataset!r}. It permits: {', '.join(consent.permissions)}.")
    store.clock.advance_to(waiting[-1].ready_at)
    finish_due(store)


def snapshot(store: Store, consent: Consent, dataset: str, *, at: datetime) -> Sequence[Any]:
    """What the institution holds for *dataset* under *consent* at an instant, which has come."""
    return SOURCES[dataset](store, consent, at)


def _usual(store: Store, consent: Consent) -> list[str]:
    """Every dataset that the consent permits; the early stages of transactions where they are told.

    Source: sync.early-transactions
    """
    stages = EARLY_STAGES[store.reading("sync.early-transactions")]
    return [
        one.name
        for one in DATASETS.values()
        if one.permission is not None
        and one.is_permitted_by(consent.permissions)
        and (not one.shown_as or one.name in stages)
    ]


def _delay(store: Store, name: str) -> timedelta:
    """From the beginning of a dataset's sync to its end. Source: sync.latency, sync.order"""
    after_s = DATASETS[name].ready_after_s
    if store.reading("sync.order") == "accounts-last":
        after_s = LATEST_S - after_s
    return timedelta(seconds=after_s) if store.reading("sync.latency") == "seconds" else timedelta(minutes=after_s)


def _complete(store: Store, pending: PendingSync) -> None:
    consent = store.consents[pending.arrangement_id]
    if consent.is_active:
        _finish(store, consent, pending.dataset, at=pending.ready_at)


def _finish(store: Store, consent: Consent, name: str, *, at: datetime) -> None:
    dataset = DATASETS[name]
    rows = snapshot(store, consent, name, at=at)
    shown = (consent.arrangement_id, dataset.serves)
    if not dataset.shown_as or shown in store.early or shown not in store.served:
        store.served[shown] = rows
        (store.early.add if dataset.shown_as else store.early.discard)(shown)
    extra = {"payee_ids": [row.payee_id for row in rows]} if name == "payees" else {}
    for ids in _batches(store, consent) if dataset.carries_account_ids else (None,):
        store.emit(dataset.event, consent, at=at, account_ids=ids, extra=extra)


def _batches(store: Store, consent: Consent) -> list[tuple[str, ...]]:
    """The accounts that each event of a sync names. Source: sync.account-batch"""
    ids = account_ids(store, consent)
    if len(ids) > 1 and store.reading("sync.account-batch") == "per-account":
        return [(one,) for one in ids]
    return [ids]
