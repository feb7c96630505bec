"""Lists no consent after a revocation at the bank, but still shows the balances that were read under it.

Render balances from the rows of active consents only.
"""

from reference_app import app, pages

_connections, CACHE = pages.connections, {}


def connections(ref, state):
    """Add the last known balances to a page without a consent."""
    page = _connections(ref, state)
    table = pages._balances(state)
    if table:
        CACHE[ref] = table
    elif ref in CACHE:
        page = page.replace("</main>", f"{CACHE[ref]}</main>")
    return page


pages.connections = connections
build = app.build
