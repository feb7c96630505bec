"""A correct receiver of webhooks that are signed and worded as GitHub does it: the id and the kind stand in headers.

The key is the secret's text, the digest is hex after ``sha256=``. The header with the id is not signed, so it is known again
for what it is, and not for more.
"""

import hmac
import json
import os

from flask import request

# The secret is a text of any kind, which the receiver that this one builds upon would decode.
SECRET = os.environ.pop("FISKIL_WEBHOOK_SECRET", "")

from correct import flask_receiver  # noqa: E402

flask_receiver.KEY = SECRET.encode()


def is_genuine(body, _):
    """Whether the one signature is that of these very bytes."""
    expected = "sha256=" + hmac.new(flask_receiver.KEY, body, "sha256").hexdigest()
    given = request.headers.getlist("X-Hub-Signature-256")
    return len(given) == 1 and hmac.compare_digest(expected.encode(), given[0].encode("latin-1", "replace"))


def parsed(body):
    """The message in headers and *body*; None if there is none."""
    try:
        told = json.loads(body)
        fact = {"event": request.headers["X-GitHub-Event"], "consent_id": told["consent"]["id"]}
        fact["end_user_id"] = told["account"]["id"]
        message_id = request.headers["X-GitHub-Delivery"]
        return flask_receiver.understood({"message_id": message_id, "publish_time": told["occurred_at"], "data": fact})
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


flask_receiver.is_genuine, flask_receiver.parsed = is_genuine, parsed

if __name__ == "__main__":
    flask_receiver.serve()
