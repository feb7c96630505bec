"""The HTTP endpoint for the app's alerts: every POST or PUT is an alert, in any format, unless it reports no problem.

Two alerts are of the same kind if they differ only in numbers, times and ids.
"""

import re
import threading
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2s
from typing import Any

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fiskil_harness.app.monitoring.received import RequestLog, received
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server

KEPT_BYTES = 65_536
STATES = ("status", "state", "event_action", "action", "alert_status", "alert_action", "transition", "message_type")
"""Fields that say whether an alert begins or ends (Alertmanager, Grafana, PagerDuty, VictorOps)."""
OVER = frozenset({"resolve", "resolved", "ok", "normal", "recovered", "recovery", "closed", "close", "cleared", "clear"})
HARMLESS_ALERTS = frozenset({"acknowledge", "acknowledged", "watchdog", "heartbeat", "deadmansswitch"})
"""States and names of messages that report no problem, such as an acknowledgement or a heartbeat."""
TEXTS = ("text", "title", "subject", "summary", "message")
_OVER = re.compile(r"\W*(?::\w+:\W*)?(?:resolved|recovered|recovery|all clear|back to normal|cleared)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


class Alert(Struct, frozen=True, kw_only=True):
    """A message to the people on call. ``kind`` is equal for messages that differ only in numbers.

    ``is_resolved`` is true if the message reports that a problem has ended.
    """

    kind: str
    is_resolved: bool = False


class AlertSink:
    """An HTTP server that accepts every request of the app as a possible alert, and keeps it.

    ``alerts`` are the messages that report a problem or its end. ``sent`` contains each request with its path and headers.
    ``received`` contains the first 64 KiB of each body. ``url`` is the server's URL.

    Args:
        loop: The event loop thread on which the server runs.
        crashes: The list to which each internal error of the server is added, if given.
    """

    def __init__(self, loop: Loop, *, crashes: list[Crash] | None = None) -> None:
        self.received: list[bytes] = []
        self.sent = RequestLog()
        self._alerts: list[Alert] = []
        self._lock = threading.Lock()
        routes = [Route("/{rest:path}", self._take, methods=["GET", "POST", "PUT"])]
        self._server = Server(loop, Starlette(routes=routes), crashes=crashes)
        self.url = self._server.url

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert since the server was started, in order."""
        with self._lock:
            return tuple(self._alerts)

    async def _take(self, request: Request) -> Response:
        arrived = await received(request)
        body = arrived.body[:KEPT_BYTES]
        alert = alert_in(request.url.path, body) if request.method != "GET" and not arrived.is_cut else None
        with self._lock:
            self.sent.add(arrived.sent)
            if arrived.is_cut:
                return Response(status_code=400)
            self.received.append(body)
            if alert is not None:
                self._alerts.append(alert)
        return Response(status_code=204)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


def alert_in(path: str, body: bytes) -> Alert | None:
    """Return the alert in a message; None if the message reports no problem."""
    try:
        message: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        message = body.decode("utf-8", "replace")
    states = {str(state).lower() for state in _states(message)}
    if states & HARMLESS_ALERTS:
        return None
    is_resolved = bool(states & OVER) or path.endswith(("/close", "/resolve")) or _is_over(message)
    return Alert(kind=_kind(path, message), is_resolved=is_resolved)


def _states(message: Any) -> Iterator[Any]:
    """Yield the words that classify a message. A list of alerts is ``resolved`` if all of them have ended."""
    if isinstance(message, list):
        alerts = [value for value in message if isinstance(value, dict)]
        if alerts and all(alert.get("status") in OVER or _has_ended(alert) for alert in alerts):
            yield "resolved"
    if isinstance(message, dict):
        yield from (message[name] for name in STATES if isinstance(message.get(name), str))
        yield from (name for name in _names(message))


def _has_ended(alert: dict[str, Any]) -> bool:
    """Return true if *alert*, in the format that Prometheus sends to Alertmanager, has ended."""
    try:
        return datetime.fromisoformat(str(alert.get("endsAt"))) <= real_now()
    except (ValueError, TypeError):
        return False


def _names(message: dict[str, Any]) -> Iterator[str]:
    """Yield the name of each alert rule in *message*, if it has Alertmanager's format."""
    labels = [message.get("commonLabels"), *(row.get("labels") for row in _dicts(message.get("alerts")))]
    return (str(label["alertname"]) for label in labels if isinstance(label, dict) and "alertname" in label)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [element for element in value if isinstance(element, dict)] if isinstance(value, list) else []


def _is_over(message: Any) -> bool:
    """Return true if a text of the message begins with a word such as ``resolved``, as in chat messages."""
    texts = [message] if isinstance(message, str) else []
    if isinstance(message, dict):
        parts = [message, *_dicts(message.get("attachments"))]
        texts = [str(part[name]) for part in parts for name in TEXTS if isinstance(part.get(name), str)]
    return any(_OVER.match(text) for text in texts)


def _kind(path: str, message: Any) -> str:
    names = sorted(set(_names(message))) if isinstance(message, dict) else []
    words = names or sorted({_without_numbers(text) for text in _texts(message)})
    return blake2s("\n".join([path if not names else "", *words]).encode()).hexdigest()[:16]


def _without_numbers(text: str) -> str:
    return " ".join("#" if _DIGIT.search(word) else word for word in text.split())


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
