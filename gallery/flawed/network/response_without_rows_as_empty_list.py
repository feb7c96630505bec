"""Treats a 200 response without the expected rows as an empty list.

A response without a required field is a failed call: request it again.
"""

from collections.abc import Mapping

from reference_app import app
from reference_app.fiskil import responses

_page = responses.page


def page(payload, root):
    """Return an empty page if the payload has no list."""
    is_list = isinstance(payload, list) or (isinstance(payload, Mapping) and isinstance(payload.get(root), list))
    return _page(payload, root) if is_list else responses.Page((), "")


responses.page = page
build = app.build
