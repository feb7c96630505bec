"""Hooks for a test harness: report effects and state, arm a failure, link a customer to an existing end user.

These routes exist only with ``HARNESS_HOOKS=1``, which must not be set in production.
"""

import sqlite3

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reference_app import customers, failpoints, inbox, state
from reference_app.parts import parts_of


async def effects(request: Request) -> Response:
    """``GET /_harness/effects?end_user_id=``: return counts, pending messages, state and requested failures."""
    end_user_id = request.query_params.get("end_user_id", "")
    return JSONResponse(await parts_of(request).database.read(_effects, end_user_id))


async def fail(request: Request) -> Response:
    """``POST /_harness/fail?at=``: fail processing once: before, midway or after; ``database`` fails an insert."""
    point = request.query_params.get("at", "")
    if point not in failpoints.POINTS:
        message = f"at must be one of {', '.join(failpoints.POINTS)}."
        return JSONResponse({"error": "unknown_point", "message": message}, status_code=400)
    failpoints.arm(point)
    return JSONResponse({"status": "armed", "at": point})


async def introduce(request: Request) -> Response:
    """``POST /_harness/introduce?customer=&end_user_id=``: link a customer to an end user that exists at Fiskil."""
    ref, end_user_id = (request.query_params.get(name, "") for name in ("customer", "end_user_id"))
    if not ref or not end_user_id:
        return JSONResponse({"error": "incomplete", "message": "Give customer and end_user_id."}, status_code=400)
    await parts_of(request).database.write(_introduce, ref, end_user_id)
    return JSONResponse({"status": "introduced"})


def routes() -> list[Route]:
    """Return the routes of the hooks."""
    return [
        Route("/_harness/effects", effects, methods=["GET"]),
        Route("/_harness/fail", fail, methods=["POST"]),
        Route("/_harness/introduce", introduce, methods=["POST"]),
    ]


def _effects(tx: sqlite3.Connection, end_user_id: str) -> dict[str, object]:
    return {
        "applied": inbox.applied(tx, end_user_id),
        "pending": inbox.pending(tx, end_user_id),
        "failed": failpoints.tripped(),
        "state": state.of_end_user(tx, end_user_id),
    }


def _introduce(tx: sqlite3.Connection, ref: str, end_user_id: str) -> None:
    customers.claim_enrolment(tx, ref, "")
    customers.keep_end_user(tx, ref, end_user_id)
    customers.release_enrolment(tx, ref)
