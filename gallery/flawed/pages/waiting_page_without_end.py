"""Shows a page that reloads every second, even after the call to Fiskil has failed.

Show a failure on that page as soon as it is known.
"""

import asyncio

from reference_app import app, forms, journeys, layout
from reference_app.fiskil.errors import FiskilError
from starlette.responses import RedirectResponse
from starlette.routing import Route

_connect, _routes = journeys.connect, app.routes
_opened, _tasks = {}, set()


async def connect(request):
    """Redirect a person to the waiting page; respond to a program directly."""
    if not forms.is_from_page(request):
        return await _connect(request)
    form = await forms.read(request)
    task = asyncio.create_task(open_session(journeys.parts_of(request), form))
    _tasks.add(task)
    return RedirectResponse(f"/waiting?customer={form.ref}", status_code=303)


async def open_session(parts, form):
    """Open the session in the background, and ignore failures."""
    try:
        work = lambda deadline: journeys.start_session(parts, form.ref, form.email, deadline)  # noqa: E731
        _opened[form.ref] = (await journeys.within_deadline(parts.settings, work)).auth_url
    except FiskilError:
        pass


async def waiting(request):
    """Redirect to the session if it exists; otherwise reload in one second."""
    url = _opened.pop(request.query_params["customer"], "")
    if url:
        return RedirectResponse(url, status_code=303)
    page = layout.render("Opening your bank", '<p role="status">Please wait, this page goes on by itself.</p>')
    return layout.respond(page.replace("<head>", '<head><meta http-equiv="refresh" content="1">'))


journeys.connect = connect
app.routes = lambda: [*_routes(), Route("/waiting", waiting, methods=["GET"])]
build = app.build
