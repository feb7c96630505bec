"""Shows a raw error code after the window with the consent page has closed.

State in words what happened and what to do next, in the page that stays open.
"""

from reference_app import app, failures, layout, pages

_connect, _explain = pages.connect, failures.explain
LAST = {}
OPENING = """<script>
document.querySelector("form").addEventListener("submit", (event) => {
  open("", "bank", "popup,width=480,height=700");
  event.target.target = "bank";
});
addEventListener("message", (event) => { document.getElementById("progress").textContent = event.data; });
</script>"""


def explain(error_type):
    """Remember the error code."""
    LAST["error"] = error_type
    return _explain(error_type)


def not_connected(explanation, *, ref):
    """Post the code to the opening page and close the window."""
    return f"<!doctype html><title>!</title><script>opener.postMessage('Error {LAST['error']}', origin); close();</script>"


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = lambda ref: _connect(ref) + OPENING
failures.explain, pages.not_connected = explain, not_connected
build = app.build
