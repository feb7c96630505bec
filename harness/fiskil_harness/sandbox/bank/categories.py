"""The taxonomy of transactions, and what an end user says a payment was for."""

from functools import cache

from fiskil_harness.core import catalog
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.problems import invalid_request
from fiskil_harness.sandbox.store import Store


@cache
def taxonomy() -> dict[str, str]:
    """The primary category of every secondary one."""
    return {
        f"{primary}_{leaf}": primary
        for primary, leaves in catalog.read_fixture("categories.toml").items()
        for leaf in leaves
    }


def override(store: Store, fiskil_id: str, secondary: str) -> None:
    """Put the transaction called *fiskil_id* into another category; later syncs keep it there.

    Raises:
        ApiProblem: 400, no such category in the taxonomy, or no such transaction under an active consent.

    Source: category.override, category.unknown
    """
    if secondary not in taxonomy():
        raise invalid_request("invalid secondary_category: not in the taxonomy")
    places = [place for place, rows in _served(store) if rows.find(fiskil_id) is not None]
    if not places:
        raise invalid_request("invalid fiskil_transaction_id: no such transaction")
    store.overrides[fiskil_id] = {
        "primary_category": taxonomy()[secondary],
        "secondary_category": secondary,
        "confidence_level": "VERY_HIGH",
    }
    for place in places:
        store.served[place] = overridden(store, Statement.of(store.served[place]))


def overridden(store: Store, rows: Statement) -> Statement:
    """The same rows, each in the category that its end user chose, if they did."""
    return rows.categorised(store.overrides) if store.overrides else rows


def _served(store: Store) -> list[tuple[tuple[str, str], Statement]]:
    return [
        ((arrangement_id, dataset), Statement.of(rows))
        for (arrangement_id, dataset), rows in store.served.items()
        if dataset == "transactions" and store.consents[arrangement_id].is_active
    ]
