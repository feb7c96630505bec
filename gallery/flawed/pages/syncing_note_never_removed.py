"""States that data is syncing even after all of it has arrived.

Remove the note when the first sync has completed.
"""

from reference_app import app, pages

_connections = pages.connections


def connections(ref, state):
    """Always show the note about syncing."""
    return _connections(ref, {**state, "connection": "syncing"})


pages.connections = connections
build = app.build
