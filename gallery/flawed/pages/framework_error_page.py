"""Raises an exception when Fiskil fails, so end users see the framework's error page.

Show a page of your own that states what to do next.
"""

from reference_app import app, failures

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Return an error to programs, and raise an exception for an end user."""
    response = _respond(doing, error, ref=ref, is_page=is_page)
    if is_page:
        raise RuntimeError("no page for that")
    return response


failures.respond = respond
build = app.build
