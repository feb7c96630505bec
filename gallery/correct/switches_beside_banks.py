"""Ends a consent on a page that *Manage* leads to, and has switches beside the list that are about other sharing."""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
HELD = {}
SWITCHES = "".join(
    f'<p><label><input type="checkbox" checked> {label}</label></p>'
    for label in ("Share my data to improve this app", "Share my goals with my family", "Allow us to share crash reports")
)


def consent(held, ref):
    """What is shared, and where it can be ended."""
    shown = HELD[held["consent_id"]] = _consent(held, ref)
    manage = f'<p><a href="/one?id={held["consent_id"]}">Manage</a></p>'
    return re.sub(r"<form.*?</form>", "", shown, flags=re.S) + manage + SWITCHES


async def one(request):
    """With the control that ends it."""
    return layout.respond(layout.render("Manage", HELD[request.query_params["id"]]))


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/one", one)]
build = app.build
