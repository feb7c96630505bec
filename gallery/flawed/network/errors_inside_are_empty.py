"""Takes a 200 without the rows that it should hold for an empty list, whatever stands there instead.

An answer without what it must hold is a failed call, and is made again.
"""

from collections.abc import Mapping

from reference_app import app
from reference_app.fiskil import answers

_page = answers.page


def page(payload, root):
    """No rows there, no rows."""
    is_list = isinstance(payload, list) or (isinstance(payload, Mapping) and isinstance(payload.get(root), list))
    return _page(payload, root) if is_list else answers.Page((), "")


answers.page = page
build = app.build
