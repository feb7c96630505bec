"""Wants a word typed before it ends a consent, says that it is done, and revokes nothing.

Revoke the consent at Fiskil when the word has come.
"""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes


def consent(held, ref):
    """First a question."""
    return re.sub(r'<form method="post" action="[^"]+">', '<form action="/leaving">', _consent(held, ref))


async def leaving(request):
    """Do you mean it?"""
    form = (
        "<form action='/left'><label>Type DISCONNECT <input name='word' required></label><button>Disconnect</button></form>"
    )
    return layout.respond(layout.render("Stop sharing?", form))


async def left(request):
    """So it seems."""
    return layout.respond(layout.render("Done", "<p>We have received your request.</p>"))


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving), Route("/left", left)]
build = app.build
