"""The webhook endpoint: verify, store, acknowledge. The work follows later.

The order matters: nothing is parsed before it is verified, and nothing is acknowledged before it is on disk.
"""

import sqlite3

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from reference_app import bodies, inbox, logs, message, signature
from reference_app.message import InvalidMessage, Message
from reference_app.metrics import METRICS
from reference_app.parts import Parts, parts_of
from reference_app.settings import Settings

LARGEST_BODY = 1024 * 1024


class Refusal(Exception):
    """A refused delivery. The sender receives only the status; the reason is for the app's log."""

    def __init__(self, status: int, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.outcome = outcome
        self.reason = reason


async def receive(request: Request) -> Response:
    """``POST /webhooks/fiskil``"""
    parts = parts_of(request)
    try:
        body = await verified_body(request, parts.settings)
        return await acknowledge(parts, message.parse(body))
    except InvalidMessage as error:
        return _refuse(Refusal(400, "senseless", str(error)))
    except Refusal as refusal:
        return _refuse(refusal)


async def verified_body(request: Request, settings: Settings) -> bytes:
    """Return the raw body of a delivery that Fiskil has signed.

    Raises:
        Refusal: The sender's address, the body or the signature is not acceptable.
    """
    if not is_configured(settings):
        raise Refusal(503, "unconfigured", "the webhook secret is not set")
    if not is_allowed(request, settings):
        raise Refusal(403, "foreign_address", "the sender's address is not on the list")
    try:
        body = await bodies.read(request, limit=LARGEST_BODY)
    except bodies.TooLarge:
        raise Refusal(413, "oversize", "the body is too large") from None
    except (bodies.TooSlow, ClientDisconnect):
        raise Refusal(408, "incomplete", "the body did not arrive") from None
    if not signature.is_genuine(body, request.headers.getlist(signature.HEADER), settings.webhook_key):
        raise Refusal(401, "forged", "the signature does not match")
    return body


def is_configured(settings: Settings) -> bool:
    """Return whether a secret is set; without one nothing can be verified, so nothing is accepted."""
    return bool(settings.webhook_key)


def is_allowed(request: Request, settings: Settings) -> bool:
    """Return whether the connection comes from an allowed address; headers that name another one are ignored."""
    allowed = settings.webhook_allowed_ips
    return not allowed or (request.client is not None and request.client.host in allowed)


async def acknowledge(parts: Parts, received: Message) -> Response:
    """Store a message for the worker and acknowledge it; acknowledge a duplicate in the same way.

    Raises:
        Refusal: The message cannot be stored, so Fiskil must send it again.
    """
    try:
        is_new = await parts.database.write(inbox.accept, received)
    except sqlite3.Error as error:
        reason = f"{received.message_id}: {logs.where(error)}"
        raise Refusal(503, "database_down", reason) from error
    parts.worker.wake()
    outcome = "accepted" if is_new else "duplicate"
    METRICS.count_delivery(outcome)
    log_receipt(received, outcome)
    return Response(status_code=204)


def log_receipt(received: Message, outcome: str) -> None:
    """Log one line per acknowledged delivery."""
    logs.write(
        "webhook_received",
        outcome=outcome,
        message_id=received.message_id,
        event=received.event,
        end_user_id=received.end_user_id,
    )


def _refuse(refusal: Refusal) -> Response:
    METRICS.count_delivery(refusal.outcome)
    logs.warn("webhook_refused", outcome=refusal.outcome, status=refusal.status, reason=refusal.reason)
    has_unread_body = refusal.status in {403, 408, 413, 503}
    return Response(status_code=refusal.status, headers={"Connection": "close"} if has_unread_body else None)
