"""Opens an auth session with a blocking call, so webhooks wait as long as the API is slow.

Use an asynchronous client in an asynchronous route, or run the blocking call in a thread.
"""

from reference_app import app, journeys

from .blocking_calls import is_blocking

_start = journeys.start_session


async def start_session(parts, ref, email, deadline):
    """Create the end user and the session with blocking calls."""
    is_blocking.set(True)
    try:
        return await _start(parts, ref, email, deadline)
    finally:
        is_blocking.set(False)


journeys.start_session = start_session
build = app.build
