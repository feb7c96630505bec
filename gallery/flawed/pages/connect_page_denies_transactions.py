"""States on the connect page that transactions are never read, and reads them.

Name every dataset that the app reads, and why.
"""

from reference_app import app, pages

_connect = pages.connect
LISTED = "<li><strong>Transactions</strong>: what came in and went out in the last months</li>"


def connect(ref):
    """Return the page with a denial in place of the last dataset."""
    page = _connect(ref)
    page = page.replace(LISTED, "")
    return page.replace("<p>We never see", "<p>We do not read your transactions. We never see")


pages.connect = connect
build = app.build
