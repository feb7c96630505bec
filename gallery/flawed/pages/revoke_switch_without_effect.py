"""Shows a switch beside each consent that has no effect when it is turned off.

Revoke the consent at Fiskil when the switch is turned off.
"""

import re
from urllib.parse import parse_qs

from reference_app import app, layout, pages
from starlette.responses import RedirectResponse
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
OFF = set()


def consent(details, ref):
    """Add the switch, in its last position."""
    section, consent_id = _consent(details, ref), details["consent_id"]
    name = re.search(r"<h2>(.*?)</h2>", section)[1]
    checked = "" if consent_id in OFF else "checked"
    switch = f'<label><input type="checkbox" {checked} onchange="this.form.submit()"> Share my data with {name}</label>'
    form = f'<form method="post" action="/off"><input type="hidden" name="id" value="{consent_id}">{switch}'
    ref_field = f'<input type="hidden" name="ref" value="{ref}">'
    section = re.sub(r'<form method="post" action="[^"]+">', form + ref_field, section)
    return re.sub(r"<button.*?</button>", "", section)


async def off(request):
    """Remember the position only."""
    form = parse_qs((await request.body()).decode())
    OFF.add(form["id"][0])
    return RedirectResponse(f"/connections?customer={form['ref'][0]}", status_code=303)


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/off", off, methods=["POST"])]
build = app.build
