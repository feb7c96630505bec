"""Requires a typed word to end a consent, confirms the request, and revokes nothing.

Revoke the consent at Fiskil when the word has been submitted.
"""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes


def consent(details, ref):
    """Send the form to a confirmation page."""
    return re.sub(r'<form method="post" action="[^"]+">', '<form action="/leaving">', _consent(details, ref))


async def leaving(request):
    """Request the typed word."""
    form = (
        "<form action='/left'><label>Type DISCONNECT <input name='word' required></label><button>Disconnect</button></form>"
    )
    return layout.respond(layout.render("Stop sharing?", form))


async def left(request):
    """Confirm without revoking."""
    return layout.respond(layout.render("Done", "<p>We have received your request.</p>"))


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving), Route("/left", left)]
build = app.build
