"""Does not link to its privacy notice on the page that leads to the consent page.

Link to the notice there.
"""

from reference_app import app, pages

_connect = pages.connect


def connect(ref):
    """Remove the link to the privacy notice."""
    return _connect(ref).replace('<a href="/privacy">How we use your data</a>', "")


pages.connect = connect
build = app.build
