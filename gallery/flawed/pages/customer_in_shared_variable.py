"""Keeps the customer of a request in a variable that all requests share, so a page may be about another customer.

Keep what belongs to a request in local variables.
"""

from reference_app import app, customers, layout, pages, sharing, state
from reference_app.parts import parts_of

_current = {}


async def connections(request):
    """Show the connections of the customer of the latest request."""
    database = parts_of(request).database
    _current["ref"] = request.query_params.get("customer", "")
    _current["end_user_id"] = await database.read(customers.end_user_id, _current["ref"])
    shared = await database.read(state.of_end_user, _current["end_user_id"])
    return layout.respond(pages.connections(_current["ref"], shared))


sharing.connections = connections
build = app.build
