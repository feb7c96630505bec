"""Tries again and again while a person waits, each try within its deadline and all of them past every patience."""

from reference_app import app, failures, forms, journeys
from reference_app.fiskil.errors import FiskilError
from starlette.responses import RedirectResponse

TRIES = 12

_connect = journeys.connect


async def connect(request):
    """Programs are answered in time; a person is answered at last."""
    if not forms.is_from_page(request):
        return await _connect(request)
    parts, form = journeys.parts_of(request), await forms.read(request)
    for _ in range(TRIES):
        try:
            work = lambda deadline: journeys.start_session(parts, form.ref, form.email, deadline)  # noqa: E731
            session = await journeys.within_deadline(parts.settings, work)
            return RedirectResponse(session.auth_url, status_code=303)
        except FiskilError as error:
            last = error
    return failures.respond("connect", last, ref=form.ref, is_page=True)


journeys.connect = connect
build = app.build
