"""Sends people to a waiting page that asks again each second, and goes on asking when Fiskil has been given up."""

import asyncio

from reference_app import app, forms, journeys, layout
from reference_app.fiskil.errors import FiskilError
from starlette.responses import RedirectResponse
from starlette.routing import Route

_connect, _routes = journeys.connect, app.routes
_opened, _tasks = {}, set()


async def connect(request):
    """A person is sent to wait; a program is told."""
    if not forms.is_from_page(request):
        return await _connect(request)
    form = await forms.read(request)
    task = asyncio.create_task(open_session(journeys.parts_of(request), form))
    _tasks.add(task)
    return RedirectResponse(f"/waiting?customer={form.ref}", status_code=303)


async def open_session(parts, form):
    """Open it by and by. Of a failure nobody is told."""
    try:
        work = lambda deadline: journeys.start_session(parts, form.ref, form.email, deadline)  # noqa: E731
        _opened[form.ref] = (await journeys.within_deadline(parts.settings, work)).auth_url
    except FiskilError:
        pass


async def waiting(request):
    """Go on when the session is there, and else look again in a second."""
    url = _opened.pop(request.query_params["customer"], "")
    if url:
        return RedirectResponse(url, status_code=303)
    page = layout.render("Opening your bank", '<p role="status">Please wait, this page goes on by itself.</p>')
    return layout.respond(page.replace("<head>", '<head><meta http-equiv="refresh" content="1">'))


journeys.connect = connect
app.routes = lambda: [*_routes(), Route("/waiting", waiting, methods=["GET"])]
build = app.build
