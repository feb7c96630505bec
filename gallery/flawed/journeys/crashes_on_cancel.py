"""Answers the way back from a cancelled journey with a server error, because it expects a consent every time."""

from reference_app import app, journeys


async def cancelled(request):
    """Everybody who comes back has a consent."""
    return {"consent": request.query_params["consent_id"]}


journeys.cancelled = cancelled
build = app.build
