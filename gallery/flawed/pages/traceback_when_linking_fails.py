"""Shows a traceback to the end user when Fiskil fails.

Turn off the framework's debug mode, and show a page that states what to do next.
"""

import traceback
from html import escape

from reference_app import app, failures, layout

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Show the traceback to a person."""
    response = _respond(doing, error, ref=ref, is_page=is_page)
    if not is_page:
        return response
    trace = "".join(traceback.format_exception(error))
    return layout.respond(f"<!doctype html><title>Error</title><pre>{escape(trace)}</pre>", status=response.status_code)


failures.respond = respond
build = app.build
