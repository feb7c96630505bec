"""Keeps showing that the connection is being opened after the call to Fiskil has failed.

Show what happened, and offer another attempt.
"""

from reference_app import app, layout, pages

SCRIPT = """<script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const response = await fetch(form.action, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  });
  if (response.type === "opaqueredirect") form.submit();
});
</script>"""
_connect = pages.connect


def connect(ref):
    """Add a script that ignores failures."""
    return _connect(ref) + SCRIPT


layout._HEADERS["Content-Security-Policy"] = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action *"
)
pages.connect = connect
build = app.build
