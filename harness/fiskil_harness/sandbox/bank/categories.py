"""The taxonomy of transaction categories, and the categories that end users set themselves."""

from functools import cache

from fiskil_harness.core import catalog
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.problems import invalid_request
from fiskil_harness.sandbox.store import Store


@cache
def taxonomy() -> dict[str, str]:
    """Return the primary category of each secondary category."""
    return {
        f"{primary}_{leaf}": primary
        for primary, leaves in catalog.read_fixture("categories.toml").items()
        for leaf in leaves
    }


def override(store: Store, fiskil_id: str, secondary: str) -> None:
    """Change the category of the transaction *fiskil_id* to *secondary*; later syncs keep this category.

    Raises:
        ApiProblem: 400, the taxonomy has no such category, or no active consent covers this transaction.

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
    """Return *rows* with the categories that end users set."""
    return rows.categorised(store.overrides) if store.overrides else rows


def _served(store: Store) -> list[tuple[tuple[str, str], Statement]]:
    return [
        ((arrangement_id, dataset), Statement.of(rows))
        for (arrangement_id, dataset), rows in store.served.items()
        if dataset == "transactions" and store.consents[arrangement_id].is_active
    ]
