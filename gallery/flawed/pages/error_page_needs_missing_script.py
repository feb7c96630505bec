"""Leaves the error page to a script that does not exist, so the browser shows nothing.

Send the text as HTML.
"""

from reference_app import app, layout, pages


def not_connected(explanation, *, ref):
    """Return a page without text."""
    return '<!doctype html><title>Budget</title><div id="root"></div><script type="module" src="/assets/app.js"></script>'


pages.not_connected = not_connected
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
