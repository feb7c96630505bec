"""The reference app with a connect page that draws itself: a wheel that turns while it asks, and words where that fails."""

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
    const answer = await fetch("/connect", { method: "POST", body: JSON.stringify({ customer }) });
    const told = await answer.json();
    if (answer.ok) location.assign(told.auth_url);
    else draw(told.message);
  } catch {
    draw("That did not work, sorry. Please try again in a minute.");
  }
}
setTimeout(draw, 100, "We ask your bank for your accounts, balances and transactions to build your monthly budget.");
</script>"""


def connect(ref):
    """Nothing until the script has run."""
    return PAGE % json.dumps(ref).replace("<", "\\u003c")


pages.connect = connect
layout._HEADERS.pop("Content-Security-Policy")
build = app.build
