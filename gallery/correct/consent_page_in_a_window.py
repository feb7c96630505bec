"""Opens the consent page in a new window, which reports the outcome to the app's page and closes."""

import json

from reference_app import app, layout, pages

OPENING = """<script>
document.querySelector("form").addEventListener("submit", (event) => {
  open("", "bank", "popup,width=480,height=700");
  event.target.target = "bank";
});
addEventListener("message", (event) => {
  if (event.origin !== location.origin) return;
  document.getElementById("progress").textContent = event.data;
});
</script>"""
CLOSING = """<script>if (opener) { opener.postMessage(%s, location.origin); close(); }</script>"""
_connect, _thanks, _not_connected, _unavailable = pages.connect, pages.thanks, pages.not_connected, pages.unavailable


def closing(page, *words):
    """Return the page with a script that sends *words* to the opening page and closes the window, if there is one."""
    return page + CLOSING % json.dumps(" ".join(words)).replace("<", "\\u003c")


def thanks(*, ref, connection):
    """Render the page after a consent."""
    return closing(
        _thanks(ref=ref, connection=connection), "Thank you. We are syncing your data, which takes a few minutes."
    )


def not_connected(explanation, *, ref):
    """Render the page after a journey without a consent."""
    return closing(_not_connected(explanation, ref=ref), explanation.what_happened, explanation.what_to_do)


def unavailable(message, *, ref):
    """Render the page for a call that failed."""
    return closing(_unavailable(message, ref=ref), message, "Nothing has changed.")


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = lambda ref: _connect(ref) + OPENING
pages.thanks, pages.not_connected, pages.unavailable = thanks, not_connected, unavailable
build = app.build
