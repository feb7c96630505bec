"""Requires the bank's name to be typed on a confirmation page before it ends a consent.

The page shows the name in quotes. A script enables the button.
"""

import re
from html import escape

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes


def consent(details, ref):
    """Send the form to the confirmation page."""
    section = _consent(details, ref)
    action, name = re.search(r'action="([^"]+)"', section)[1], re.search(r"<h2>(.*?)</h2>", section)[1]
    form = f'<form action="/leaving"><input type="hidden" name="to" value="{action}">'
    return re.sub(r'<form method="post" action="[^"]+">', f'{form}<input type="hidden" name="name" value="{name}">', section)


async def leaving(request):
    """Request the name."""
    name = escape(request.query_params["name"])
    form = (
        f'<form method="post" action="{request.query_params["to"]}">'
        f"<p>Your budget will be deleted. Type the bank's name, \"{name}\", to stop sharing. It's final.</p>"
        '<input autocomplete="off" aria-label="Confirmation" oninput="document.querySelector(\'button\').disabled = '
        f"this.value !== '{name}'\"><button disabled>End it</button></form>"
        '<p><a href="/">No, keep my budget</a></p>'
    )
    return layout.respond(layout.render("Stop sharing?", form))


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/leaving", leaving)]
build = app.build
