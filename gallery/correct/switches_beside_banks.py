"""Ends a consent on a separate page, and shows switches for other kinds of sharing beside the list."""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
SECTIONS = {}
SWITCHES = "".join(
    f'<p><label><input type="checkbox" checked> {label}</label></p>'
    for label in ("Share my data to improve this app", "Share my goals with my family", "Allow us to share crash reports")
)


def consent(details, ref):
    """Show what is shared, with a link to the page that ends it."""
    section = SECTIONS[details["consent_id"]] = _consent(details, ref)
    manage = f'<p><a href="/one?id={details["consent_id"]}">Manage</a></p>'
    return re.sub(r"<form.*?</form>", "", section, flags=re.S) + manage + SWITCHES


async def show(request):
    """Show a consent with the control that ends it."""
    return layout.respond(layout.render("Manage", SECTIONS[request.query_params["id"]]))


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/one", show)]
build = app.build
