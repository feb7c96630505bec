"""Sends pages that are empty but for a script, which asks for what they show and makes them a moment later.

Its pages may run scripts and ask the app, which they live by.
"""

import json

from reference_app import app, layout, pages

_connect, _connections = pages.connect, pages.connections
SCRIPT = """
const told = %s;
setTimeout(() => {
  document.querySelector("main").innerHTML = told;
  for (const one of document.querySelectorAll("form[action*=consents]"))
    one.addEventListener("submit", async (event) => {
      event.preventDefault();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      await fetch(one.action, { method: "POST", headers, redirect: "manual" });
      one.closest("section").remove();
    });
}, 50);
"""


def by_script(page):
    """An empty page that comes to be *page*."""
    inner = page.partition("<main>")[2].partition("</main>")[0].partition("<script>")[0]
    told = json.dumps(inner).replace("</", "<\\/")
    return layout.render("One moment", f"<script>{SCRIPT % told}</script>")


layout._HEADERS["Content-Security-Policy"] = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
)
pages.connect = lambda ref: by_script(_connect(ref))
pages.connections = lambda ref, held: by_script(_connections(ref, held))
build = app.build
