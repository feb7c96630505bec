"""Opens the consent page in a window of its own; that closes, and the page beneath shows what programs call the error.

Say in words what happened and what to do next, in the page that stays.
"""

from reference_app import app, failures, layout, pages

_connect, _explain = pages.connect, failures.explain
TOLD = {}
OPENING = """<script>
document.querySelector("form").addEventListener("submit", (event) => {
  open("", "bank", "popup,width=480,height=700");
  event.target.target = "bank";
});
addEventListener("message", (event) => { document.getElementById("progress").textContent = event.data; });
</script>"""


def explain(error_type):
    """The machine's word is all that is kept."""
    TOLD["error"] = error_type
    return _explain(error_type)


def not_connected(explanation, *, ref):
    """A window that closes at once."""
    return f"<!doctype html><title>!</title><script>opener.postMessage('Error {TOLD['error']}', origin); close();</script>"


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = lambda ref: _connect(ref) + OPENING
failures.explain, pages.not_connected = explain, not_connected
build = app.build
