"""Stores the end user's first account, in the order of their names, with every transaction.

A list for an end user has the transactions of all accounts.
"""

from reference_app import app, harness_hooks, state

_of_end_user = state.of_end_user


def of_end_user(tx, end_user_id):
    """Return the state in which each transaction has the first account."""
    found = _of_end_user(tx, end_user_id)
    accounts = sorted(found["accounts"], key=lambda row: str(row.get("display_name")))
    first = {"account_id": accounts[0]["account_id"]} if accounts else {}
    return {**found, "transactions": [{**row, **first} for row in found["transactions"]]}


class OneAccount:
    """Replaces the module ``state`` for the hooks only."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = OneAccount
build = app.build
