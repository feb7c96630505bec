"""Renders its connect page by a script that shows a spinner during the call and a text after a failure."""

import json

from reference_app import app, layout, pages

PAGE = """<!doctype html><html lang="en"><title>Budget</title><style>@keyframes turn { to { transform: rotate(1turn) } }
.wheel { width: 3rem; height: 3rem; border: 4px solid #ddd; border-top-color: #0b6e5f; border-radius: 50%%;
animation: turn 1s linear infinite }</style><div id="root"></div><script>
const root = document.getElementById("root"), customer = %s;
function draw(words) {
  root.innerHTML = "<h1>Connect your bank</h1><p></p><button>Continue to your bank</button><a href='/privacy'>Privacy</a>";
  root.querySelector("p").textContent = words;
  root.querySelector("button").addEventListener("click", ask);
}
async function ask() {
  root.querySelector("p").outerHTML = "<div class=wheel></div>";
  try {
    const response = await fetch("/connect", { method: "POST", body: JSON.stringify({ customer }) });
    const reply = await response.json();
    if (response.ok) location.assign(reply.auth_url);
    else draw(reply.message);
  } catch {
    draw("That did not work, sorry. Please try again in a minute.");
  }
}
setTimeout(draw, 100, "We ask your bank for your accounts, balances and transactions to build your monthly budget.");
</script>"""


def connect(ref):
    """Return a page that is empty until its script has run."""
    return PAGE % json.dumps(ref).replace("<", "\\u003c")


pages.connect = connect
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
