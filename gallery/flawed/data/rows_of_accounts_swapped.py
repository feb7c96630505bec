"""Finds the transactions of an account by its number in the list, and counts accounts from 1 and groups from 0.

Find rows by the id of their account.
"""

from reference_app import app, harness_hooks, state

_of_end_user = state.of_end_user


def of_end_user(tx, end_user_id):
    """Return the accounts with their transactions inside."""
    found = _of_end_user(tx, end_user_id)
    accounts = found["accounts"]
    groups = [[entry(row) for row in found["transactions"] if row["account_id"] == each["account_id"]] for each in accounts]
    numbered = [{**account, "entries": groups[number % len(groups)]} for number, account in enumerate(accounts, start=1)]
    return {**found, "accounts": numbered, "transactions": []}


def entry(row):
    """Return a transaction without its account."""
    return {name: value for name, value in row.items() if name != "account_id"}


class Nested:
    """Replaces the module ``state`` for the hooks only."""

    of_end_user = staticmethod(of_end_user)


harness_hooks.state = Nested
build = app.build
