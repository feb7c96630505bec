"""Receives webhooks in the scheme of Standard Webhooks 1.0.

Id and timestamp are signed together with the body. Any of several signatures may be correct, and unknown versions are
ignored. A timestamp that differs from the current time by more than five minutes is refused.
"""

import base64
import hmac
import json
import os
import sqlite3
import time

from starlette.responses import JSONResponse, Response

# The prefix is not part of the key. It must be removed first, because the imported receiver would not understand it.
SECRET = os.environ.pop("FISKIL_WEBHOOK_SECRET", "").removeprefix("whsec_")

from correct import starlette_receiver  # noqa: E402

KEY = base64.b64decode(SECRET)
TOLERANCE_S = 300


async def receive(request):
    """``POST /webhooks/fiskil``"""
    allowed = starlette_receiver.ALLOWED
    if not KEY or (allowed and request.client.host not in allowed):
        return starlette_receiver.refused(403 if KEY else 503)
    body = await request.body()
    message_id, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    headers = request.headers.getlist("webhook-signature")
    if len(headers) != 1 or not is_timely(timestamp) or not is_genuine(message_id, timestamp, body, headers[0]):
        return Response(status_code=401)
    try:
        payload = json.loads(body)
        fact = {**payload["data"], "event": payload["type"]}
        message = {"message_id": message_id, "publish_time": payload["timestamp"], "data": fact}
        starlette_receiver.accept(starlette_receiver.understood(message))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Response(status_code=422)
    except sqlite3.Error:
        return Response(status_code=503)
    request.app.state.news.set()
    return JSONResponse({"received": True})


def is_timely(timestamp):
    """Return whether the timestamp is whole seconds in ASCII digits, and close enough to the current time."""
    seconds = seconds_of(timestamp)
    return seconds is not None and abs(time.time() - seconds) <= TOLERANCE_S


def seconds_of(timestamp):
    """Parse the timestamp; return None if it is not a valid number."""
    return int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 else None


def is_genuine(message_id, timestamp, body, header):
    """Return whether any signature of version 1 is correct for id, timestamp and these bytes."""
    expected = sign(message_id, timestamp, body)
    return any(hmac.compare_digest(expected, signature.encode("latin-1", "replace")) for signature in signatures_of(header))


def sign(message_id, timestamp, body):
    """Return the only correct signature."""
    content = f"{message_id}.{timestamp}.".encode("latin-1") + body
    return b"v1," + base64.b64encode(hmac.digest(KEY, content, "sha256"))


def signatures_of(header):
    """Return every signature in the header; one of another version matches nothing."""
    return header.split()


def build():
    """Build the app."""
    starlette_receiver.receive = receive
    return starlette_receiver.build()
