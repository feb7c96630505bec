"""What changes about a consent or an institution while a scenario runs: what is covered, and who can be reached."""

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
    """Let an active consent cover other accounts or datasets from now on; it keeps its id, and ``consent.updated`` is told.

    What it covers no longer is served no longer; what it covers is looked at anew.

    Raises:
        UnknownName: There is no such dataset, or the person has no such account.
        UsageError: The consent is over.

    Source: auth-session.renewal
    """
    if not consent.is_active:
        raise UsageError("The consent is over, so nothing of it can be changed. Let the end user consent again.")
    books = store.energy.get(consent.arrangement_id) or store.ledgers[consent.arrangement_id]
    for key in account_keys:
        if key not in books.accounts:
            raise UnknownName("account", key, books.accounts, place=f"the file of {books.person.name}")
    for name in permissions:
        if name not in DATASETS:
            raise UnknownName("dataset", name, DATASETS)
    changed = msgspec.structs.replace(
        consent, account_keys=account_keys or consent.account_keys, permissions=permissions or consent.permissions
    )
    amended = consents.watch_accounts(store, changed)
    drop_unshared(store, amended, gone=set(account_ids(store, consent)) - set(account_ids(store, amended)))
    _drop_unpermitted(store, amended)
    consents.touch(store, amended)
    sync.begin(store, amended)
    return amended


def reach(store: Store, institution_id: str) -> None:
    """Let end users consent at an institution that the sandbox only lists, until the next reset.

    Raises:
        UnknownName: No such institution.

    Source: institutions.sandbox-bank
    """
    if institution_id not in store.institutions:
        raise UnknownName("institution", institution_id, store.institutions)
    reached = msgspec.structs.replace(store.institutions[institution_id], is_accessible=True)
    store.institutions = {**store.institutions, institution_id: reached}


def _drop_unpermitted(store: Store, consent: Consent) -> None:
    """Serve and look at nothing that the consent permits no longer."""
    for arrangement_id, dataset in list(store.served):
        if arrangement_id == consent.arrangement_id and not DATASETS[dataset].is_permitted_by(consent.permissions):
            store.served[arrangement_id, dataset] = Statement() if dataset == "transactions" else ()
    for pending in store.syncs.of(consent.arrangement_id):
        if not DATASETS[pending.dataset].is_permitted_by(consent.permissions):
            store.syncs.remove(pending)
