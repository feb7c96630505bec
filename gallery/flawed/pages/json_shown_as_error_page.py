"""Shows a JSON object instead of an error page after a failed journey.

State in words what happened and what to do next.
"""

import json
from html import escape

from reference_app import app, pages


def not_connected(explanation, *, ref):
    """Return JSON inside a page."""
    payload = {"error": "not_connected", "status": explanation.status}
    return f"<!doctype html><title>Budget</title><pre>{escape(json.dumps(payload))}</pre>"


pages.not_connected = not_connected
build = app.build
