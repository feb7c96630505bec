"""Calls the API with a blocking client while a customer connects or refreshes, so webhooks wait for a slow API.

Use an asynchronous client in an asynchronous route, or run the blocking call in a thread.
"""

from contextvars import ContextVar

import httpx
from reference_app import app, journeys, sharing
from reference_app.fiskil import transport

_is_blocking = ContextVar("is_blocking", default=False)
_send, _start, _refresh = transport._send, journeys.start_session, sharing.refresh_now


async def send(http, request, token, timeout_s):
    """Send the request; for a customer's page, let every other task wait for the response."""
    if not _is_blocking.get():
        return await _send(http, request, token, timeout_s)
    headers = {"X-Fiskil-Version": transport.API_VERSION, "Authorization": f"Bearer {token}"}
    method = request.endpoint.partition(" ")[0]
    with httpx.Client(timeout=timeout_s) as client:
        response = client.request(method, request.url, params=request.params, json=request.body, headers=headers)
    return response.status_code, response.headers, response.content


async def start_session(parts, ref, email, deadline):
    """Open the auth session with blocking calls."""
    _is_blocking.set(True)
    return await _start(parts, ref, email, deadline)


async def refresh_now(parts, end_user_id, deadline):
    """Read everything with blocking calls."""
    _is_blocking.set(True)
    return await _refresh(parts, end_user_id, deadline)


transport._send, journeys.start_session, sharing.refresh_now = send, start_session, refresh_now
build = app.build
