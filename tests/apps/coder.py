"""The reference app, but it ends a consent only for an end user who types a code that was sent to their phone.

``QUESTION`` is the question that the page shows. With ``OPEN``, the button can be pressed before the code is typed.
"""

import os
import re

from reference_app import app, layout, pages
from starlette.responses import RedirectResponse
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
BUTTON_STATE = "" if os.environ.get("OPEN") else "disabled"


def consent(connection, ref):
    """Show a form that leads to the question first."""
    page = _consent(connection, ref)
    question_form = f'<form action="/leaving"><input type="hidden" name="ref" value="{ref}">'
    return re.sub(r'<form method="post" action="[^"]+">', question_form, page)


async def leaving(request):
    """Show the question."""
    ref = f'<input type="hidden" name="ref" value="{request.query_params["ref"]}">'
    form = f"<form action='/left'>{ref}<p>{os.environ['QUESTION']}</p><input name='code' aria-label='Confirmation'>"
    return layout.respond(layout.render("Stop sharing?", f"{form}<button {BUTTON_STATE}>Disconnect</button></form>"))


async def left(request):
    """Redirect back: no code is right."""
    return RedirectResponse(f"/connections?customer={request.query_params['ref']}", status_code=303)


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving), Route("/left", left)]
build = app.build
