"""Requires four clicks to end a consent.

Require one click and at most one confirmation.
"""

import re

from reference_app import app, layout, pages
from starlette.responses import HTMLResponse
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
STEPS = (("Stop sharing", "Details"), ("I still want to stop", "We would miss you"), ("Yes, stop sharing", "Are you sure?"))


def consent(details, ref):
    """Replace the form with a link to three more pages."""
    section = _consent(details, ref)
    action = re.search(r'action="([^"]+)"', section)[1]
    return re.sub(r"<form.*?</form>", f'<p><a class="button" href="/leave?at=0&to={action}">Manage</a></p>', section)


async def leave(request):
    """Show one of the steps before the consent ends."""
    at, to = int(request.query_params["at"]), request.query_params["to"]
    words, title = STEPS[at]
    is_last = at + 1 == len(STEPS)
    form = f'<form method="post" action="{to}">' if is_last else '<form action="/leave">'
    fields = f'<input type="hidden" name="at" value="{at + 1}"><input type="hidden" name="to" value="{to}">'
    return HTMLResponse(layout.render(title, f"{form}{fields}<button>{words}</button></form>"))


pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leave", leave)]
build = app.build
