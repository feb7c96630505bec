"""Caches the list of a customer's consents, so ended consents stay on it as active.

Show the current state.
"""

from reference_app import app, pages

_connections, CACHE = pages.connections, {}


def connections(ref, state):
    """Return the cached page, if there is one."""
    page = _connections(ref, state)
    if "Stop sharing" in page:
        CACHE[ref] = page
    return CACHE.get(ref, page)


pages.connections = connections
build = app.build
