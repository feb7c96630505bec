"""Waits for the session in one long request, on a page with the URL of the page that was left without a sign of progress."""

from reference_app import layout, pages

from correct import waits_in_one_request

_connect = pages.connect


def connect(ref):
    """Return the page with a form that is sent to the page's own URL, and that shows no progress itself."""
    return _connect(ref).replace(layout.PROGRESS_SCRIPT, 'document.querySelector("form").removeAttribute("action");')


pages.connect = connect
build = waits_in_one_request.build
