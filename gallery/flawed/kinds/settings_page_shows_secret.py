"""Links a settings page on its connections page, and the settings page shows the client secret.

Keep secrets in the server's environment, and show at most when a key was created.
"""

import os

from reference_app import app, layout, pages
from starlette.routing import Route

_build, _connections = app.build, pages.connections


def connections(ref, state):
    """Add the link."""
    return _connections(ref, state).replace("</main>", '<p><a href="/settings">Settings</a></p></main>')


async def settings(request):
    """Show the settings."""
    secret = os.environ.get("FISKIL_CLIENT_SECRET", "")
    return layout.respond(layout.render("Settings", f"<p>Your bank connection uses the key {secret}.</p>"))


def build():
    """Add the settings page."""
    built = _build()
    built.router.routes.insert(0, Route("/settings", settings))
    return built


pages.connections = connections
