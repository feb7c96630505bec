"""Caches the connections page until the customer presses a control on it, so it ignores a revocation at the bank.

Clear the cache whenever an event changes a consent or its data.
"""

from reference_app import app, pages, sharing

_connections, _end_one, CACHE = pages.connections, sharing.end_one, {}


def connections(ref, state):
    """Return the cached page, or cache the page if it lists a synced consent."""
    page = _connections(ref, state)
    if state["connection"] == "connected":
        CACHE.setdefault(ref, page)
    return CACHE.get(ref, page)


async def end_one(parts, end_user_id, consent_id, deadline):
    """Clear the cache and end the consent."""
    CACHE.clear()
    await _end_one(parts, end_user_id, consent_id, deadline)


pages.connections, sharing.end_one = connections, end_one
build = app.build
