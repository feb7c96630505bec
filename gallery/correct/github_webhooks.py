"""Receives webhooks in GitHub's scheme, with message id and event in headers.

The key is the secret's text, and the digest is in hex after ``sha256=``. The id header is not signed, so a message with
another id is another message.
"""

import hmac
import json
import os

from flask import request

# The secret is any text. It must be removed first, because the imported receiver would decode it from base64.
SECRET = os.environ.pop("FISKIL_WEBHOOK_SECRET", "")

from correct import flask_receiver  # noqa: E402

flask_receiver.KEY = SECRET.encode()


def is_genuine(body, _):
    """Return whether there is one signature, and it is correct for these bytes."""
    expected = "sha256=" + hmac.new(flask_receiver.KEY, body, "sha256").hexdigest()
    signatures = request.headers.getlist("X-Hub-Signature-256")
    return len(signatures) == 1 and hmac.compare_digest(expected.encode(), signatures[0].encode("latin-1", "replace"))


def parsed(body):
    """Parse the message in headers and *body*; return None if there is none."""
    try:
        payload = json.loads(body)
        fact = {"event": request.headers["X-GitHub-Event"], "consent_id": payload["consent"]["id"]}
        fact["end_user_id"] = payload["account"]["id"]
        message_id = request.headers["X-GitHub-Delivery"]
        return flask_receiver.understood({"message_id": message_id, "publish_time": payload["occurred_at"], "data": fact})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


flask_receiver.is_genuine, flask_receiver.parsed = is_genuine, parsed

if __name__ == "__main__":
    flask_receiver.serve()
