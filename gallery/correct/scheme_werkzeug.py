"""Receives webhooks of several senders in Flask, whose server parses HTTP with http.server."""

import json

from flask import request

from correct import schemes

# The secret has another form than Fiskil's, which the imported receiver would decode.
SECRET = schemes.os.environ.pop("FISKIL_WEBHOOK_SECRET", "")

from correct import flask_receiver  # noqa: E402

flask_receiver.KEY = SECRET.encode()


def is_genuine(body, _):
    """Return whether the sender signed these bytes."""
    return schemes.is_genuine(request.headers.getlist, body)


def parsed(body):
    """Parse the message in headers and *body*; return None if there is none."""
    try:
        return flask_receiver.understood(schemes.understood(request.headers.getlist, json.loads(body)))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


flask_receiver.is_genuine, flask_receiver.parsed = is_genuine, parsed

if __name__ == "__main__":
    flask_receiver.serve()
