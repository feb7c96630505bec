"""Answers with other lawful statuses: 202 for yes, 400 for a bad signature, 409 while a first delivery is at work."""

from reference_app import app, receiver
from starlette.responses import Response

_acknowledge, _verified_body = receiver.acknowledge, receiver.verified_body
_at_work = set()


async def verified_body(request, settings):
    """400 instead of 401."""
    try:
        return await _verified_body(request, settings)
    except receiver.Refusal as refusal:
        status = 400 if refusal.status == 401 else refusal.status
        raise receiver.Refusal(status, refusal.outcome, refusal.reason) from None


async def acknowledge(parts, received):
    """202 instead of 204; 409 to the second of two at the same time, which Fiskil then sends again."""
    if received.key in _at_work:
        raise receiver.Refusal(409, "in_flight", "another delivery of this message is being stored")
    _at_work.add(received.key)
    try:
        await _acknowledge(parts, received)
    finally:
        _at_work.discard(received.key)
    return Response(status_code=202)


receiver.verified_body, receiver.acknowledge = verified_body, acknowledge
build = app.build
