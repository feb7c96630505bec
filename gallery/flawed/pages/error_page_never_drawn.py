"""Leaves the page after a failed journey to a script that is not there: the browser shows nothing at all."""

from reference_app import app, layout, pages


def not_connected(explanation, *, ref):
    """A page that is to draw itself."""
    return '<!doctype html><title>Budget</title><div id="root"></div><script type="module" src="/assets/app.js"></script>'


pages.not_connected = not_connected
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
