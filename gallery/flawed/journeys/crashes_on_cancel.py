"""Returns a server error after a cancelled journey, because it expects a consent id in every callback.

Show a page that states what happened and offers another attempt.
"""

from reference_app import app, journeys


async def cancelled(request):
    """Read a consent id that a cancelled journey does not have."""
    return {"consent": request.query_params["consent_id"]}


journeys.cancelled = cancelled
build = app.build
