"""Stores the spending of each month in a table of its own, which a revocation does not delete.

What is computed from a consent's data ends with the consent too.
"""

from collections import defaultdict
from decimal import Decimal

from reference_app import app, harness_hooks, state

_of_end_user = state.of_end_user
_spending = {}


def of_end_user(tx, end_user_id):
    """Return the state with the spending of each month, computed again whenever there are transactions."""
    found = _of_end_user(tx, end_user_id)
    months = defaultdict(Decimal)
    for row in found["transactions"]:
        if row.get("posting_date_time") and Decimal(row["amount"]) < 0:
            months[row["posting_date_time"][:7]] += Decimal(row["amount"])
    if months:
        _spending[end_user_id] = [{"month": month, "spent": float(-spent)} for month, spent in sorted(months.items())]
    return {**found, "spending": _spending.get(end_user_id, [])}


class WithSpending:
    """Replaces the module ``state`` for the hooks only."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = WithSpending
build = app.build
