"""Redirects to the connections page after each refresh and disconnect; the page states the result, also of a failure."""

from reference_app import app, layout, sharing
from starlette.responses import RedirectResponse

RESULTS = {
    "refreshed": "Your data is up to date.",
    "not_refreshed": "We could not read your data just now. You see your last data. Please try again in a few minutes.",
    "disconnected": "Sharing has ended, and your data is deleted.",
    "not_disconnected": "Sharing could not be ended just now. It is still active. Please try again in a few minutes.",
}
NOT_FOUND, SERVER_ERROR = 404, 500
_connections = sharing.connections


def then_to_connections(action, done):
    """Return the action with a redirect in place of its response, except for an unknown customer."""

    async def act(request):
        response = await action(request)
        if response.status_code == NOT_FOUND:
            return response
        result = f"not_{done}" if response.status_code >= SERVER_ERROR else done
        return RedirectResponse(f"/connections?customer={request.path_params['ref']}&result={result}", status_code=303)

    return act


async def connections(request):
    """Show what happened above the list of connections."""
    page = bytes((await _connections(request)).body).decode()
    text = RESULTS.get(request.query_params.get("result"))
    return layout.respond(page.replace("</h1>", f'</h1><p role="alert">{text}</p>') if text else page)


sharing.connections = connections
sharing.refresh = then_to_connections(sharing.refresh, "refreshed")
sharing.disconnect = then_to_connections(sharing.disconnect, "disconnected")
sharing.disconnect_one = then_to_connections(sharing.disconnect_one, "disconnected")
build = app.build
