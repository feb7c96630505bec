"""When data becomes available, and what its becoming available tells.

What a sync finds is in ``snapshots.py``. Consents that reach their end do so here too, because both are things that the
clock makes happen.
"""

from datetime import datetime, timedelta

import msgspec

from fiskil_harness.core.model import DATASETS, Consent
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.consents.people import person_for
from fiskil_harness.sandbox.snapshots import finish
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import NEVER, PendingSync

LATEST_S = max(dataset.ready_after_s for dataset in DATASETS.values()) + 1
EVERY = timedelta(days=1)
FAILED = {"transactions": "banking.transactions.sync.failed"}
"""What tells that a sync has failed, for the only dataset that has a word for it."""

EARLY_STAGES: dict[str, tuple[str, ...]] = {
    "untold": (),
    "basic": ("basic_transactions",),
    "recent-and-basic": ("recent_transactions", "basic_transactions"),
}


def begin(store: Store, consent: Consent, *, datasets: tuple[str, ...] | None = None) -> list[PendingSync]:
    """Schedule a sync of *datasets* (default: every one that the consent permits). Source: sync.timing"""
    started: list[PendingSync] = []
    first = person_for(store, consent.person) if datasets is None else None
    late = timedelta(minutes=first.first_sync_after_minutes if first else 0)
    for name in _usual(store, consent) if datasets is None else datasets:
        if name not in DATASETS or not DATASETS[name].is_permitted_by(consent.permissions):
            continue
        pending = PendingSync(
            arrangement_id=consent.arrangement_id,
            dataset=name,
            ready_at=store.now() + _delay(store, name) + late,
            fails=first is not None and DATASETS[name].is_permitted_by(first.first_sync_fails),
        )
        started.append(pending)
    store.syncs.extend(started)
    return started


def finish_due(store: Store) -> None:
    """Complete every sync and end every consent whose time has come, in the order of their times.

    So a consent that ends before a sync is ready takes that sync along. Source: consents.expiry-event
    """
    now = store.clock.now()
    ripe = store.clock.moved_to if store.awaits_moves else now
    try:
        while True:
            consent = store.consents.next_to_end
            next_ready = store.syncs.next_ready if store.syncs.next_ready <= ripe else NEVER
            store.moment = min(next_ready, store.consents.next_end)
            if store.moment > now:
                return
            if consent is not None and store.consents.next_end < next_ready:
                _end(store, consent)
            else:
                _complete(store, store.syncs.pop(), until=ripe)
    finally:
        store.moment = None


def finish_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, beginning one if there is none, and complete it.

    Raises:
        UnknownName: There is no such dataset.
        UsageError: The consent does not permit it, or Fiskil does not get through to the institution.
    """
    pending = _waited_for(store, consent, dataset)
    if _is_out(store, consent) and store.interpretation("sync.outage") == "delayed":
        raise UsageError("No sync completes while Fiskil does not get through to the institution. Let the outage end first.")
    store.clock.advance_to(pending.ready_at)
    finish_due(store)


def fail_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, beginning one if there is none, and let it fail.

    Raises:
        UnknownName: There is no such dataset.
        UsageError: The consent does not permit it.
    """
    pending = _waited_for(store, consent, dataset)
    store.clock.advance_to(pending.ready_at)
    store.syncs.remove(pending)
    finish_due(store)
    if store.consents[consent.arrangement_id].is_active:
        _fail(store, consent, dataset, at=pending.ready_at)


def resume(store: Store, institution_id: str) -> None:
    """Begin anew, now that Fiskil gets through to an institution, what had to wait for it. Source: sync.outage"""
    if store.institutions[institution_id].connection_status == "OUTAGE":
        return
    waited = [key for key in store.held if store.consents[key[0]].institution_id == institution_id]
    for arrangement_id, dataset in waited:
        del store.held[arrangement_id, dataset]
        if store.consents[arrangement_id].is_active:
            begin(store, store.consents[arrangement_id], datasets=(dataset,))


def _waited_for(store: Store, consent: Consent, dataset: str) -> PendingSync:
    waiting = [pending_sync for pending_sync in _begun(store, consent) if pending_sync.dataset == dataset]
    if not waiting:
        waiting = begin(store, consent, datasets=(dataset,))
    if not waiting:
        if dataset not in DATASETS:
            raise UnknownName("dataset", dataset, DATASETS)
        raise UsageError(f"The consent does not permit {dataset!r}. It permits: {', '.join(consent.permissions)}.")
    return waiting[-1]


def _begun(store: Store, consent: Consent) -> list[PendingSync]:
    """The pending syncs of a consent that somebody waits for."""
    return [pending_sync for pending_sync in store.syncs.of(consent.arrangement_id) if not pending_sync.is_recurrent]


def _usual(store: Store, consent: Consent) -> list[str]:
    """Every dataset that the consent permits; the early stages of transactions where they are told.

    Source: sync.early-transactions
    """
    stages = EARLY_STAGES[store.interpretation("sync.early-transactions")]
    return [
        dataset.name
        for dataset in DATASETS.values()
        if dataset.permission is not None
        and dataset.is_permitted_by(consent.permissions)
        and (not dataset.label or dataset.name in stages)
    ]


def _delay(store: Store, name: str) -> timedelta:
    """From the beginning of a dataset's sync to its end. Source: sync.latency, sync.order"""
    after_s = DATASETS[name].ready_after_s
    if store.interpretation("sync.order") == "accounts-last":
        after_s = LATEST_S - after_s
    return timedelta(seconds=after_s) if store.interpretation("sync.latency") == "seconds" else timedelta(minutes=after_s)


def _end(store: Store, consent: Consent) -> None:
    """End a consent whose time is over, whose last account is closed, or that the institution ends by itself.

    Source: consents.expiry-told, consents.accounts-closed, consents.by-institution
    """
    at = consent.ends_at
    if at < consent.expires_at:
        consents.end(store, consent, reason="Revoked", by="institution", at=at)
    else:
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-told")


def _complete(store: Store, pending: PendingSync, *, until: datetime) -> None:
    """Let a sync end, well or badly, and recur unless it was a first look or a one-off consent's.

    Source: sync.recurrence
    """
    consent, at = store.consents[pending.arrangement_id], pending.ready_at
    if not consent.is_active or (pending.is_recurrent and store.interpretation("sync.recurrence") != "daily"):
        return
    is_overtaken = False
    if _recurs(store, consent, pending):
        again = msgspec.structs.replace(pending, ready_at=at + EVERY, fails=False, is_recurrent=True)
        store.syncs.extend((again,))
        is_overtaken = pending.is_recurrent and again.ready_at <= until and again.ready_at < consent.ends_at
    if pending.fails:
        _fail(store, consent, pending.dataset, at=at)
    else:
        _attempt(store, consent, pending.dataset, at=at, is_overtaken=is_overtaken)
    if consent.is_one_off:
        _end_if_read(store, consent, at=at)


def _recurs(store: Store, consent: Consent, pending: PendingSync) -> bool:
    """Whether Fiskil will look again a day later, and does not do so anyway."""
    dataset = DATASETS[pending.dataset]
    if consent.is_one_off or dataset.permission is None or dataset.label:
        return False
    return pending.is_recurrent or not any(
        pending_sync.is_recurrent and pending_sync.dataset == pending.dataset
        for pending_sync in store.syncs.of(consent.arrangement_id)
    )


def _end_if_read(store: Store, consent: Consent, *, at: datetime) -> None:
    """A one-off consent may end as soon as everything was read once. Source: consents.one-off"""
    is_waiting = _begun(store, consent) or any(key[0] == consent.arrangement_id for key in store.held)
    if not is_waiting and store.interpretation("consents.one-off") == "ends-when-read":
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-told")


def _attempt(store: Store, consent: Consent, name: str, *, at: datetime, is_overtaken: bool = False) -> None:
    """Complete a sync if Fiskil gets through to the institution; else it waits, or fails. Source: sync.outage"""
    if not _is_out(store, consent):
        finish(store, consent, name, at=at, is_overtaken=is_overtaken)
    elif store.interpretation("sync.outage") == "delayed":
        store.held[consent.arrangement_id, name] = None
    else:
        _fail(store, consent, name, at=at)


def _is_out(store: Store, consent: Consent) -> bool:
    return store.institutions[consent.institution_id].connection_status == "OUTAGE"


def _fail(store: Store, consent: Consent, name: str, *, at: datetime) -> None:
    """Leave everything as the last sync saw it, and tell it if there is a word for it. Source: sync.failed"""
    if name in FAILED and store.interpretation("sync.failed") == "told":
        store.emit(FAILED[name], consent, at=at)
