"""Shows a JSON object when "Stop sharing" fails on the connections page; other failures have a page with words.

Return a page to a browser, whatever has failed.
"""

from reference_app import app, failures

_respond = failures.respond


def respond(doing, error, *, ref, is_page):
    """Return a page for every failure except a failed revocation."""
    return _respond(doing, error, ref=ref, is_page=is_page and doing != "disconnect")


failures.respond = respond
build = app.build
