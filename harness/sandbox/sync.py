"""When data becomes available, and what its becoming available tells.

A sync takes a snapshot of the ledger: the API serves the snapshot until the next sync. Consents that reach their end expire
here too, because both are things that the clock makes happen.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from harness.errors import UsageError
from harness.model import DATASETS, Consent
from harness.sandbox import consents
from harness.sandbox.store import PendingSync, Store


def begin(store: Store, consent: Consent, *, datasets: tuple[str, ...] | None = None) -> list[PendingSync]:
    """Schedule a sync of *datasets* (default: every one that the consent permits). Source: sync.timing"""
    started: list[PendingSync] = []
    for name in datasets or consent.permissions:
        if name not in DATASETS or name not in consent.permissions:
            continue
        pending = PendingSync(
            arrangement_id=consent.arrangement_id,
            dataset=name,
            ready_at=store.clock.now() + timedelta(seconds=DATASETS[name].ready_after_s),
        )
        store.syncs.append(pending)
        started.append(pending)
    return started


def finish_due(store: Store) -> None:
    """Complete every sync and end every consent whose time has come, in the order of their times.

    So a consent that ends before a sync is ready takes that sync along. Source: consents.expiry-event
    """
    now = store.clock.now()
    due: list[tuple[datetime, Callable[[], None]]] = [
        (one.ready_at, partial(_complete, store, one)) for one in store.syncs if one.ready_at <= now
    ]
    due += [
        (one.expires_at, partial(_expire, store, one.arrangement_id))
        for one in store.consents.values()
        if one.is_active and one.expires_at <= now
    ]
    for _, happen in sorted(due, key=itemgetter(0)):
        happen()


def finish_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, beginning one if there is none, and complete it."""
    waiting = [s for s in store.syncs if (s.arrangement_id, s.dataset) == (consent.arrangement_id, dataset)]
    if not waiting:
        waiting = begin(store, consent, datasets=(dataset,))
    if not waiting:
        raise UsageError(f"The consent does not permit {dataset!r}. It permits: {', '.join(consent.permissions)}.")
    store.clock.advance_to(waiting[-1].ready_at)
    finish_due(store)


def snapshot(store: Store, consent: Consent, dataset: str) -> tuple[Any, ...]:
    """What the ledger holds for *dataset* under *consent* now."""
    ledger = store.ledgers[consent.arrangement_id]
    if dataset == "accounts":
        return tuple(ledger.accounts[key] for key in consent.account_keys)
    if dataset == "balances":
        return tuple(ledger.balance(key) for key in consent.account_keys)
    chosen = {ledger.accounts[key].account_id for key in consent.account_keys}
    return tuple(row for row in ledger.newest_first() if row.account_id in chosen)


def _expire(store: Store, arrangement_id: str) -> None:
    consent = store.consents[arrangement_id]
    consents.end(store, consent, reason="Expired", at=consent.expires_at)


def _complete(store: Store, pending: PendingSync) -> None:
    store.syncs.remove(pending)
    consent = store.consents[pending.arrangement_id]
    if consent.is_active:
        _finish(store, consent, pending.dataset, at=pending.ready_at)


def _finish(store: Store, consent: Consent, dataset: str, *, at: datetime) -> None:
    store.served[(consent.arrangement_id, dataset)] = snapshot(store, consent, dataset)
    ledger = store.ledgers[consent.arrangement_id]
    ids = tuple(ledger.accounts[key].account_id for key in consent.account_keys)
    kind = DATASETS[dataset]
    store.emit(kind.event, consent, at=at, account_ids=ids if kind.carries_account_ids else None)
