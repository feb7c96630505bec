"""Waits for the session in one long request, on a page with the URL of the page that was left."""

from reference_app import pages

from correct import waits_in_one_request

_connect = pages.connect
_SCRIPT = "<script>addEventListener('load', () => document.querySelector('form').removeAttribute('action'));</script>"


def connect(ref):
    """Return the page with a form that is sent to the page's own URL."""
    return _connect(ref) + _SCRIPT


pages.connect = connect
build = waits_in_one_request.build
