"""Syncs: the times at which data becomes available, and the events that report it.

``snapshots.py`` determines the rows of a sync. This module also ends consents that are due, in order with the syncs.
"""

from datetime import datetime, timedelta

import msgspec

from fiskil_harness.core.model import DATASETS, Consent, Dataset
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.consents.people import person_for
from fiskil_harness.sandbox.snapshots import finish
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import NEVER, PendingSync

LATEST_S = max(dataset.ready_after_s for dataset in DATASETS.values()) + 1
EVERY = timedelta(days=1)
FAILED = {"transactions": "banking.transactions.sync.failed"}
"""The event of a failed sync, for the only dataset that has one."""

EARLY_STAGES: dict[str, tuple[str, ...]] = {
    "none": (),
    "basic": ("basic_transactions",),
    "recent-and-basic": ("recent_transactions", "basic_transactions"),
}


def begin(store: Store, consent: Consent, *, datasets: tuple[str, ...] | None = None) -> list[PendingSync]:
    """Schedule and return a sync of each of *datasets* (default: all that the consent permits). Source: sync.timing"""
    pending_syncs: list[PendingSync] = []
    newcomer = person_for(store, consent.person) if datasets is None else None
    late = timedelta(minutes=newcomer.first_sync_after_minutes if newcomer else 0)
    now = store.now()
    for name in _usual(store, consent) if datasets is None else datasets:
        if name not in DATASETS or not DATASETS[name].is_permitted_by(consent.permissions):
            continue
        pending = PendingSync(
            arrangement_id=consent.arrangement_id,
            dataset=name,
            ready_at=now + _delay(store, name) + late,
            fails=newcomer is not None and _needs(DATASETS[name], newcomer.first_sync_fails),
        )
        pending_syncs.append(pending)
    store.syncs.extend(pending_syncs)
    return pending_syncs


def _needs(dataset: Dataset, permissions: tuple[str, ...]) -> bool:
    """Return True if the data requires one of *permissions*; public data requires none."""
    return dataset.permission is not None and dataset.is_permitted_by(permissions)


def finish_due(store: Store) -> None:
    """Complete every sync and end every consent that is due, in the order of their times.

    So a consent that ends before a sync is ready cancels that sync. Source: consents.expiry-event
    """
    now = store.clock.now()
    ripe = store.clock.moved_to if store.waits_for_clock_moves else now
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
    """Move the clock to the end of the pending sync of *dataset*, and complete it; begin a sync if none is pending.

    Raises:
        UnknownName: There is no such dataset.
        UsageError: The consent does not permit it, or the institution has an outage.
    """
    pending = _pending_sync(store, consent, dataset)
    if _is_out(store, consent) and store.interpretation("sync.outage") == "delayed":
        raise UsageError("No sync completes while the institution has an outage. End the outage first.")
    store.clock.advance_to(pending.ready_at)
    finish_due(store)


def fail_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, and fail it; begin a sync if none is pending.

    Pending early stages of the dataset fail too, without an event.

    Raises:
        UnknownName: There is no such dataset.
        UsageError: The consent does not permit it.
    """
    pending = _pending_sync(store, consent, dataset)
    stages = [stage for stage in _begun(store, consent) if DATASETS[stage.dataset].label == dataset]
    store.clock.advance_to(pending.ready_at)
    for failed in (pending, *stages):
        store.syncs.remove(failed)
    finish_due(store)
    if store.consents[consent.arrangement_id].is_active:
        _fail(store, consent, dataset, at=pending.ready_at)


def resume(store: Store, institution_id: str) -> None:
    """Restart the syncs that an outage delayed, if the institution is reachable. Source: sync.outage"""
    if store.institutions[institution_id].connection_status == "OUTAGE":
        return
    delayed = [key for key in store.delayed_syncs if store.consents[key[0]].institution_id == institution_id]
    for arrangement_id, dataset in delayed:
        del store.delayed_syncs[arrangement_id, dataset]
        if store.consents[arrangement_id].is_active:
            begin(store, store.consents[arrangement_id], datasets=(dataset,))


def _pending_sync(store: Store, consent: Consent, dataset: str) -> PendingSync:
    pending = [pending_sync for pending_sync in _begun(store, consent) if pending_sync.dataset == dataset]
    if not pending:
        pending = begin(store, consent, datasets=(dataset,))
    if not pending:
        if dataset not in DATASETS:
            raise UnknownName("dataset", dataset, DATASETS)
        raise UsageError(f"The consent does not permit {dataset!r}. It permits: {', '.join(consent.permissions)}.")
    return pending[-1]


def _begun(store: Store, consent: Consent) -> list[PendingSync]:
    """Return the pending syncs of a consent, without recurrent (daily) syncs."""
    return [pending_sync for pending_sync in store.syncs.of(consent.arrangement_id) if not pending_sync.is_recurrent]


def _usual(store: Store, consent: Consent) -> list[str]:
    """Return every dataset that the first sync of *consent* reports, including public data and early stages.

    Source: sync.early-transactions, sync.public-data
    """
    stages = EARLY_STAGES[store.interpretation("sync.early-transactions")]
    return [
        dataset.name
        for dataset in DATASETS.values()
        if dataset.is_permitted_by(consent.permissions)
        and (not dataset.label or dataset.name in stages)
        and (dataset.permission is not None or _is_reported(store, consent, dataset))
    ]


def _is_reported(store: Store, consent: Consent, dataset: Dataset) -> bool:
    """Return True if the first sync of *consent* reports the public *dataset*, and none has yet. Source: sync.public-data"""
    is_offered = dataset.event.startswith(f"{store.institutions[consent.institution_id].industry}.")
    is_new = (consent.arrangement_id, dataset.name) not in store.served
    return is_offered and is_new and store.interpretation("sync.public-data") == "reported"


def _delay(store: Store, name: str) -> timedelta:
    """Return the time from the beginning of a dataset's sync to its end. Source: sync.latency, sync.order"""
    after_s = DATASETS[name].ready_after_s
    if store.interpretation("sync.order") == "accounts-last":
        after_s = LATEST_S - after_s
    return timedelta(seconds=after_s) if store.interpretation("sync.latency") == "seconds" else timedelta(minutes=after_s)


def _end(store: Store, consent: Consent) -> None:
    """End a consent that has expired, whose last account was closed, or that the institution ends.

    Source: consents.expiry-reported, consents.accounts-closed, consents.by-institution
    """
    at = consent.ends_at
    if at < consent.expires_at:
        consents.end(store, consent, reason="Revoked", by="institution", at=at)
    else:
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-reported")


def _complete(store: Store, pending: PendingSync, *, until: datetime) -> None:
    """Complete or fail a sync, and schedule its daily repetition, except for early stages and one-off consents.

    Source: sync.recurrence
    """
    consent, at = store.consents[pending.arrangement_id], pending.ready_at
    if not consent.is_active or (pending.is_recurrent and store.interpretation("sync.recurrence") != "daily"):
        return
    is_overtaken = False
    if _recurs(store, consent, pending):
        recurrence = msgspec.structs.replace(pending, ready_at=at + EVERY, fails=False, is_recurrent=True)
        store.syncs.extend((recurrence,))
        is_overtaken = pending.is_recurrent and recurrence.ready_at <= until and recurrence.ready_at < consent.ends_at
    if pending.fails:
        _fail(store, consent, pending.dataset, at=at)
    else:
        _attempt(store, consent, pending.dataset, at=at, is_overtaken=is_overtaken)
    if consent.is_one_off:
        _end_if_read(store, consent, at=at)


def _recurs(store: Store, consent: Consent, pending: PendingSync) -> bool:
    """Return True if Fiskil syncs the dataset again a day later, and that sync is not scheduled yet."""
    dataset = DATASETS[pending.dataset]
    if consent.is_one_off or dataset.permission is None or dataset.label:
        return False
    return pending.is_recurrent or not any(
        pending_sync.is_recurrent and pending_sync.dataset == pending.dataset
        for pending_sync in store.syncs.of(consent.arrangement_id)
    )


def _end_if_read(store: Store, consent: Consent, *, at: datetime) -> None:
    """End a one-off consent after the sync of its last dataset, if the interpretation requires that.

    Source: consents.one-off
    """
    is_waiting = _begun(store, consent) or any(key[0] == consent.arrangement_id for key in store.delayed_syncs)
    if not is_waiting and store.interpretation("consents.one-off") == "ends-when-read":
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-reported")


def _attempt(store: Store, consent: Consent, name: str, *, at: datetime, is_overtaken: bool = False) -> None:
    """Complete a sync if the institution is reachable; otherwise delay it or fail it. Source: sync.outage"""
    if not _is_out(store, consent):
        finish(store, consent, name, at=at, is_overtaken=is_overtaken)
    elif store.interpretation("sync.outage") == "delayed":
        store.delayed_syncs[consent.arrangement_id, name] = None
    else:
        _fail(store, consent, name, at=at)


def _is_out(store: Store, consent: Consent) -> bool:
    return store.institutions[consent.institution_id].connection_status == "OUTAGE"


def _fail(store: Store, consent: Consent, name: str, *, at: datetime) -> None:
    """Keep serving the rows of the last sync, and emit an event if the dataset has a failure event. Source: sync.failed"""
    if name in FAILED and store.interpretation("sync.failed") == "reported":
        store.emit(FAILED[name], consent, at=at)
