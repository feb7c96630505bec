"""Calls the API with a blocking client in the event loop, as libraries without async support do."""

from contextvars import ContextVar

import httpx
from reference_app.fiskil import transport

is_blocking = ContextVar("is_blocking", default=False)
"""True while the calls of the present task block the event loop."""

_send = transport._send


async def send(http, request, token, timeout_s):
    """Send the request; in a blocking task, let every other task wait for the response."""
    if not is_blocking.get():
        return await _send(http, request, token, timeout_s)
    headers = {"X-Fiskil-Version": transport.API_VERSION, "Authorization": f"Bearer {token}"}
    method = request.endpoint.partition(" ")[0]
    with httpx.Client(timeout=timeout_s) as client:
        response = client.request(method, request.url, params=request.params, json=request.body, headers=headers)
    return response.status_code, response.headers, response.content


transport._send = send
