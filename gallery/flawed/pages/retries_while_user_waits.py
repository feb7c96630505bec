"""Retries twelve times while an end user waits, each time with a full deadline.

Respect one deadline for the whole request, then show a page that states what to do next.
"""

from reference_app import app, failures, forms, journeys
from reference_app.fiskil.errors import FiskilError
from starlette.responses import RedirectResponse

TRIES = 12

_connect = journeys.connect


async def connect(request):
    """Retry for an end user, but not for a program."""
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
