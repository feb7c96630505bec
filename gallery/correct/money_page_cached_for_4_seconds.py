"""Has a page with balances and purchases, and keeps it for four seconds for each customer."""

import time
from html import escape

from reference_app import app, customers, forms, layout, pages, state
from reference_app.parts import parts_of
from starlette.routing import Route

KEPT_S = 4.0

_routes = app.routes
_cache = {}


async def money(request):
    """``GET /money``: return the cached page if it is young enough; cache the page if every dataset is synced."""
    ref = forms.text(request.query_params.get("customer"))
    kept = _cache.get(ref)
    if kept and time.monotonic() - kept[0] < KEPT_S:
        return layout.respond(kept[1])
    database = parts_of(request).database
    end_user_id = await database.read(customers.end_user_id, ref)
    current = await database.read(state.of_end_user, end_user_id)
    page = layout.render("Your money", _content(current))
    if current["connection"] == "connected":
        _cache[ref] = (time.monotonic(), page)
    return layout.respond(page)


def _content(current):
    if current["connection"] == "syncing":
        return '<p role="status">We are syncing your data. This usually takes a few minutes.</p>'
    if current["connection"] != "connected":
        return "<p>You are not sharing any data with us.</p>"
    purchases = [f"<li>{escape(row['description'])} {escape(row['amount'])}</li>" for row in current["transactions"][-5:]]
    return f"{pages._balances(current)}<ul>{''.join(purchases)}</ul>"


def routes():
    """Add the page to the routes of the app."""
    return [*_routes(), Route("/money", money, methods=["GET"])]


app.routes = routes
build = app.build
