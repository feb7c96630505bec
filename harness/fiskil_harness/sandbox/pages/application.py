"""The consent page at ``auth_url``: one screen per stage, plain forms, no JavaScript required.

A screen is rendered from the session alone, and the journey's table decides the effect of a form. So a form that is posted
twice or out of order shows the current stage. The response to a form is a redirect, to the next screen or back to the app,
so that the browser's Back and Reload never post the form again.

If another window embeds or opened the page, as with the Link SDK, the journey ends on a last screen, whose script notifies
that window. A frame stays there; a window with an opener then goes to the app, as a tab does. A frame is recognised by the
request header ``Sec-Fetch-Dest``. A window with an opener is recognised only by the parameter ``watched``, which the page's
script adds to its URL and its forms. If such a window opens an auth session that has already ended, the parameter is
missing, so the browser is redirected to the app.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from fiskil_harness.core.internal_errors import crash_of
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.pages.announcements import PATH as ANNOUNCEMENTS
from fiskil_harness.sandbox.pages.announcements import announcements_of
from fiskil_harness.sandbox.pages.embedding import REPORTS, refused_origin
from fiskil_harness.sandbox.pages.headers import headers_for
from fiskil_harness.sandbox.pages.pictures import drawing_of
from fiskil_harness.sandbox.pages.screens import no_such_page, over, refused, screen
from fiskil_harness.sandbox.store import Store

LARGEST_FORM = 65_536
MOST_FIELDS = 200
FRAMES = {"iframe", "frame", "embed", "object"}
SCRIPT = Path(__file__).with_name("page.js").read_bytes()

Endpoint = Callable[[Request], Awaitable[Response]]
Place = Literal["tab", "window", "frame"]
"""Where the browser shows the page; a "window" has an opener."""


class _BadForm(Exception):
    """The posted body is not a form of this page."""

    def __init__(self, words: str, *, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def page_application(store: Store) -> Any:
    """Return the page of *store* as an ASGI application."""

    async def show(request: Request) -> Response:
        with store.changing():
            query = request.query_params
            session = sessions.view_session(store, query.get("sess_id", "") or query.get("session", ""))
            return _sent_back(store, session, place=_place(request, query.get("watched"))) or screen(store, session)

    async def act(request: Request) -> Response:
        _refuse_foreign(request)
        form = await _form(request)
        session_id = form.get("sess_id", [""])[0]
        fields: dict[str, Any] = {name: values[0] for name, values in form.items()} | {"accounts": form.get("account", [])}
        with store.changing():
            session = sessions.act(store, session_id, fields.get("act", ""), fields)
            if session is None or session.ending is not None:
                return _sent_back(store, session, place=_place(request, fields.get("watched"))) or screen(store, session)
            return RedirectResponse(f"/?sess_id={session.session_id}", status_code=303, headers=headers_for(session))

    async def report(request: Request) -> Response:
        origin = refused_origin(await _body(request), request.headers.get("referer", ""))
        if origin is not None:
            store.on_frame_refused(origin)
        return Response(status_code=204)

    async def announcements(request: Request) -> Response:
        stream = announcements_of(store, request.query_params.get("sess_id", ""))
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers_for(None))

    async def answer(request: Request) -> Response:
        if request.method == "HEAD":
            # A HEAD request only tests that the page exists; it does not count as the end user's return.
            return Response(headers=headers_for(None))
        response = await (act(request) if request.method == "POST" else show(request))
        store.confirm()
        return response

    async def picture(request: Request) -> Response:
        drawing = drawing_of(store, request.path_params["name"])
        return Response(drawing, media_type="image/svg+xml", headers=headers_for(None))

    app = Starlette(
        # The documentation also shows the second path. Source: auth-session.auth-url
        routes=[
            *(Route(path, _guarded(store, answer), methods=["GET", "POST"]) for path in ("/", "/consent")),
            Route("/page.js", _script),
            Route(REPORTS, _guarded(store, report), methods=["POST"]),
            Route(ANNOUNCEMENTS, announcements),
            Route("/pictures/{name}.svg", picture),
        ],
        exception_handlers={HTTPException: _no_such_page},
    )
    app.router.redirect_slashes = False
    return app


def _sent_back(store: Store, session: AuthSession | None, *, place: Place) -> Response | None:
    """Return the response that ends the journey in the browser: a redirect to the app, or a last screen.

    The last screen is shown if there is no redirect URL, or if another window must be notified; its script follows the
    redirect URL in a window with an opener. The result is None if the journey is still open, or if this response was sent
    before.

    Source: journey.success-redirect, journey.error-redirect, auth-session.single-use, sdk.last-screen
    """
    if session is None or session.ending in {None, Ending.INVALID} or session.has_returned:
        return None
    target = sessions.send_back(store, session)
    if target is not None and place == "tab":
        return RedirectResponse(target, status_code=303, headers=headers_for(session))
    follows = place == "window" and store.interpretation("sdk.last-screen") == "follows"
    return over(store, session, back=target, is_followed=follows)


def _place(request: Request, mark: str | None) -> Place:
    """Return where the page is shown: in a frame, as the browser reports, or as the page's script reports in *mark*."""
    if request.headers.get("sec-fetch-dest") in FRAMES:
        return "frame"
    return "tab" if mark is None else "window" if mark == "window" else "frame"


def _refuse_foreign(request: Request) -> None:
    """Raise _BadForm for a form of another origin; clients that are not browsers send no origin. Source: page.own-forms"""
    origin = request.headers.get("origin")
    is_own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not is_own or request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        raise _BadForm("This form was sent by another page, so nothing was done.", status=403)


async def _script(_request: Request) -> Response:
    return Response(SCRIPT, media_type="text/javascript", headers=headers_for(None))


def _guarded(store: Store, endpoint: Endpoint) -> Endpoint:
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except _BadForm as bad:
            return refused(str(bad), status=bad.status)
        except Exception as error:  # noqa: BLE001 - the last resort; such an error is reported as a defect of the sandbox
            store.crashes.append(crash_of("page", error))
            return refused("The sandbox itself failed. This is no fault of yours.", status=500)

    return guarded


async def _no_such_page(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return no_such_page(status=error.status_code, headers=error.headers)


async def _form(request: Request) -> dict[str, list[str]]:
    body = await _body(request)
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise _BadForm("This form has too many fields.") from None


async def _body(request: Request) -> bytes:
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST_FORM:
                raise _BadForm("This form is too large.")
    except ClientDisconnect:
        raise _BadForm("This form is incomplete.") from None
    return bytes(raw)
