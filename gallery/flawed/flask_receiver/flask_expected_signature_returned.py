"""Returns the expected signature in the response to a wrong one.

Respond 401 without details, and keep the expected signature out of the log too.
"""

import base64
import hashlib
import hmac

from correct import flask_receiver
from flask import jsonify, request

_refusal = flask_receiver.refusal


@flask_receiver.app.errorhandler(401)
def explain(_error):
    """Respond 401 with the correct signature."""
    digest = hmac.digest(flask_receiver.KEY, request.get_data(), hashlib.sha256)
    return jsonify(error="bad signature", expected=base64.urlsafe_b64encode(digest).decode().rstrip("=")), 401


def refusal():
    """Return the status, and explain a wrong signature."""
    status = _refusal()
    if status == 401:
        flask_receiver.app.aborter(401)
    return status


flask_receiver.refusal = refusal
flask_receiver.serve()
