"""Alerts: a POST to whoever is on call, when something needs a person.

An alert that cannot be sent is logged and forgotten: it must never make things worse.
"""

import asyncio
from datetime import UTC, datetime

import httpx

from reference_app import logs

TIMEOUT_S = 3.0

_url = ""
_under_way: set[asyncio.Task[None]] = set()


def configure(url: str) -> None:
    """Say where alerts go; an empty *url* means to the log only."""
    global _url
    _url = url


def send(kind: str, **fields: str) -> None:
    """Send an alert in the background."""
    logs.warn("alert", kind=kind, **fields)
    if _url:
        task = asyncio.get_running_loop().create_task(_post(kind, fields))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)


async def _post(kind: str, fields: dict[str, str]) -> None:
    alert = {"alert": kind, "at": datetime.now(UTC).isoformat(), "app": "reference_app", **fields}
    try:
        async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(_url, json=alert)
        if not answer.is_success:
            logs.warn("alert_not_sent", kind=kind, reason=f"status {answer.status_code}")
    except Exception as error:
        logs.warn("alert_not_sent", kind=kind, reason=logs.where(error))
