"""Shows an empty budget after the journey as if there were no data to come.

State that the data is still syncing.
"""

from reference_app import app, layout, pages

_connections = pages.connections


def thanks(*, ref, connection):
    """Show an empty budget."""
    return layout.render("Your budget", "<p>Your bank is connected. You have 0 accounts and 0 transactions.</p>")


def connections(ref, state):
    """Show the consents without the note about syncing."""
    return _connections(ref, {**state, "connection": "connected"})


pages.thanks = thanks
pages.connections = connections
build = app.build
