"""Shows no progress between the click and the consent page, however long Fiskil takes.

Show that the connection is being opened.
"""

from reference_app import app, layout, pages

_connect = pages.connect


def connect(ref):
    """Render the page without its script."""
    return _connect(ref).replace(layout.PROGRESS_SCRIPT, "")


pages.connect = connect
build = app.build
