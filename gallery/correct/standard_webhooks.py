"""A correct receiver of webhooks that are signed and worded as Standard Webhooks 1.0 says.

Id and time of the attempt are signed together with the body. Of several signatures any may be right; versions that are not
known are passed over. What was signed more than five minutes ago, or for later than in five minutes, is refused.
"""

import base64
import hmac
import json
import os
import sqlite3
import time

from starlette.responses import JSONResponse, Response

# The prefix is no part of the key, and would not be understood by the receiver that this one builds upon.
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
    given = request.headers.getlist("webhook-signature")
    if len(given) != 1 or not is_timely(timestamp) or not is_genuine(message_id, timestamp, body, given[0]):
        return Response(status_code=401)
    try:
        told = json.loads(body)
        fact = {**told["data"], "event": told["type"]}
        message = {"message_id": message_id, "publish_time": told["timestamp"], "data": fact}
        starlette_receiver.accept(starlette_receiver.understood(message))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Response(status_code=422)
    except sqlite3.Error:
        return Response(status_code=503)
    request.app.state.news.set()
    return JSONResponse({"received": True})


def is_timely(timestamp):
    """Whole seconds in ASCII digits, close enough to now on either side."""
    seconds = seconds_of(timestamp)
    return seconds is not None and abs(time.time() - seconds) <= TOLERANCE_S


def seconds_of(timestamp):
    """The time of the attempt; None where that is no number of a time."""
    return int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 else None


def is_genuine(message_id, timestamp, body, given):
    """Whether any signature of version 1 is that of id, time and these very bytes."""
    expected = sign(message_id, timestamp, body)
    return any(hmac.compare_digest(expected, one.encode("latin-1", "replace")) for one in signatures_of(given))


def sign(message_id, timestamp, body):
    """The one right signature."""
    content = f"{message_id}.{timestamp}.".encode("latin-1") + body
    return b"v1," + base64.b64encode(hmac.digest(KEY, content, "sha256"))


def signatures_of(given):
    """Every signature in the header, whatever its version; a wrong version matches nothing."""
    return given.split()


def build():
    """The app."""
    starlette_receiver.receive = receive
    return starlette_receiver.build()
