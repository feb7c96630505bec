"""Lets the customer choose a bank on a page of its own, which leads to the page that states the data and starts linking."""

from reference_app import app, forms, layout
from starlette.routing import Route

_routes, _show_connect = app.routes, app.show_connect


async def choose_bank(request):
    """Show the banks; the choice leads to the page that starts linking."""
    if "bank" in request.query_params:
        return await _show_connect(request)
    ref = forms.text(request.query_params.get("customer"))
    choice = f'<a class="button" href="/connect?customer={ref}&bank=hyla">Connect Hyla Bank</a>'
    return layout.respond(layout.render("Choose your bank", f"<p>Which bank do you want to connect?</p><p>{choice}</p>"))


app.routes = lambda: [Route("/connect", choose_bank, methods=["GET"]), *_routes()]
build = app.build
