"""The consent page at ``auth_url``: one screen per stage, plain forms, no need of JavaScript.

A screen is rendered from the session alone; what a form asks for is decided by the journey's table, so a form posted twice
or out of order shows where the journey really stands. Each form answers with a redirect, to the next screen or back to the
app, so that the browser's Back and Reload never send it again.

Where another window watches, as the Link SDK does, the journey ends on a last screen, whose script tells that window. A
frame is known by the request's ``Sec-Fetch-Dest``; a window with an opener only by the mark that the script leaves in its
address and its forms, so a journey that is already over when such a window first opens it goes back to the app as in a tab.
"""

from collections.abc import Awaitable, Callable, Container
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from fiskil_harness.core.internal_errors import crash_of
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.pages.headers import headers_for
from fiskil_harness.sandbox.pages.screens import no_such_page, over, refused, screen
from fiskil_harness.sandbox.store import Store

LARGEST_FORM = 65_536
MOST_FIELDS = 200
FRAMES = {"iframe", "frame", "embed", "object"}
SCRIPT = Path(__file__).with_name("page.js").read_bytes()

Endpoint = Callable[[Request], Awaitable[Response]]


class _BadForm(Exception):
    """What was posted is no form of this page."""

    def __init__(self, words: str, *, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


def page_application(store: Store) -> Any:
    """The page over *store*."""

    async def show(request: Request) -> Response:
        with store.changing():
            asked = request.query_params
            session = sessions.view_session(store, asked.get("sess_id", "") or asked.get("session", ""))
            return _sent_back(store, session, is_watched=_is_watched(request, asked)) or screen(store, session)

    async def act(request: Request) -> Response:
        _refuse_foreign(request)
        form = await _form(request)
        session_id = form.get("sess_id", [""])[0]
        fields: dict[str, Any] = {name: values[0] for name, values in form.items()} | {"accounts": form.get("account", [])}
        with store.changing():
            session = sessions.act(store, session_id, fields.get("act", ""), fields)
            if session is None or session.ending is not None:
                return _sent_back(store, session, is_watched=_is_watched(request, form)) or screen(store, session)
            return RedirectResponse(f"/?sess_id={session.session_id}", status_code=303, headers=headers_for(session))

    async def answer(request: Request) -> Response:
        if request.method == "HEAD":
            # Whoever only looks whether the page is there has not come back to it.
            return Response(headers=headers_for(None))
        return await (act(request) if request.method == "POST" else show(request))

    app = Starlette(
        # The page's second name is one that the documentation shows. Source: auth-session.auth-url
        routes=[
            *(Route(path, _guarded(store, answer), methods=["GET", "POST"]) for path in ("/", "/consent")),
            Route("/page.js", _script),
        ],
        exception_handlers={HTTPException: _no_such_page},
    )
    app.router.redirect_slashes = False
    return app


def _sent_back(store: Store, session: AuthSession | None, *, is_watched: bool) -> Response | None:
    """The end of the journey as the browser sees it, once: back to the app, or a last screen.

    A screen it is where there is no way back, and where another window is told.

    Source: journey.success-redirect, journey.error-redirect, auth-session.single-use, sdk.last-screen
    """
    if session is None or session.ending in {None, Ending.INVALID} or session.has_returned:
        return None
    target = sessions.send_back(store, session)
    if target is None or is_watched:
        return over(store, session, back=target)
    return RedirectResponse(target, status_code=303, headers=headers_for(session))


def _is_watched(request: Request, fields: Container[str]) -> bool:
    """Whether the page is in a frame, as the browser says, or in a window with an opener, as the page's script says."""
    return "watched" in fields or request.headers.get("sec-fetch-dest") in FRAMES


def _refuse_foreign(request: Request) -> None:
    """Refuse a form that a page of another origin sent; a client that is no browser names none. Source: page.own-forms"""
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
        except Exception as error:  # noqa: BLE001 - the last net; what falls into it is reported as our own fault
            store.crashes.append(crash_of("page", error))
            return refused("The sandbox itself failed. This is no fault of yours.", status=500)

    return guarded


async def _no_such_page(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return no_such_page(status=error.status_code, headers=error.headers)


async def _form(request: Request) -> dict[str, list[str]]:
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST_FORM:
                raise _BadForm("This form is too large.")
        return parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ClientDisconnect:
        raise _BadForm("This form is incomplete.") from None
    except ValueError:
        raise _BadForm("This form has too many fields.") from None
