"""Changes to a consent or an institution during a scenario: the accounts and datasets covered, and accessibility."""

import msgspec

from fiskil_harness.core.model import DATASETS, Consent
from fiskil_harness.errors import UnknownName, UsageError
from fiskil_harness.sandbox import sync
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.consents import consents
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.sandbox.snapshots import drop_unshared
from fiskil_harness.sandbox.store import Store


def amend(store: Store, consent: Consent, *, account_keys: tuple[str, ...], permissions: tuple[str, ...]) -> Consent:
    """Change the accounts or datasets of an active consent, emit ``consent.updated``, and return the changed consent.

    The consent keeps its id. Rows that the consent no longer covers are no longer served, and its datasets are synced again.

    Args:
        account_keys: The accounts to cover, by their keys in the person's file; empty for no change.
        permissions: The datasets to cover; empty for no change.

    Raises:
        UnknownName: There is no such dataset, or the person has no such account.
        UsageError: The consent has ended.

    Source: auth-session.renewal
    """
    if not consent.is_active:
        raise UsageError("The consent has ended, so it cannot be changed. Let the end user consent again.")
    ledger = store.ledger_of(consent)
    for key in account_keys:
        if key not in ledger.accounts:
            raise UnknownName("account", key, ledger.accounts, place=f"the file of {ledger.person.name}")
    for name in permissions:
        if name not in DATASETS:
            raise UnknownName("dataset", name, DATASETS)
    changed = msgspec.structs.replace(
        consent, account_keys=account_keys or consent.account_keys, permissions=permissions or consent.permissions
    )
    amended = consents.watch_accounts(store, changed)
    drop_unshared(store, amended, unshared=set(account_ids(store, consent)) - set(account_ids(store, amended)))
    _drop_unpermitted(store, amended)
    consents.touch(store, amended)
    sync.begin(store, amended)
    return amended


def make_accessible(store: Store, institution_id: str) -> None:
    """Allow consents at an institution that is listed as not accessible, until the next reset.

    Raises:
        UnknownName: No such institution.

    Source: institutions.sandbox-bank
    """
    if institution_id not in store.institutions:
        raise UnknownName("institution", institution_id, store.institutions)
    reached = msgspec.structs.replace(store.institutions[institution_id], is_accessible=True)
    store.institutions = {**store.institutions, institution_id: reached}


def _drop_unpermitted(store: Store, consent: Consent) -> None:
    """Stop serving and syncing datasets that the consent no longer permits."""
    for arrangement_id, dataset in list(store.served):
        if arrangement_id == consent.arrangement_id and not DATASETS[dataset].is_permitted_by(consent.permissions):
            store.served[arrangement_id, dataset] = Statement() if dataset == "transactions" else ()
    for pending in store.syncs.of(consent.arrangement_id):
        if not DATASETS[pending.dataset].is_permitted_by(consent.permissions):
            store.syncs.remove(pending)
