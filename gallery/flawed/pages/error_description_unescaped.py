"""Prints the description of an unknown error on its page without escaping it, so that markup in a URL becomes an element.

Escape every value from a URL or a message before you print it.
"""

from reference_app import app, failures, journeys, pages

_cancelled, _not_connected = journeys.cancelled, pages.not_connected
LAST = {}


async def cancelled(request):
    """Remember the description if the error type is unknown."""
    params = request.query_params
    is_unknown = failures.explain(params.get("error_type", "")) is failures._UNKNOWN
    LAST["description"] = params.get("error_description", "") if is_unknown else ""
    return await _cancelled(request)


def not_connected(explanation, *, ref):
    """Append the description as it is."""
    return _not_connected(explanation, ref=ref).replace("</main>", f"<p>{LAST['description']}</p></main>")


journeys.cancelled, pages.not_connected = cancelled, not_connected
build = app.build
