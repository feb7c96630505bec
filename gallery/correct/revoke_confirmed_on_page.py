"""Shows each consent on a separate page, and requires a confirmation before it ends one.

Details, control and confirmation are three clicks. The page's Content-Security-Policy allows the script that opens the
dialog.
"""

import re
from urllib.parse import quote

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
DETAILS = {}


def consent(details, ref):
    """Return the name of the bank with a link to the details."""
    section = _consent(details, ref)
    action = re.search(r'action="([^"]+)"', section)[1]
    question = (
        "<button onclick=\"document.querySelector('dialog').showModal()\">Disconnect</button>"
        f'<dialog><p>Really?</p><form method="post" action="{action}"><button>Disconnect</button></form>'
        '<form method="dialog"><button>Keep it</button></form></dialog>'
    )
    DETAILS[details["consent_id"]] = re.sub(r"<form.*?</form>", question, section)
    name = re.search(r"<h2>.*?</h2>", section)[0]
    return f'<section>{name}<a href="/consents?id={quote(details["consent_id"])}">Details</a></section>'


async def show(request):
    """Show one consent."""
    return layout.respond(layout.render("One connection", DETAILS[request.query_params["id"]]))


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/consents", show)]
build = app.build
