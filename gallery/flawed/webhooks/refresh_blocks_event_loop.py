"""Reads the API with blocking calls when a customer refreshes, so webhooks wait as long as the API is slow.

Use an asynchronous client in an asynchronous route, or run the blocking call in a thread.
"""

from reference_app import app, sharing

from .blocking_calls import is_blocking

_refresh = sharing.refresh_now


async def refresh_now(parts, end_user_id, deadline):
    """Read everything with blocking calls."""
    is_blocking.set(True)
    try:
        return await _refresh(parts, end_user_id, deadline)
    finally:
        is_blocking.set(False)


sharing.refresh_now = refresh_now
build = app.build
