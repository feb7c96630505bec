"""Sends pages that consist of a script, which fills in the content 50 ms later.

Its Content-Security-Policy allows scripts and requests to the app.
"""

import json

from reference_app import app, layout, pages

_connect, _connections = pages.connect, pages.connections
SCRIPT = """
const content = %s;
setTimeout(() => {
  document.querySelector("main").innerHTML = content;
  for (const form of document.querySelectorAll("form[action*=consents]"))
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      await fetch(form.action, { method: "POST", headers, redirect: "manual" });
      form.closest("section").remove();
    });
}, 50);
"""


def by_script(page):
    """Return an empty page whose script inserts the content of *page*."""
    inner = page.partition("<main>")[2].partition("</main>")[0].partition("<script>")[0]
    content = json.dumps(inner).replace("</", "<\\/")
    return layout.render("One moment", f"<script>{SCRIPT % content}</script>")


layout._HEADERS["Content-Security-Policy"] = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
)
pages.connect = lambda ref: by_script(_connect(ref))
pages.connections = lambda ref, state: by_script(_connections(ref, state))
build = app.build
