"""Reads the balances every three seconds for two minutes after the customer has opened the connections page.

Show the stored balances; the event announces new ones.
"""

import asyncio

from reference_app import app, customers, forms, sharing
from reference_app.datasets import BALANCES
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline
from reference_app.parts import parts_of

EVERY_S = 3.0
TIMES = 40

_connections = sharing.connections
_running = {}


async def connections(request):
    """Show the page, and begin to poll if this customer's balances are not polled yet."""
    parts = parts_of(request)
    ref = forms.text(request.query_params.get("customer"))
    end_user_id = await parts.database.read(customers.end_user_id, ref)
    if end_user_id and end_user_id not in _running:
        _running[end_user_id] = asyncio.create_task(poll(parts.api, end_user_id))
    return await _connections(request)


async def poll(api, end_user_id):
    """Read the balances again and again, until a read fails."""
    try:
        for _ in range(TIMES):
            await asyncio.sleep(EVERY_S)
            await api.rows(BALANCES, end_user_id, Deadline.after(EVERY_S))
    except FiskilError:
        return


sharing.connections = connections
build = app.build
