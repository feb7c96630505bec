"""Leads the browser to a page after a refresh and a disconnect, as apps with HTML forms do."""

from reference_app import app, sharing
from starlette.responses import RedirectResponse

_refresh, _disconnect = sharing.refresh, sharing.disconnect


def then_to_connections(action):
    """Return the action with a redirect in place of a successful response."""

    async def act(request):
        response = await action(request)
        if response.status_code >= 300:
            return response
        return RedirectResponse(f"/connections?customer={request.path_params['ref']}", status_code=303)

    return act


sharing.refresh, sharing.disconnect = then_to_connections(_refresh), then_to_connections(_disconnect)
build = app.build
