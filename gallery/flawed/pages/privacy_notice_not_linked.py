"""Has a privacy notice, and no link to it where people decide.

Link it on the page that leads to the consent page.
"""

from reference_app import app, pages

_connect = pages.connect


def connect(ref):
    """Whoever wants to know more can ask."""
    return _connect(ref).replace('<a href="/privacy">How we use your data</a>', "")


pages.connect = connect
build = app.build
