"""Greets whoever comes back with an empty budget, as if that were all there is."""

from reference_app import app, layout, pages

_connections = pages.connections


def thanks(*, ref, connection):
    """Connected, and nothing in it."""
    return layout.render("Your budget", "<p>Your bank is connected. You have 0 accounts and 0 transactions.</p>")


def connections(ref, held):
    """The consents, and no word of what is to come."""
    return _connections(ref, {**held, "connection": "connected"})


pages.thanks = thanks
pages.connections = connections
build = app.build
