"""Asks for the auth session by a script, which goes on saying that it is opening the connection when Fiskil has failed.

Tell people what happened, and let them press again.
"""

from reference_app import app, layout, pages

SCRIPT = """<script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  });
  if (answer.type === "opaqueredirect") form.submit();
});
</script>"""
_connect = pages.connect


def connect(ref):
    """The page, which waits for ever for anything but a way to the bank."""
    return _connect(ref) + SCRIPT


layout._HEADERS["Content-Security-Policy"] = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action *"
)
pages.connect = connect
build = app.build
