"""Has a switch beside each consent; whoever turns it off sees it off, and nothing else comes of it.

Revoke the consent at Fiskil when the switch is turned off.
"""

import re

from reference_app import app, layout, pages
from starlette.responses import RedirectResponse
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
OFF = set()


def consent(held, ref):
    """As somebody left it."""
    shown, one = _consent(held, ref), held["consent_id"]
    name = re.search(r"<h2>(.*?)</h2>", shown)[1]
    stands = "" if one in OFF else "checked"
    switch = f'<label><input type="checkbox" {stands} onchange="this.form.submit()"> Share my data with {name}</label>'
    form = f'<form method="post" action="/off"><input type="hidden" name="id" value="{one}">{switch}'
    shown = re.sub(r'<form method="post" action="[^"]+">', form + f'<input type="hidden" name="ref" value="{ref}">', shown)
    return re.sub(r"<button.*?</button>", "", shown)


async def off(request):
    """Remembered here."""
    form = await request.form()
    OFF.add(form["id"])
    return RedirectResponse(f"/connections?customer={form['ref']}", status_code=303)


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/off", off, methods=["POST"])]
build = app.build
