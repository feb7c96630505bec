"""Treats a page without rows as the end of the list, although it has a next link.

Fiskil documents both ends of a list: a page without a next link, and an empty page.
"""

from reference_app import app
from reference_app.fiskil import responses

_page = responses.page


def page(payload, root):
    """Drop the next link of an empty page."""
    parsed = _page(payload, root)
    return parsed if parsed.records else responses.Page((), "")


responses.page = page
build = app.build
