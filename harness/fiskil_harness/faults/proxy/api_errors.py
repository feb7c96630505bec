"""Answers that a fault gives in the API's place: errors as the asked endpoint documents them, and how long to wait."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from fiskil_harness.core.clock import real_now
from fiskil_harness.faults.fault import Headers, Reply
from fiskil_harness.sandbox.api.routes import find_route
from fiskil_harness.sandbox.api.wire import goa_error, simple_error
from fiskil_harness.sandbox.problems import ApiProblem

NO_ERROR_ID = "err_00000000-0000-4000-8000-000000000000"


def refusal(problem: ApiProblem, *, method: str, raw_path: str, version: str) -> Reply:
    """*problem* in the shape that the asked endpoint documents."""
    found = find_route(method, raw_path)
    if found.family == "data":
        given = simple_error(problem, NO_ERROR_ID)
    else:
        given = goa_error(problem, NO_ERROR_ID, has_flags=not (found.is_list and version == "v3"))
    head = (
        (b"x-fiskil-version", version.encode()),
        (b"content-type", given.content_type.encode()),
        (b"content-length", b"%d" % len(given.body)),
    )
    return Reply(status=problem.status, headers=head, body=given.body)


def waits(seconds: int | None, *, form: str) -> Headers:
    """The headers that tell how long to wait; none for None. Source: errors.retry-after"""
    if form == "absent" or seconds is None:
        return ()
    if form == "seconds":
        return ((b"retry-after", b"%d" % seconds),)
    # Dates have whole seconds: a second more, and nobody who obeys asks again too soon.
    now = real_now()
    until = now + timedelta(seconds=seconds + 1)
    return ((b"date", http_date(now)), (b"retry-after", http_date(until)))


def http_date(moment: datetime) -> bytes:
    """An instant as headers tell it."""
    return format_datetime(moment, usegmt=True).encode()
