"""Reads the consents from the API whenever the connections page is opened, for two seconds at most."""

from contextlib import suppress

from reference_app import app, customers, forms, sharing
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of

_connections = sharing.connections


async def connections(request):
    """Look whether the API responds, then show what is stored."""
    parts = parts_of(request)
    end_user_id = await parts.database.read(customers.end_user_id, forms.text(request.query_params.get("customer")))
    if end_user_id:
        with suppress(FiskilError):
            await parts.api.consents(end_user_id, Deadline.after(2))
    return await _connections(request)


sharing.connections = connections
build = app.build
