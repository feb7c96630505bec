"""Computes the first moment of a read again for each attempt, so no two attempts have the same URL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reference_app import app
from reference_app.fiskil import transport

_exchange = transport.exchange


async def exchange(http, request, **options):
    """Send the request; a read of the latest 90 days begins 90 days before this attempt, to the microsecond."""
    if "from" in (request.params or {}):
        since = f"{datetime.now(UTC) - timedelta(days=90):%Y-%m-%dT%H:%M:%S.%fZ}"
        request = replace(request, params={**request.params, "from": since})
    return await _exchange(http, request, **options)


transport.exchange = exchange
build = app.build
