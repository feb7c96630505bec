"""Says that data is on its way, also long after all of it is there."""

from reference_app import app, pages

_connections = pages.connections


def connections(ref, held):
    """Nobody ever takes the line away."""
    return _connections(ref, {**held, "connection": "syncing"})


pages.connections = connections
build = app.build
