"""Shows errors in a browser dialog over its connect page."""

import json

from reference_app import app, layout, pages


def with_dialog(ref, *words):
    """Return the connect page with a dialog that contains *words*."""
    text = json.dumps(" ".join(words)).replace("<", "\\u003c")
    return pages.connect(ref) + f"<script>alert({text})</script>"


def not_connected(explanation, *, ref):
    """Show what happened and what to do."""
    return with_dialog(ref, explanation.what_happened, explanation.what_to_do)


def unavailable(message, *, ref):
    """Show why it does not work now."""
    return with_dialog(ref, message, "Nothing has changed.")


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.not_connected, pages.unavailable = not_connected, unavailable
build = app.build
