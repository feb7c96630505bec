"""Treats a page without rows as the end of the list, although it has a next link.

Only the next link states whether there are more pages. A page may be empty because its rows were filtered or removed.
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
