"""Tells in a box of the browser's own what did not work, over the page on which people begin again."""

import json

from reference_app import app, layout, pages


def over(ref, *words):
    """The page that starts linking, and the words over it."""
    told = json.dumps(" ".join(words)).replace("<", "\\u003c")
    return pages.connect(ref) + f"<script>alert({told})</script>"


def not_connected(explanation, *, ref):
    """What happened, and what to do."""
    return over(ref, explanation.what_happened, explanation.what_to_do)


def unavailable(message, *, ref):
    """Why not now."""
    return over(ref, message, "Nothing has changed.")


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.not_connected, pages.unavailable = not_connected, unavailable
build = app.build
