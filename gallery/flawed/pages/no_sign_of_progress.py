"""Shows nothing at all between the press and the consent page, however long Fiskil takes."""

from reference_app import app, layout, pages

_connect = pages.connect


def connect(ref):
    """The page without its script."""
    return _connect(ref).replace(layout.PROGRESS_SCRIPT, "")


pages.connect = connect
build = app.build
