"""Shows each consent on a page of its own, and asks in a window over that page before it ends one.

Details, the control, and a question: three presses. Its page may run scripts, which the question needs.
"""

import re
from urllib.parse import quote

from reference_app import app, layout, pages
from starlette.routing import Route

_consent, _routes = pages._consent, app.routes
DETAILS = {}


def consent(held, ref):
    """The list tells the name alone; all else is a press away."""
    shown = _consent(held, ref)
    action = re.search(r'action="([^"]+)"', shown)[1]
    question = (
        "<button onclick=\"document.querySelector('dialog').showModal()\">Disconnect</button>"
        f'<dialog><p>Really?</p><form method="post" action="{action}"><button>Disconnect</button></form>'
        '<form method="dialog"><button>Keep it</button></form></dialog>'
    )
    DETAILS[held["consent_id"]] = re.sub(r"<form.*?</form>", question, shown)
    name = re.search(r"<h2>.*?</h2>", shown)[0]
    return f'<section>{name}<a href="/consents?id={quote(held["consent_id"])}">Details</a></section>'


async def show(request):
    """One consent."""
    return layout.respond(layout.render("One connection", DETAILS[request.query_params["id"]]))


layout._HEADERS["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
pages._consent = consent
app.routes = lambda: [*_routes(), Route("/consents", show)]
build = app.build
