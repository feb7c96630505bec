"""Consent journeys: connect, callback, cancelled.

What the browser reports is only used to greet the customer. Only Fiskil's events prove that a consent exists.
"""

import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from reference_app import attempts, enrolment, failures, forms, layout, logs, pages, state
from reference_app.attempts import Attempt
from reference_app.fiskil import limits
from reference_app.fiskil.errors import FiskilError, TimedOut, Unavailable
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.responses import Session
from reference_app.parts import Parts, parts_of
from reference_app.settings import Settings

T = TypeVar("T")


async def connect(request: Request) -> Response:
    """``POST /connect``: create an auth session; redirect a browser to it, or return its URL to a program."""
    parts, form = parts_of(request), await forms.read(request)
    if not form.ref:
        return failures.bad_customer(is_page=form.is_page)
    try:
        session = await within_deadline(
            parts.settings, lambda deadline: start_session(parts, form.ref, form.email, deadline)
        )
    except FiskilError as error:
        return failures.respond("connect", error, ref=form.ref, is_page=form.is_page)
    if form.is_page:
        return RedirectResponse(session.auth_url, status_code=303)
    return JSONResponse({"auth_url": session.auth_url, "session_id": session.session_id})


async def start_session(parts: Parts, ref: str, email: str, deadline: Deadline) -> Session:
    """Create a new auth session. A session is never reused, because any outcome ends it."""
    end_user_id = await enrolment.end_user_of(parts.database, parts.api, ref, email, deadline)
    attempt_id = secrets.token_urlsafe(16)
    session = await parts.api.create_session(
        end_user_id,
        redirect_uri=f"{parts.settings.public_url}/callback?attempt={attempt_id}",
        cancel_uri=f"{parts.settings.public_url}/cancelled?attempt={attempt_id}",
        deadline=deadline,
    )
    if not is_consent_page(session.auth_url, parts.settings):
        raise Unavailable("a consent page at an unexpected address")
    await parts.database.write(attempts.begin, attempt_id, ref, end_user_id, session)
    logs.write("journey_started", end_user_id=end_user_id, session_id=session.session_id)
    return session


def is_consent_page(url: str, settings: Settings) -> bool:
    """Return whether a customer may be sent to *url*: only to Fiskil's own page."""
    return not settings.auth_url or urlsplit(url)[:2] == urlsplit(settings.auth_url)[:2]


async def callback(request: Request) -> Response:
    """``GET /callback``: thank a returning customer. This proves nothing about a consent."""
    parts, attempt = parts_of(request), await _attempt_of(request)
    if attempt is None:
        logs.warn("journey_returned", reason="no attempt of that name")
        return layout.respond(pages.thanks(ref="", connection="syncing"))
    await parts.database.write(note_return, attempt)
    connection = await parts.database.read(state.connection, attempt.end_user_id)
    logs.write("journey_returned", end_user_id=attempt.end_user_id, session_id=attempt.session_id)
    return layout.respond(pages.thanks(ref=attempt.ref, connection=connection))


def note_return(tx: sqlite3.Connection, attempt: Attempt) -> None:
    """Mark the attempt as no longer pending; a callback changes nothing else."""
    attempts.close(tx, attempt, "returned")


async def cancelled(request: Request) -> Response:
    """``GET /cancelled``: explain to a customer who returns without a consent why, and what to do next."""
    parts, attempt = parts_of(request), await _attempt_of(request)
    params = request.query_params
    explanation = failures.explain(params.get("error_type", ""))
    logs.warn(
        "journey_failed",
        reason=params.get("error_type") or params.get("error") or "none given",
        error_id=params.get("error_id"),
        session_id=attempt.session_id if attempt else params.get("session_id"),
        end_user_id=attempt.end_user_id if attempt else None,
    )
    if attempt is not None:
        await parts.database.write(attempts.close, attempt, explanation.status)
    return layout.respond(pages.not_connected(explanation, ref=attempt.ref if attempt else ""))


async def within_deadline(settings: Settings, work: Callable[[Deadline], Awaitable[T]]) -> T:
    """Run what a customer waits for, and cancel it at the deadline.

    Raises:
        TimedOut: The deadline passed.
    """
    deadline = Deadline.after(settings.deadline_s)
    try:
        async with limits.within(deadline.left_s()):
            return await work(deadline)
    except TimeoutError:
        raise TimedOut("the deadline of the request") from None


async def _attempt_of(request: Request) -> Attempt | None:
    """Find the attempt by its id or by the session's. Also parse a redirect that appends a second ``?``."""
    attempt_id, _, glued = request.query_params.get("attempt", "").partition("?")
    session_id = request.query_params.get("session_id", "") or glued.removeprefix("session_id=")
    if not (forms.text(attempt_id) or forms.text(session_id)):
        return None
    return await parts_of(request).database.read(attempts.find, forms.text(attempt_id), forms.text(session_id))
