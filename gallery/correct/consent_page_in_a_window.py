"""Opens the consent page in a window of its own, which tells the app's page how it ended, and closes."""

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
    """The page, for whoever came without a window; all others read the words where they began."""
    return page + CLOSING % json.dumps(" ".join(words)).replace("<", "\\u003c")


def thanks(*, ref, connection):
    """After a consent."""
    return closing(
        _thanks(ref=ref, connection=connection), "Thank you. We are syncing your data, which takes a few minutes."
    )


def not_connected(explanation, *, ref):
    """After none."""
    return closing(_not_connected(explanation, ref=ref), explanation.what_happened, explanation.what_to_do)


def unavailable(message, *, ref):
    """Not now."""
    return closing(_unavailable(message, ref=ref), message, "Nothing has changed.")


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages.connect = lambda ref: _connect(ref) + OPENING
pages.thanks, pages.not_connected, pages.unavailable = thanks, not_connected, unavailable
build = app.build
