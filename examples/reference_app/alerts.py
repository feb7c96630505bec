"""Alerts: a POST to the on-call endpoint when a person must act.

An alert that cannot be sent is logged and not retried, so that alerting never adds to an incident.
"""

import asyncio
from datetime import UTC, datetime

import httpx

from reference_app import logs

TIMEOUT_S = 3.0

_url = ""
_running: set[asyncio.Task[None]] = set()


def configure(url: str) -> None:
    """Set the URL that alerts are posted to; with an empty *url* they go to the log only."""
    global _url
    _url = url


def send(kind: str, **fields: str) -> None:
    """Log the alert and post it in the background."""
    logs.warn("alert", kind=kind, **fields)
    if _url:
        task = asyncio.get_running_loop().create_task(_post(kind, fields))
        _running.add(task)
        task.add_done_callback(_running.discard)


async def _post(kind: str, fields: dict[str, str]) -> None:
    alert = {"alert": kind, "at": datetime.now(UTC).isoformat(), "app": "reference_app", **fields}
    try:
        async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient(trust_env=False) as http:
            response = await http.post(_url, json=alert)
        if not response.is_success:
            logs.warn("alert_not_sent", kind=kind, reason=f"status {response.status_code}")
    except Exception as error:
        logs.warn("alert_not_sent", kind=kind, reason=logs.where(error))
