"""Reads the consents from the API whenever the connections page is opened, and waits as long as the API takes.

Limit the call, and show the stored consents if it fails.
"""

from contextlib import suppress
from contextvars import ContextVar

from reference_app import app, customers, forms, sharing
from reference_app.fiskil import transport
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of

LONG_S = 120.0
IS_PAGE = ContextVar("is_page", default=False)

_connections, _exchange = sharing.connections, transport.exchange


async def exchange(http, request, *, token, timeout_s):
    """Send once; a page waits without a limit."""
    return await _exchange(http, request, token=token, timeout_s=LONG_S if IS_PAGE.get() else timeout_s)


async def connections(request):
    """Read the consents, then show the page."""
    parts = parts_of(request)
    end_user_id = await parts.database.read(customers.end_user_id, forms.text(request.query_params.get("customer")))
    if end_user_id:
        IS_PAGE.set(True)
        with suppress(FiskilError):
            await parts.api.consents(end_user_id, Deadline.after(LONG_S))
        IS_PAGE.set(False)
    return await _connections(request)


sharing.connections, transport.exchange = connections, exchange
build = app.build
