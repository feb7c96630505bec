"""The API as an ASGI application: finds the route, asks for a token, and gives every refusal its documented shape.

Nothing that a client sends can make it answer 500. Where it does so all the same, the defect is ours: it is noted in
``store.crashes``, answered with ``fault`` in the route's own shape, and the next request is served.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from harness.clock import real_now
from harness.crashes import crash_of
from harness.sandbox import tokens
from harness.sandbox.api.routes import Found, find_spelling
from harness.sandbox.api.versions import told_as
from harness.sandbox.api.watching import WATCHERS, Answered
from harness.sandbox.api.wire import ApiAnswer, ApiRequest, goa_error, simple_error
from harness.sandbox.console import VERSIONS
from harness.sandbox.contract.requests import Requests
from harness.sandbox.problems import ApiProblem, bad_request
from harness.sandbox.store import Store

LARGEST_BODY = 1_048_576
DRAIN_S = 2.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def api_application(store: Store) -> Application:
    """Every route over *store*."""
    requests = Requests()

    async def api(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        found = find_spelling(store, scope["method"], scope["raw_path"].decode("latin-1"))
        asking = _asking(scope)
        asked = asking.get("x-fiskil-version")
        version = asked if asked in VERSIONS else store.console.version
        try:
            given = await _answered(store, requests, found, scope, receive, asking=asking, version=version)
        except ApiProblem as problem:
            given = _shaped(store, found, problem, version)
        except Exception as error:  # noqa: BLE001 - the last net; what falls into it is reported as our own fault
            store.crashes.append(crash_of(f"api {found.name or scope['method']}", error))
            given = _shaped(store, found, ApiProblem(500, "internal_error", "internal error"), version)
        headers = _headers(given, version, allowed=found.allowed if given.status == 405 else ())
        for watch in WATCHERS:
            watch(
                Answered(
                    method=scope["method"],
                    route=found.route,
                    family=found.family,
                    version=version,
                    readings=store.readings.chosen,
                    status=given.status,
                    headers=tuple(headers),
                    body=given.body,
                )
            )
        await _send_answer(send, receive, given, headers)

    return api


async def _answered(
    store: Store,
    requests: Requests,
    found: Found,
    scope: dict[str, Any],
    receive: Receive,
    *,
    asking: dict[str, str],
    version: str,
) -> ApiAnswer:
    """What the route answers, or the refusal that it raises. Source: versions.header, token.expired"""
    route = found.route
    if route is None:
        if found.allowed:
            raise ApiProblem(405, "method_not_allowed", "method not allowed")
        raise ApiProblem(404, "not_found", "no such endpoint")
    if asking.get("x-fiskil-version", "") not in {"", *VERSIONS} and store.reading("versions.header") == "refused-400":
        raise bad_request(f"X-Fiskil-Version is not accepted; it must be one of {', '.join(VERSIONS)}")
    body = await _body(asking.get("content-length", ""), receive)
    request = ApiRequest(
        path=route.path,
        path_values=found.path_values,
        query=_query(scope["query_string"]),
        body=body,
        version=version,
    )
    with store.changing():
        if not route.is_open:
            tokens.require(store, asking.get("authorization"), scope=route.scope)
        requests.require(route, request, store.readings)
        return told_as(store, route.name, version, route.handler(store, request))


async def _body(announced: str, receive: Receive) -> bytes:
    """The whole body, refused as soon as it is known to be larger than any documented request."""
    if announced.isdigit() and (len(announced) > 9 or int(announced) > LARGEST_BODY):
        raise _too_large()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise bad_request("the body is incomplete")
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(body)


def _too_large() -> ApiProblem:
    return ApiProblem(413, "request_too_large", f"the body is larger than {LARGEST_BODY} bytes")


def _shaped(store: Store, found: Found, problem: ApiProblem, version: str) -> ApiAnswer:
    """Core endpoints speak goa, data endpoints the simple shape; a 401 perhaps not.

    Source: errors.goa, errors.simple, token.expired
    """
    error_id = store.mint.error_id()
    is_data = found.family == "data"
    if is_data and not (problem.status == 401 and store.reading("token.expired") == "goa-everywhere"):
        return simple_error(problem, error_id)
    return goa_error(problem, error_id, has_flags=not (found.is_list and version == "v3"))


def _headers(given: ApiAnswer, version: str, *, allowed: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-fiskil-version", version.encode()), (b"date", _http_date())]
    if given.status != 204:
        headers += [(b"content-type", given.content_type.encode()), (b"content-length", b"%d" % len(given.body))]
    if allowed:
        headers.append((b"allow", ", ".join(allowed).encode()))
    if given.status == 413:
        headers.append((b"connection", b"close"))
    return headers


async def _send_answer(send: Send, receive: Receive, given: ApiAnswer, headers: list[tuple[bytes, bytes]]) -> None:
    is_refused_early = given.status == 413
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body, "more_body": is_refused_early})
    if is_refused_early:
        # Closing on a client that still sends would reset the connection and could take the answer along.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_drain(receive), DRAIN_S)
        await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        continue


def _asking(scope: dict[str, Any]) -> dict[str, str]:
    """The first header of each name, as Fiskil's own server takes it."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}


def _query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    if b"%" not in raw and b"+" not in raw and raw.isascii():
        # What carries no escapes is split at once, as most requests are.
        pairs = [pair.partition("=") for pair in raw.decode().split("&") if pair]
        return tuple([(name, value) for name, _, value in pairs])
    return tuple(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


def _http_date() -> bytes:
    """Real time, because an app compares it with its own clock."""
    return _date_of(int(real_now().timestamp()))


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
