"""Sends people back to where they pressed when Fiskil does not answer, and says nothing about it."""

from urllib.parse import quote

from reference_app import app, failures
from reference_app.fiskil.errors import TimedOut
from starlette.responses import RedirectResponse

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """As if they had never pressed."""
    answer = _respond(doing, error, ref=ref, is_page=is_page)
    if is_page and isinstance(error, TimedOut):
        return RedirectResponse(f"/connect?customer={quote(ref, safe='')}", status_code=303)
    return answer


failures.respond = respond
build = app.build
