"""Functions that build the journal entry of an exchange, and find the end user in its request."""

from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus

import msgspec

from fiskil_harness.core.net.uvicorn_protocol import LONGEST_REMEMBERED, HttpRequest
from fiskil_harness.journal import Exchange


def exchange_of(
    when: tuple[float, float, int],
    request: HttpRequest,
    about: tuple[int, str, str, bool],
    response: tuple[int | None, Any, bytes],
    bites: tuple[str, ...] = (),
    is_cut: bool = False,
) -> Exchange:
    """Return the journal entry of an exchange.

    Args:
        when: Begin and end in seconds, and the index of the step.
        request: The request.
        about: Number, route and end user of the exchange, and True if it belongs to an earlier scenario.
        response: Status, headers and body of the response.
        bites: The names of the faults that bit.
        is_cut: True if the harness ended the call: it killed the app, or reset the connection after the scenario.
    """
    begun_s, ended_s, step = when
    number, route, end_user_id, is_of_earlier_scenario = about
    status, headers, body = response
    return Exchange(
        at_s=begun_s,
        step=step,
        number=number,
        route=route,
        method=request.method,
        path=request.path,
        query=request.query.decode("latin-1"),
        end_user_id=end_user_id,
        is_of_earlier_scenario=is_of_earlier_scenario,
        request_headers=_texts(request.headers),
        request_body=request.body,
        status=status,
        response_headers=_texts(headers),
        response_body=body,
        ended_s=ended_s,
        bites=bites,
        connection=request.client[1] if request.client else 0,
        is_cut=is_cut,
    )


def end_user_of(request: HttpRequest) -> str:
    """Return the id of the end user in the query, path or body of a request; empty if there is none."""
    path, query = request.path, request.query
    is_short = len(path) + len(query) <= LONGEST_REMEMBERED
    named = (_named if is_short else _named.__wrapped__)(path, query)
    return _named_in_body(request.body) if named is None else named


def created_end_user(route: str, status: int | None, body: bytes) -> str:
    """Return the id of the end user that an exchange created; empty if it created none."""
    if route != "end_users.create" or status != 200:
        return ""
    try:
        return str(msgspec.json.decode(body)["end_user_id"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""


@lru_cache(maxsize=1024)
def _named(path: str, query: bytes) -> str | None:
    """Return the id of the end user in path or query; empty if there is none, None if only the body can contain an id."""
    for pair in reversed(query.decode("latin-1").split("&")):
        name, _, value = pair.partition("=")
        if value and unquote_plus(name) == "end_user_id":
            return unquote_plus(value)
    path = "/v1/" + path.removeprefix("/v1").lstrip("/")
    head, _, rest = path.partition("/v1/end-users/")
    if not head and rest:
        return rest
    return None if path == "/v1/auth/session" else ""


def _named_in_body(body: bytes) -> str:
    try:
        fields = msgspec.json.decode(body)
        return str(fields.get("end_user_id", "")) if isinstance(fields, dict) else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _texts(headers: Any) -> tuple[tuple[str, str], ...]:
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers])
