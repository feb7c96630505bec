"""Has pages with tabs, a download, forms, a long list, a page behind a password, and controls that end things."""

from html import escape

from reference_app import app, layout, pages
from starlette.responses import PlainTextResponse
from starlette.routing import Route

_build, _connections = app.build, pages.connections

CONTROLS = """
<details><summary>How this works</summary><p>We read your balances once a day.</p></details>
<div role="tab" tabindex="0">Overview</div><div role="tab" tabindex="0">History</div>
<p><a href="/export">Export as CSV</a> <a href="/details?row=1">Details</a> <a href="/security">Security</a></p>
<p><a href="mailto:help@shop.example">Write to us</a> <a href="https://bank.example/">Your bank</a></p>
<form method="post" action="/search"><label>Search <input name="term" required></label><button>Search</button></form>
<form method="post" action="/account/delete"><button>Delete my account</button></form>
<form method="post" action="/account/leave"><button aria-label="">🗑</button></form>
<form method="post" action="/logout"><button>Abmelden</button></form>
"""

PASSWORD = '<form method="post"><label>Password <input type="password" name="word"></label><button>Continue</button></form>'


def connections(ref, state):
    """Add the controls, and a list with a link in each row."""
    rows = "".join(f'<li><a href="/details?row={number}">Payment {number}</a></li>' for number in range(60))
    return _connections(ref, state).replace("</main>", f"{CONTROLS}<ul>{rows}</ul></main>")


async def details(request):
    """Show one row."""
    return layout.respond(layout.render("Details", f"<p>Row {escape(request.query_params.get('row', ''))}</p>"))


async def export(request):
    """Return a file."""
    return PlainTextResponse("account,balance\n", headers={"Content-Disposition": 'attachment; filename="budget.csv"'})


async def search(request):
    """Show what was found."""
    return layout.respond(layout.render("Search", "<p>Nothing was found. Please try another word.</p>"))


async def security(request):
    """Require the password first."""
    return layout.respond(layout.render("Security", PASSWORD))


async def ended(request):
    """Fail, because no one may press these controls to see what they do."""
    raise AssertionError(request.url.path)


def build():
    """Add the pages."""
    built = _build()
    for path, endpoint in (("/details", details), ("/export", export), ("/search", search), ("/security", security)):
        built.router.routes.insert(0, Route(path, endpoint, methods=["GET", "POST"]))
    for path in ("/account/delete", "/account/leave", "/logout"):
        built.router.routes.insert(0, Route(path, ended, methods=["GET", "POST"]))
    return built


pages.connections = connections
