"""Snapshots of the institution's data: each sync copies the rows of the accounts that are shared at that time.

The API serves a snapshot until the next one. Rows that are no longer shared then disappear, and their ids are recorded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.model import DATASETS, Consent
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.consents.sharing import changed_dates, closed_keys, shared_keys
from fiskil_harness.sandbox.datasets import NAMED_ROWS, account_ids, rows_of
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import Snapshot


def finish(store: Store, consent: Consent, name: str, *, at: datetime, is_overtaken: bool = False) -> None:
    """Serve the rows of dataset *name* that are shared at the sandbox's current time, and emit the sync event.

    Args:
        at: The time at which the sync completed.
        is_overtaken: True if a later sync replaces the rows before any request can read them, so only the event is emitted.
    """
    dataset = DATASETS[name]
    key = (consent.arrangement_id, dataset.serves)
    rows = () if is_overtaken and name != "payees" else snapshot(store, consent, name, at=at)
    if not is_overtaken and (not dataset.label or key in store.served_early or key not in store.served):
        _serve(store, key, rows, set(account_ids(store, consent)) - set(account_ids(store, as_shared(store, consent))))
        (store.served_early.add if dataset.label else store.served_early.discard)(key)
        store.snapshots[key] = Snapshot(
            dataset=name,
            at=at,
            account_keys=as_shared(store, consent).account_keys,
            interpretations=store.interpretations.chosen,
            account_dates=changed_dates(store, consent),
        )
    extra = {"payee_ids": [row.payee_id for row in rows]} if name == "payees" else {}
    for ids in _batches(store, consent) if dataset.carries_account_ids else (None,):
        store.emit(dataset.event, consent, at=at, account_ids=ids, extra=extra)


def snapshot(store: Store, consent: Consent, dataset: str, *, at: datetime) -> Sequence[Any]:
    """Return the rows of *dataset* that are shared under *consent* at *at*, the current time. Source: accounts.closed"""
    return _as_of(store, as_shared(store, consent), dataset, at=at)


def read_again(store: Store, consent: Consent, key: tuple[str, str], origin: Snapshot) -> None:
    """Serve the rows of dataset *key* as they were at the sync *origin*, in a store whose tables are otherwise complete.

    Raises:
        UnknownName: A clause or an interpretation of *origin* does not exist.
    """
    interpretations, account_dates = store.interpretations, store.account_dates
    store.interpretations = Interpretations(origin.interpretations)
    store.account_dates = {changed.place: changed.dates for changed in origin.account_dates}
    store.moment = origin.at
    try:
        shared = msgspec.structs.replace(consent, account_keys=origin.account_keys)
        store.served[key] = _as_of(store, shared, origin.dataset, at=origin.at)
    finally:
        store.moment = None
        store.interpretations, store.account_dates = interpretations, account_dates
    store.snapshots[key] = origin
    if DATASETS[origin.dataset].label:
        store.served_early.add(key)


def _as_of(store: Store, consent: Consent, dataset: str, *, at: datetime) -> Sequence[Any]:
    rows = rows_of(store, consent, dataset, at)
    closed = closed_keys(store, consent, at) if dataset in {"accounts", "energy_accounts"} else frozenset()
    if not closed:
        return rows
    return tuple(msgspec.structs.replace(row, open_status="CLOSED") if row.key in closed else row for row in rows)


def drop_unshared(store: Store, consent: Consent, *, unshared: Iterable[str]) -> None:
    """Stop serving the rows of the accounts whose ids are in *unshared*."""
    unshared_account_ids = set(unshared)
    for (arrangement_id, dataset), rows in list(store.served.items()):
        if unshared_account_ids and arrangement_id == consent.arrangement_id:
            key = arrangement_id, dataset
            _serve(store, key, _of_others(rows, unshared_account_ids), unshared_account_ids)
            _narrow(store, key, store.ledger_of(consent).accounts, unshared_account_ids)


def _serve(store: Store, key: tuple[str, str], rows: Sequence[Any], unshared_account_ids: set[str]) -> None:
    """Serve *rows*, and record the ids of earlier rows whose accounts are no longer shared."""
    earlier = _of_accounts(store.served.get(key, ()), unshared_account_ids) if unshared_account_ids else ()
    vanished = {row.fiskil_id: None for row in earlier[:NAMED_ROWS]}
    if vanished:
        store.unshared_ids[key] = {**store.unshared_ids.get(key, {}), **vanished}
    store.served[key] = rows


def _narrow(store: Store, key: tuple[str, str], accounts: Mapping[str, Any], unshared_account_ids: set[str]) -> None:
    """Remove the accounts that are no longer shared from the origin of served rows."""
    origin = store.snapshots.get(key)
    if origin is not None:
        kept = tuple(name for name in origin.account_keys if accounts[name].account_id not in unshared_account_ids)
        store.snapshots[key] = msgspec.structs.replace(origin, account_keys=kept)


def _of_accounts(rows: Sequence[Any], account_ids: Collection[str]) -> Sequence[Any]:
    """Return the rows of the accounts *account_ids*, without generating the rows of a statement."""
    if isinstance(rows, Statement):
        return rows.where(account_ids=account_ids)
    return tuple(row for row in rows if _account_of(row) in account_ids)


def _of_others(rows: Sequence[Any], account_ids: Collection[str]) -> Sequence[Any]:
    """Return the rows of all accounts except *account_ids*."""
    if isinstance(rows, Statement):
        other_ids = rows.account_ids - set(account_ids)
        return rows.where(account_ids=other_ids) if other_ids else Statement()
    return tuple(row for row in rows if _account_of(row) not in account_ids)


def _account_of(row: Any) -> str:
    """Return the account id of a row; for a scheduled payment, the id of the paying account."""
    source = getattr(row, "source", None)
    return str(source["account_id"] if isinstance(source, dict) else getattr(row, "account_id", ""))


def as_shared(store: Store, consent: Consent) -> Consent:
    """Return *consent* with ``account_keys`` replaced by the accounts that are shared at the sandbox's current time."""
    return msgspec.structs.replace(consent, account_keys=shared_keys(store, consent, store.now()))


def _batches(store: Store, consent: Consent) -> list[tuple[str, ...]]:
    """Return the account ids in each event that a sync emits, one tuple per event. Source: sync.account-batch"""
    ids = account_ids(store, as_shared(store, consent))
    if len(ids) > 1 and store.interpretation("sync.account-batch") == "per-account":
        return [(account_id,) for account_id in ids]
    return [ids]
