"""Announces the sync after the journey, but its connections page shows no balances and no note until the data arrives.

Show on every page with data that the data is still syncing.
"""

from reference_app import app, pages

_connections = pages.connections


def connections(ref, state):
    """Show the consents without the note about syncing."""
    return _connections(ref, {**state, "connection": "connected"})


pages.connections = connections
build = app.build
