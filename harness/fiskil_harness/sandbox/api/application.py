"""The API as an ASGI application: finds the route, requires a token, and returns each error in its documented format.

No request should cause a 500. If a request does, that is a defect of the sandbox: the error is added to
``store.crashes``, the client gets a 500 in the route's error format, and the API continues to serve requests.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import crash_of
from fiskil_harness.core.net.origins import API_HOST
from fiskil_harness.core.net.uvicorn_protocol import LONGEST_REMEMBERED, HttpRequest, HttpResponse
from fiskil_harness.sandbox import tokens
from fiskil_harness.sandbox.api.routes import RouteMatch, find_spelling
from fiskil_harness.sandbox.api.versions import as_version
from fiskil_harness.sandbox.api.watching import WATCHERS, ApiResponseSent
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, goa_error, simple_error
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.requests import Requests
from fiskil_harness.sandbox.problems import ApiProblem, UnfitRequest, bad_request
from fiskil_harness.sandbox.store import Store

LARGEST_BODY = 1_048_576
_API_HOST = API_HOST.encode()
DRAIN_S = 2.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]


class Api:
    """The API over one store (a sandbox's state): an ASGI application, and a function that handles a complete request."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._requests = Requests()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Respond to an ASGI request; the request body is read only as far as needed."""
        request = HttpRequest.of(scope)
        match, headers = self._route_and_headers(request)
        refusal = self._refusal(match, headers)
        if refusal is None:
            try:
                request.body = await _body(headers.get(b"content-length", b""), receive)
            except ApiProblem as problem:
                refusal = problem
        await _send_response(send, receive, self._finish(request, match, headers, refusal))

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Return the response to a complete request, whose body must not be larger than ``LARGEST_BODY``."""
        match, headers = self._route_and_headers(request)
        return self._finish(request, match, headers, self._refusal(match, headers))

    def _route_and_headers(self, request: HttpRequest) -> tuple[RouteMatch, Headers]:
        """Return the matching route, and the headers by name; of a repeated header only the first value, as Fiskil does."""
        return find_spelling(self._store, request.method, request.raw_path), dict(reversed(request.headers))

    def _refusal(self, match: RouteMatch, headers: Headers) -> ApiProblem | None:
        """Return the error for a bad path, method or version header; None if these are valid. Source: versions.header"""
        if match.route is None:
            if match.allowed:
                return ApiProblem(405, "method_not_allowed", "method not allowed")
            return ApiProblem(404, "not_found", "no such endpoint")
        version = headers.get(b"x-fiskil-version")
        if version and version not in _VERSIONS and self._store.interpretation("versions.header") == "refused-400":
            return bad_request(f"X-Fiskil-Version is not accepted; it must be one of {', '.join(VERSIONS)}")
        return None

    def _finish(self, request: HttpRequest, match: RouteMatch, headers: Headers, refusal: ApiProblem | None) -> HttpResponse:
        """Return the error response for *refusal*; without a refusal, call the route and return its response or error."""
        store = self._store
        version = _VERSIONS.get(headers.get(b"x-fiskil-version", b"")) or store.console.version
        try:
            if refusal is not None:
                raise refusal
            response = self._call_route(request, match, headers, version)
        except ApiProblem as problem:
            response = _error_response(store, match, problem, version)
        except Exception as error:  # noqa: BLE001 - the last resort; such an error is reported as a defect of the sandbox
            store.crashes.append(crash_of(f"api {match.name or request.method}", error))
            response = _error_response(store, match, ApiProblem(500, "internal_error", "internal error"), version)
        if request.method not in SAFE_METHODS:
            store.confirm()
        http_response = HttpResponse(response.status, _headers(response, version, match.allowed), response.body)
        if WATCHERS:
            _notify_watchers(store, request.method, match, version, http_response)
        return http_response

    def _call_route(self, request: HttpRequest, match: RouteMatch, headers: Headers, version: str) -> ApiResponse:
        """Check the token and the request, then return the response of the route's handler. Source: token.expired"""
        store, route = self._store, match.route
        assert route is not None
        query = request.query
        api_request = ApiRequest(
            path=route.path,
            path_values=match.path_values,
            query=_query(query) if len(query) <= LONGEST_REMEMBERED else _read_query(query),
            body=request.body,
            version=version,
            fiskil_host=_fiskil_host(headers.get(b"host", b"")),
        )
        with store.changing():
            if not route.is_open:
                authorization = headers.get(b"authorization", b"").decode("latin-1")
                tokens.require(store, authorization, scope=route.scope)
            self._requests.require(route, api_request, store.interpretations)
            return as_version(store, route.name, version, route.handler(store, api_request))


def _fiskil_host(host: bytes) -> str:
    """Return *host* if a client uses it to call Fiskil itself; "" otherwise."""
    name, _, port = host.partition(b":")
    return host.decode() if name.lower() == _API_HOST and (not port or port.isdigit()) else ""


def _notify_watchers(store: Store, method: str, match: RouteMatch, version: str, response: HttpResponse) -> None:
    for watch in WATCHERS:
        watch(
            ApiResponseSent(
                method=method,
                route=match.route,
                family=match.family,
                version=version,
                interpretations=store.interpretations.chosen,
                status=response.status,
                headers=tuple(response.headers),
                body=response.body,
            )
        )


async def _body(announced: bytes, receive: Receive) -> bytes:
    """Return the whole body; raise ApiProblem as soon as it is larger than ``LARGEST_BODY``."""
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


def _error_response(store: Store, match: RouteMatch, problem: ApiProblem, version: str) -> ApiResponse:
    """Return the error response: Goa's format for core endpoints, the simple format for data endpoints.

    The format of a 401 from a data endpoint depends on the interpretation.

    Source: errors.goa, errors.simple, errors.unfit-request, token.expired
    """
    error_id = store.mint.error_id()
    is_data = match.family == "data"
    if not is_data and isinstance(problem, UnfitRequest) and store.interpretation("errors.unfit-request") == "goa-names":
        problem, error_id = problem.as_goa(), store.mint.goa_error_id()
    if is_data and not (problem.status == 401 and store.interpretation("token.expired") == "goa-everywhere"):
        return simple_error(problem, error_id)
    return goa_error(problem, error_id, has_flags=not (match.is_list and version == "v3"))


def _headers(response: ApiResponse, version: str, allowed: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-fiskil-version", version.encode()), (b"date", _http_date())]
    if response.status != 204:
        headers += ((b"content-type", response.content_type.encode()), (b"content-length", b"%d" % len(response.body)))
    if response.status == 405:
        headers.append((b"allow", ", ".join(allowed).encode()))
    if response.status == 413:
        headers.append((b"connection", b"close"))
    return headers


async def _send_response(send: Send, receive: Receive, response: HttpResponse) -> None:
    is_refused_early = response.status == 413
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": is_refused_early})
    if is_refused_early:
        # Closing while the client still sends would reset the connection, and the client could lose the response.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_drain(receive), DRAIN_S)
        await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        continue


def _read_query(raw: bytes) -> tuple[tuple[str, str], ...]:
    if not raw:
        return ()
    if b"%" not in raw and b"+" not in raw and raw.isascii():
        # Most queries have no escapes; splitting them directly is faster.
        pairs = [pair.partition("=") for pair in raw.decode().split("&") if pair]
        return tuple([(name, value) for name, _, value in pairs])
    return tuple(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


_query = lru_cache(maxsize=1024)(_read_query)


def _http_date() -> bytes:
    """Return the current date in real time, because an app compares it with its own clock."""
    return _date_of(int(real_now().timestamp()))


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


_VERSIONS = {version.encode(): version for version in VERSIONS}
