"""Requires a ticked checkbox on a confirmation page before it ends a consent.

Control, checkbox and confirmation are three clicks. A script enables the button.
"""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes


def consent(details, ref):
    """Send the form to the confirmation page."""
    section = _consent(details, ref)
    action = re.search(r'action="([^"]+)"', section)[1]
    form = f'<form action="/leaving"><input type="hidden" name="to" value="{action}">'
    return re.sub(r'<form method="post" action="[^"]+">', form, section)


async def leaving(request):
    """Show the checkbox and the final button."""
    form = (
        f'<form method="post" action="{request.query_params["to"]}">'
        '<p><label><input type="checkbox" onchange="document.querySelector(\'button\').disabled = !this.checked">'
        " My budget will be deleted</label></p><button disabled>Yes, end it</button></form>"
        '<p><a href="/">No, keep my budget</a></p>'
    )
    return layout.respond(layout.render("Stop sharing?", form))


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving)]
build = app.build
