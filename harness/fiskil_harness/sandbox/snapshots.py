"""What a sync finds and serves: the rows of the accounts that are shared at that moment.

The API serves a snapshot until the next one; what is shared no longer leaves with it, and its ids are remembered.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from fiskil_harness.core.model import DATASETS, Consent
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.consents.sharing import closed_keys, shared_keys
from fiskil_harness.sandbox.datasets import NAMED_ROWS, SOURCES, account_ids
from fiskil_harness.sandbox.store import Store


def finish(store: Store, consent: Consent, name: str, *, at: datetime, is_overtaken: bool = False) -> None:
    """Serve what the institution shares of a dataset at the store's moment, and tell it.

    Args:
        is_overtaken: A later sync replaces it before anybody can look, so that it is told and no more.
    """
    dataset = DATASETS[name]
    shown = (consent.arrangement_id, dataset.serves)
    rows = () if is_overtaken and name != "payees" else snapshot(store, consent, name, at=at)
    if not is_overtaken and (not dataset.label or shown in store.early or shown not in store.served):
        _keep(store, shown, rows, set(account_ids(store, consent)) - set(account_ids(store, as_shared(store, consent))))
        (store.early.add if dataset.label else store.early.discard)(shown)
    extra = {"payee_ids": [row.payee_id for row in rows]} if name == "payees" else {}
    for ids in _batches(store, consent) if dataset.carries_account_ids else (None,):
        store.emit(dataset.event, consent, at=at, account_ids=ids, extra=extra)


def snapshot(store: Store, consent: Consent, dataset: str, *, at: datetime) -> Sequence[Any]:
    """What the institution shares of *dataset* under *consent* at the store's moment, *at*. Source: accounts.closed"""
    rows = SOURCES[dataset](store, as_shared(store, consent), at)
    closed = closed_keys(store, consent, at) if dataset in {"accounts", "energy_accounts"} else frozenset()
    if not closed:
        return rows
    return tuple(msgspec.structs.replace(row, open_status="CLOSED") if row.key in closed else row for row in rows)


def drop_unshared(store: Store, consent: Consent, *, gone: Iterable[str]) -> None:
    """Serve no more rows of the accounts *gone* (by account id) from now on."""
    lost = set(gone)
    for (arrangement_id, dataset), rows in list(store.served.items()):
        if lost and arrangement_id == consent.arrangement_id:
            _keep(store, (arrangement_id, dataset), _of_others(rows, lost), lost)


def _keep(store: Store, shown: tuple[str, str], rows: Sequence[Any], lost: set[str]) -> None:
    """Serve *rows*, and remember which were served before of accounts that are shared no longer."""
    before = _of_accounts(store.served.get(shown, ()), lost) if lost else ()
    vanished = {row.fiskil_id: None for row in before[:NAMED_ROWS]}
    if vanished:
        store.unshared[shown] = {**store.unshared.get(shown, {}), **vanished}
    store.served[shown] = rows


def _of_accounts(rows: Sequence[Any], wanted: Collection[str]) -> Sequence[Any]:
    """The rows about these accounts (by account id); a statement makes none of them for that."""
    if isinstance(rows, Statement):
        return rows.where(account_ids=wanted)
    return tuple(row for row in rows if _account_of(row) in wanted)


def _of_others(rows: Sequence[Any], lost: Collection[str]) -> Sequence[Any]:
    """The rows about every other account."""
    if isinstance(rows, Statement):
        kept = rows.account_ids - set(lost)
        return rows.where(account_ids=kept) if kept else Statement()
    return tuple(row for row in rows if _account_of(row) not in lost)


def _account_of(row: Any) -> str:
    """The account that a row is about; of a scheduled payment, the one that pays."""
    source = getattr(row, "source", None)
    return str(source["account_id"] if isinstance(source, dict) else getattr(row, "account_id", ""))


def as_shared(store: Store, consent: Consent) -> Consent:
    """The consent as if the end user had chosen what is shared at the store's moment."""
    return msgspec.structs.replace(consent, account_keys=shared_keys(store, consent, store.now()))


def _batches(store: Store, consent: Consent) -> list[tuple[str, ...]]:
    """The accounts that each event of a sync names. Source: sync.account-batch"""
    ids = account_ids(store, as_shared(store, consent))
    if len(ids) > 1 and store.interpretation("sync.account-batch") == "per-account":
        return [(text,) for text in ids]
    return [ids]
