"""Asks on a page of its own before it ends a consent, and lets nobody go on who has not ticked that they know what goes.

The control, the box, and the answer: three presses. Its page may run scripts, which opens the button.
"""

import re

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes


def consent(held, ref):
    """First a question."""
    shown = _consent(held, ref)
    action = re.search(r'action="([^"]+)"', shown)[1]
    asking = f'<form action="/leaving"><input type="hidden" name="to" value="{action}">'
    return re.sub(r'<form method="post" action="[^"]+">', asking, shown)


async def leaving(request):
    """Do you know what goes?"""
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
