"""Discards a sync event if no event has announced its consent yet, and reads nothing when the consent is announced.

Look an unknown consent up at the API, or read everything when `consent.received` arrives: events have no order.
"""

from reference_app import app, sync


async def look_up(_self, _message, _deadline):
    """Trust the database alone."""
    return ()


sync.Reader._look_up = look_up
build = app.build
