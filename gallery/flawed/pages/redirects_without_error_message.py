"""Redirects end users to the start page after a timeout, without an error message.

State that it did not work, and when to try again.
"""

from urllib.parse import quote

from reference_app import app, failures
from reference_app.fiskil.errors import TimedOut
from starlette.responses import RedirectResponse

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Redirect a person back to the start after a timeout."""
    response = _respond(doing, error, ref=ref, is_page=is_page)
    if is_page and isinstance(error, TimedOut):
        return RedirectResponse(f"/connect?customer={quote(ref, safe='')}", status_code=303)
    return response


failures.respond = respond
build = app.build
