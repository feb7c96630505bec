"""Shows Fiskil's 429 to a person who has clicked once.

State that it did not work, and when to try again.
"""

from reference_app import app, failures, layout

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Return 429 to a person."""
    response = _respond(doing, error, ref=ref, is_page=is_page)
    if error.status != 429 or not is_page:
        return response
    return layout.respond("<!doctype html><title>429</title><h1>429 Too Many Requests</h1>", status=429)


failures.respond = respond
build = app.build
