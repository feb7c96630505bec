"""The consent page at ``auth_url``: one screen per stage, plain forms, no JavaScript needed.

A screen is rendered from the session alone; what a form asks for is decided by the journey's table, so a form posted twice
or out of order shows where the journey really stands.
"""

from functools import cache
from typing import Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from harness.model import AuthSession, Ending
from harness.sandbox import journey, sessions
from harness.sandbox.store import Store

LARGEST_FORM = 65_536
WHAT_IS_SHARED = {
    "accounts": "Account names, numbers and types",
    "balances": "Account balances",
    "transactions": "Transactions: dates, amounts and descriptions",
}
HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}


def page_application(store: Store) -> Starlette:
    """The page over *store*."""

    async def show(request: Request) -> Response:
        session_id = request.query_params.get("sess_id", "")
        with store.changing():
            return _screen(store, sessions.current(store, session_id))

    async def act(request: Request) -> Response:
        form = await _form(request)
        session_id = form.get("sess_id", [""])[0]
        fields: dict[str, Any] = {name: values[0] for name, values in form.items()} | {"accounts": form.get("account", [])}
        with store.changing():
            before = sessions.current(store, session_id)
            if before is not None and before.ending is not None:
                # The form belongs to a session that is over: nothing happens twice, and no redirect is repeated.
                return _screen(store, before)
            after = sessions.act(store, session_id, fields.get("act", ""), fields)
            target = sessions.destination(after) if after else None
            if target is not None:
                return RedirectResponse(target, status_code=303, headers=HEADERS)
            return _screen(store, after)

    return Starlette(routes=[Route("/", show, methods=["GET"]), Route("/", act, methods=["POST"])])


async def _form(request: Request) -> dict[str, list[str]]:
    raw = b""
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST_FORM:
                return {}
    except ClientDisconnect:
        return {}
    try:
        return parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}


def _screen(store: Store, session: AuthSession | None) -> Response:
    """The screen for where *session* stands. Source: journey.stages, auth-session.single-use"""
    if session is None or session.ending is not None:
        ending = session.ending if session and session.ending else Ending.INVALID
        text = _templates().get_template("ended.html").render(ending=ending.value, words=sessions.DESCRIPTIONS.get(ending))
        gone = session is None or ending in {Ending.INVALID, Ending.APPROVED}
        return HTMLResponse(text, status_code=404 if session is None else 410 if gone else 200, headers=HEADERS)
    person = sessions.person_of(store, session)
    text = (
        _templates()
        .get_template(f"{session.stage}.html")
        .render(
            session=session,
            acts=journey.acts_at(session.stage),
            institution=store.institutions.get(session.institution_id or ""),
            institutions=[one for one in store.institutions.values() if one.industry == "banking"],
            accounts=person.accounts if person else (),
            shared=WHAT_IS_SHARED.values(),
            step=journey.STAGES.index(session.stage) + 1,
            steps=len(journey.STAGES),
        )
    )
    return HTMLResponse(text, headers=HEADERS)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("harness.sandbox.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
