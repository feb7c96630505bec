"""Stores the account of a page's first transaction with every transaction of the page.

A list for an end user has the transactions of all accounts.
"""

from reference_app import app, harness_hooks, state

_of_end_user = state.of_end_user


def of_end_user(tx, end_user_id):
    """Return the state in which each transaction has the account of the first one."""
    found = _of_end_user(tx, end_user_id)
    rows = found["transactions"]
    return {**found, "transactions": [{**row, "account_id": rows[0]["account_id"]} for row in rows]}


class OneAccount:
    """Replaces the module ``state`` for the hooks only."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = OneAccount
build = app.build
