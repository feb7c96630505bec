"""The sink for alerts: whatever is POSTed there is one, in whose words ever, and a notice of calm is none.

Two alerts are of one kind if they differ in numbers, times and ids alone.
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

from fiskil_harness.app.monitoring.received import Pile, received
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import Loop, Server

KEPT_BYTES = 65_536
STATES = ("status", "state", "event_action", "action", "alert_status", "alert_action", "transition", "message_type")
"""Where pagers and monitoring systems say whether it begins or ends (Alertmanager, Grafana, PagerDuty, VictorOps)."""
OVER = frozenset({"resolve", "resolved", "ok", "normal", "recovered", "recovery", "closed", "close", "cleared", "clear"})
HARMLESS_ALERTS = frozenset({"acknowledge", "acknowledged", "watchdog", "heartbeat", "deadmansswitch"})
"""Words of messages that tell of no trouble: somebody has seen it, or all is as it was."""
TEXTS = ("text", "title", "subject", "summary", "message")
_OVER = re.compile(r"\W*(?::\w+:\W*)?(?:resolved|recovered|recovery|all clear|back to normal|cleared)\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


class Alert(Struct, frozen=True, kw_only=True):
    """One message to whoever is on call. ``kind`` is equal for messages that differ in numbers alone."""

    kind: str
    is_resolved: bool = False


class AlertSink:
    """Takes every request and remembers it; ``alerts`` are those that tell of trouble, or of its end.

    ``sent`` is each request as it came, its address and headers too, ``received`` the first 64 KiB of each body.
    """

    def __init__(self, loop: Loop, *, crashes: list[Crash] | None = None) -> None:
        self.received: list[bytes] = []
        self.sent = Pile()
        self._alerts: list[Alert] = []
        self._lock = threading.Lock()
        routes = [Route("/{rest:path}", self._take, methods=["GET", "POST", "PUT"])]
        self._server = Server(loop, Starlette(routes=routes), crashes=crashes)
        self.url = self._server.url

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert since the sink listens, in order."""
        with self._lock:
            return tuple(self._alerts)

    async def _take(self, request: Request) -> Response:
        came = await received(request)
        body = came.body[:KEPT_BYTES]
        alert = alert_text(request.url.path, body) if request.method != "GET" and not came.is_cut else None
        with self._lock:
            self.sent.add(came.sent)
            if came.is_cut:
                return Response(status_code=400)
            self.received.append(body)
            if alert is not None:
                self._alerts.append(alert)
        return Response(status_code=204)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


def alert_text(path: str, body: bytes) -> Alert | None:
    """What a message says; None where it tells of no trouble."""
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
    """The words at the top that say what kind of message it is; of a list of alerts, whether all of them are over."""
    if isinstance(message, list):
        alerts = [value for value in message if isinstance(value, dict)]
        if alerts and all(alert.get("status") in OVER or _has_ended(alert) for alert in alerts):
            yield "resolved"
    if isinstance(message, dict):
        yield from (message[name] for name in STATES if isinstance(message.get(name), str))
        yield from (name for name in _names(message))


def _has_ended(alert: dict[str, Any]) -> bool:
    """Whether an alert as Prometheus hands it to Alertmanager has come to its end."""
    try:
        return datetime.fromisoformat(str(alert.get("endsAt"))) <= real_now()
    except (ValueError, TypeError):
        return False


def _names(message: dict[str, Any]) -> Iterator[str]:
    """The names of the rules behind alerts, in Alertmanager's form."""
    labels = [message.get("commonLabels"), *(row.get("labels") for row in _dicts(message.get("alerts")))]
    return (str(label["alertname"]) for label in labels if isinstance(label, dict) and "alertname" in label)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each_value for each_value in value if isinstance(each_value, dict)] if isinstance(value, list) else []


def _is_over(message: Any) -> bool:
    """Whether the text of a message begins by saying so, as those to chat rooms do."""
    texts = [message] if isinstance(message, str) else []
    if isinstance(message, dict):
        parts = [message, *_dicts(message.get("attachments"))]
        texts = [str(value[name]) for value in parts for name in TEXTS if isinstance(value.get(name), str)]
    return any(_OVER.match(text) for text in texts)


def _kind(path: str, message: Any) -> str:
    named = sorted(set(_names(message))) if isinstance(message, dict) else []
    words = named or sorted({_without_numbers(text) for text in _texts(message)})
    return blake2s("\n".join([path if not named else "", *words]).encode()).hexdigest()[:16]


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
