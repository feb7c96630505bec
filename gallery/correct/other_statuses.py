"""Responds with other lawful statuses: 202, 400 for a bad signature, 409 during a first delivery."""

from reference_app import app, receiver
from starlette.responses import Response

_acknowledge, _verified_body = receiver.acknowledge, receiver.verified_body
_in_progress = set()


async def verified_body(request, settings):
    """Replace 401 with 400."""
    try:
        return await _verified_body(request, settings)
    except receiver.Refusal as refusal:
        status = 400 if refusal.status == 401 else refusal.status
        raise receiver.Refusal(status, refusal.outcome, refusal.reason) from None


async def acknowledge(parts, received):
    """Respond 202; respond 409 to the second of two simultaneous deliveries, which Fiskil then repeats."""
    if received.key in _in_progress:
        raise receiver.Refusal(409, "in_flight", "another delivery of this message is being stored")
    _in_progress.add(received.key)
    try:
        await _acknowledge(parts, received)
    finally:
        _in_progress.discard(received.key)
    return Response(status_code=202)


receiver.verified_body, receiver.acknowledge = verified_body, acknowledge
build = app.build
