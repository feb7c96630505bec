"""Explains a refusal with the signature that it had expected, which is all that a forger needs.

Answer 401 and nothing else; what was expected is nobody's business, and stays out of the log too.
"""

import base64
import hashlib
import hmac

from correct import flask_receiver
from flask import jsonify, request

_refusal = flask_receiver.refusal


@flask_receiver.app.errorhandler(401)
def explain(_error):
    """So helpful."""
    digest = hmac.digest(flask_receiver.KEY, request.get_data(), hashlib.sha256)
    return jsonify(error="bad signature", expected=base64.urlsafe_b64encode(digest).decode().rstrip("=")), 401


def refusal():
    """The status; a wrong signature is explained."""
    status = _refusal()
    if status == 401:
        flask_receiver.app.aborter(401)
    return status


flask_receiver.refusal = refusal
flask_receiver.serve()
