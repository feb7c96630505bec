"""When data becomes available, and what its becoming available tells.

What a sync finds is in ``snapshots.py``. Consents that reach their end do so here too, because both are things that the
clock makes happen.
"""

from datetime import datetime, timedelta
from functools import partial

from harness.errors import UnknownName, UsageError
from harness.model import DATASETS, Consent
from harness.sandbox import consents
from harness.sandbox.agenda import Agenda
from harness.sandbox.people import person_for
from harness.sandbox.snapshots import finish
from harness.sandbox.store import Store
from harness.sandbox.tables import PendingSync

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
        store.syncs.append(pending)
        started.append(pending)
    return started


def finish_due(store: Store) -> None:
    """Complete every sync and end every consent whose time has come, in the order of their times.

    So a consent that ends before a sync is ready takes that sync along. Source: consents.expiry-event
    """
    now = store.clock.now()
    if now < min(store.syncs.next_ready, store.recurring.next_due, store.consents.next_end):
        return
    agenda = Agenda(until=now)
    for one in store.syncs:
        agenda.add(one.ready_at, partial(_complete, store, agenda, one))
    for key, due_at in store.recurring.items():
        agenda.add(due_at, partial(_recur, store, agenda, key, due_at))
    for consent in store.consents.values():
        if consent.is_active:
            agenda.add(consent.ends_at, partial(_end, store, consent.arrangement_id))
    try:
        for store.moment, happen in agenda:
            happen()
    finally:
        store.moment = None
        for table in (store.syncs, store.recurring, store.consents):
            table.look_again()


def finish_now(store: Store, consent: Consent, dataset: str) -> None:
    """Move the clock to the end of the pending sync of *dataset*, beginning one if there is none, and complete it.

    Raises:
        UnknownName: There is no such dataset.
        UsageError: The consent does not permit it, or Fiskil does not get through to the institution.
    """
    pending = _waited_for(store, consent, dataset)
    if _is_out(store, consent) and store.reading("sync.outage") == "delayed":
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
    store.syncs.remove(pending)
    store.clock.advance_to(pending.ready_at)
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
    waiting = [s for s in store.syncs if (s.arrangement_id, s.dataset) == (consent.arrangement_id, dataset)]
    if not waiting:
        waiting = begin(store, consent, datasets=(dataset,))
    if not waiting:
        if dataset not in DATASETS:
            raise UnknownName("dataset", dataset, DATASETS)
        raise UsageError(f"The consent does not permit {dataset!r}. It permits: {', '.join(consent.permissions)}.")
    return waiting[-1]


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


def _end(store: Store, arrangement_id: str) -> None:
    """End a consent whose time is over, or whose last account is closed.

    Source: consents.expiry-told, consents.accounts-closed
    """
    consent = store.consents[arrangement_id]
    at = consent.ends_at
    if at < consent.expires_at:
        consents.end(store, consent, reason="Revoked", by="institution", at=at)
    else:
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-told")


def _complete(store: Store, agenda: Agenda, pending: PendingSync) -> None:
    """Let a sync end, well or badly, and recur unless it was a first look or a one-off consent's."""
    consent = store.consents[pending.arrangement_id]
    store.syncs.remove(pending)
    if not consent.is_active:
        return
    if pending.fails:
        _fail(store, consent, pending.dataset, at=pending.ready_at)
    else:
        _attempt(store, consent, pending.dataset, at=pending.ready_at)
    dataset, key = DATASETS[pending.dataset], (pending.arrangement_id, pending.dataset)
    if consent.is_one_off:
        _end_if_read(store, consent, at=pending.ready_at)
    elif dataset.permission is not None and not dataset.shown_as and key not in store.recurring:
        _schedule(store, agenda, key, pending.ready_at + EVERY)


def _end_if_read(store: Store, consent: Consent, *, at: datetime) -> None:
    """A one-off consent may end as soon as everything was read once. Source: consents.one-off"""
    is_waiting = any(one.arrangement_id == consent.arrangement_id for one in store.syncs) or any(
        key[0] == consent.arrangement_id for key in store.held
    )
    if not is_waiting and store.reading("consents.one-off") == "ends-when-read":
        consents.end(store, consent, reason="Expired", by="institution", at=at, clause_id="consents.expiry-told")


def _schedule(store: Store, agenda: Agenda, key: tuple[str, str], at: datetime) -> None:
    store.recurring[key] = at
    agenda.add(at, partial(_recur, store, agenda, key, at))


def _recur(store: Store, agenda: Agenda, key: tuple[str, str], at: datetime) -> None:
    """Sync a dataset again, unless nobody asks for it. Source: sync.recurrence"""
    consent = store.consents[key[0]]
    if not consent.is_active or store.reading("sync.recurrence") != "daily":
        store.recurring.pop(key, None)
        return
    after = at + EVERY
    _schedule(store, agenda, key, after)
    _attempt(store, consent, key[1], at=at, is_overtaken=after <= agenda.until and after < consent.ends_at)


def _attempt(store: Store, consent: Consent, name: str, *, at: datetime, is_overtaken: bool = False) -> None:
    """Complete a sync if Fiskil gets through to the institution; else it waits, or fails. Source: sync.outage"""
    if not _is_out(store, consent):
        finish(store, consent, name, at=at, is_overtaken=is_overtaken)
    elif store.reading("sync.outage") == "delayed":
        store.held[consent.arrangement_id, name] = None
    else:
        _fail(store, consent, name, at=at)


def _is_out(store: Store, consent: Consent) -> bool:
    return store.institutions[consent.institution_id].connection_status == "OUTAGE"


def _fail(store: Store, consent: Consent, name: str, *, at: datetime) -> None:
    """Leave everything as the last sync saw it, and tell it if there is a word for it. Source: sync.failed"""
    if name in FAILED and store.reading("sync.failed") == "told":
        store.emit(FAILED[name], consent, at=at)
