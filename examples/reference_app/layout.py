"""The HTML frame of every page, and its response headers.

The only script shows progress while the app requests a session. The page works without it.
"""

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

PROGRESS_SCRIPT = """document.querySelector("form").addEventListener("submit", (event) => {
  event.target.setAttribute("aria-busy", "true");
  document.getElementById("progress").hidden = false;
});"""
_SCRIPT_HASH = base64.b64encode(hashlib.sha256(PROGRESS_SCRIPT.encode()).digest()).decode()

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2733; --soft: #5b6775; --line: #dfe4ea; --paper: #fff; --ground: #f3f5f8;
  --accent: #0b6e5f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #a4b0bd; --line: #33404d; --paper: #1b232c;
  --ground: #11171d; --accent: #58c9b4; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 34rem; margin: 1.5rem auto; padding: 1.5rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; }
@media (max-width: 36rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; padding: 1.25rem; } }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
p, ul { margin: 0 0 1rem; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
dt { color: var(--soft); } dd { margin: 0; }
section { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.1rem 1.1rem; margin-bottom: 1.25rem; }
section dl { margin-bottom: .9rem; }
small { color: var(--soft); } a { color: var(--accent); }
table { width: 100%; border-collapse: collapse; margin-bottom: 1rem; }
th, td { text-align: left; padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td:last-child, th:last-child { text-align: right; font-variant-numeric: tabular-nums; }
button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .65rem 1.2rem; border-radius: .5rem;
  border: 1px solid var(--accent); background: var(--accent); color: var(--paper); text-decoration: none; cursor: pointer; }
button.quiet { background: none; color: var(--accent); }
input { font: inherit; width: 100%; padding: .55rem; margin: .25rem 0 1rem; border: 1px solid var(--line);
  border-radius: .5rem; background: var(--ground); color: inherit; }
[role=status] { padding: .75rem 1rem; border-left: 4px solid var(--accent); background: var(--ground); }
"""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; "
    f"script-src 'sha256-{_SCRIPT_HASH}'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def respond(page: str, *, status: int = 200) -> HTMLResponse:
    """Return a page with headers that restrict framing, scripts, referrers and caching."""
    return HTMLResponse(page, status_code=status, headers=_HEADERS)


def render(title: str, body: str) -> str:
    """Render a complete page. *body* is HTML; *title* is plain text."""
    return (
        '<!doctype html><html lang="en-AU"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
