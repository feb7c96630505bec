"""Reads transactions after banking.transactions.basic.sync.completed only, as if the list were complete and final.

Read them after banking.transactions.sync.completed too: it reports the details, and each later sync.
"""

from reference_app import app, datasets

_announced_by = datasets.announced_by


def announced_by(event):
    """Return the dataset that an event announces; none for detailed transactions."""
    return None if event == "banking.transactions.sync.completed" else _announced_by(event)


datasets.announced_by = announced_by
build = app.build
