"""The reference app, which ends a consent only for somebody who knows what was sent to their phone.

What it asks for is in ``ASKS``; whether its button can be pressed before that is right, ``OPEN``.
"""

import os
import re

from reference_app import app, layout, pages
from starlette.responses import RedirectResponse
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
STANDS = "" if os.environ.get("OPEN") else "disabled"


def consent(held, ref):
    """First a question."""
    shown = _consent(held, ref)
    asking = f'<form action="/leaving"><input type="hidden" name="ref" value="{ref}">'
    return re.sub(r'<form method="post" action="[^"]+">', asking, shown)


async def leaving(request):
    """Who are you?"""
    ref = f'<input type="hidden" name="ref" value="{request.query_params["ref"]}">'
    asked = f"<form action='/left'>{ref}<p>{os.environ['ASKS']}</p><input name='code' aria-label='Confirmation'>"
    return layout.respond(layout.render("Stop sharing?", f"{asked}<button {STANDS}>Disconnect</button></form>"))


async def left(request):
    """Nobody here knows the code, so everybody is sent back."""
    return RedirectResponse(f"/connections?customer={request.query_params['ref']}", status_code=303)


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving), Route("/left", left)]
build = app.build
