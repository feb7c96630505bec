"""Responses in place of the API's: errors in the documented format of the endpoint, and headers that state a retry delay."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from fiskil_harness.core.clock import real_now
from fiskil_harness.faults.fault import Headers, Reply
from fiskil_harness.sandbox.api.routes import find_route
from fiskil_harness.sandbox.api.wire import goa_error, simple_error
from fiskil_harness.sandbox.problems import ApiProblem

NO_ERROR_ID = "err_00000000-0000-4000-8000-000000000000"


def refusal(problem: ApiProblem, *, method: str, raw_path: str, version: str) -> Reply:
    """Return the error *problem* in the format that the requested endpoint documents."""
    route = find_route(method, raw_path)
    if route.family == "data":
        error = simple_error(problem, NO_ERROR_ID)
    else:
        error = goa_error(problem, NO_ERROR_ID, has_flags=not (route.is_list and version == "v3"))
    head = (
        (b"x-fiskil-version", version.encode()),
        (b"content-type", error.content_type.encode()),
        (b"content-length", b"%d" % len(error.body)),
    )
    return Reply(status=problem.status, headers=head, body=error.body)


def waits(seconds: int | None, *, form: str) -> Headers:
    """Return the headers that state a retry delay. Source: errors.retry-after

    Args:
        seconds: The delay; None returns no headers.
        form: The interpretation of the clause: ``seconds``, ``absent`` (no headers), or any other value for a date.
    """
    if form == "absent" or seconds is None:
        return ()
    if form == "seconds":
        return ((b"retry-after", b"%d" % seconds),)
    # Dates have whole seconds; one more second keeps a correct client from retrying too soon.
    now = real_now()
    until = now + timedelta(seconds=seconds + 1)
    return ((b"date", http_date(now)), (b"retry-after", http_date(until)))


def http_date(moment: datetime) -> bytes:
    """Return *moment* in the format of HTTP headers."""
    return format_datetime(moment, usegmt=True).encode()
