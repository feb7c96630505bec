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

from fiskil_harness.core.clock import real_now
from fiskil_harness.core.internal_errors import crash_of
from fiskil_harness.core.net.uvicorn_protocol import LONGEST_REMEMBERED, HttpRequest, HttpResponse
from fiskil_harness.sandbox import tokens
from fiskil_harness.sandbox.api.routes import RouteMatch, find_spelling
from fiskil_harness.sandbox.api.versions import as_version
from fiskil_harness.sandbox.api.watching import WATCHERS, ApiResponseSent
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, goa_error, simple_error
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.sandbox.openapi.requests import Requests
from fiskil_harness.sandbox.problems import ApiProblem, bad_request
from fiskil_harness.sandbox.store import Store

LARGEST_BODY = 1_048_576
DRAIN_S = 2.0

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
Asking = dict[bytes, bytes]


class Api:
    """Every route over a store: an ASGI application, and a plain function of a request that has come whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._requests = Requests()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request of a server; its body is read as far as it matters."""
        request = HttpRequest.of(scope)
        found, asking = self._asked(request)
        refusal = self._refusal(found, asking)
        if refusal is None:
            try:
                request.body = await _body(asking.get(b"content-length", b""), receive)
            except ApiProblem as problem:
                refusal = problem
        await _send_answer(send, receive, self._finish(request, found, asking, refusal))

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer a request that has come whole; in one piece comes nothing larger than ``LARGEST_BODY``."""
        found, asking = self._asked(request)
        return self._finish(request, found, asking, self._refusal(found, asking))

    def _asked(self, request: HttpRequest) -> tuple[RouteMatch, Asking]:
        """The route, and the first header of each name, as Fiskil's own server takes it."""
        return find_spelling(self._store, request.method, request.raw_path), dict(reversed(request.headers))

    def _refusal(self, found: RouteMatch, asking: Asking) -> ApiProblem | None:
        """What is wrong whatever the body is. Source: versions.header"""
        if found.route is None:
            if found.allowed:
                return ApiProblem(405, "method_not_allowed", "method not allowed")
            return ApiProblem(404, "not_found", "no such endpoint")
        asked = asking.get(b"x-fiskil-version")
        if asked and asked not in _VERSIONS and self._store.interpretation("versions.header") == "refused-400":
            return bad_request(f"X-Fiskil-Version is not accepted; it must be one of {', '.join(VERSIONS)}")
        return None

    def _finish(self, request: HttpRequest, found: RouteMatch, asking: Asking, refusal: ApiProblem | None) -> HttpResponse:
        """The answer, or the refusal that there is or that the route raises."""
        store = self._store
        version = _VERSIONS.get(asking.get(b"x-fiskil-version", b"")) or store.console.version
        try:
            if refusal is not None:
                raise refusal
            given = self._given(request, found, asking.get(b"authorization", b"").decode("latin-1"), version)
        except ApiProblem as problem:
            given = _shaped(store, found, problem, version)
        except Exception as error:  # noqa: BLE001 - the last net; what falls into it is reported as our own fault
            store.crashes.append(crash_of(f"api {found.name or request.method}", error))
            given = _shaped(store, found, ApiProblem(500, "internal_error", "internal error"), version)
        answer = HttpResponse(given.status, _headers(given, version, found.allowed), given.body)
        if WATCHERS:
            _tell_watchers(store, request.method, found, version, answer)
        return answer

    def _given(self, request: HttpRequest, found: RouteMatch, authorization: str, version: str) -> ApiResponse:
        """What the route answers. Source: token.expired"""
        store, route = self._store, found.route
        assert route is not None
        query = request.query
        asked = ApiRequest(
            path=route.path,
            path_values=found.path_values,
            query=_query(query) if len(query) <= LONGEST_REMEMBERED else _read_query(query),
            body=request.body,
            version=version,
        )
        with store.changing():
            if not route.is_open:
                tokens.require(store, authorization, scope=route.scope)
            self._requests.require(route, asked, store.interpretations)
            return as_version(store, route.name, version, route.handler(store, asked))


def _tell_watchers(store: Store, method: str, found: RouteMatch, version: str, answer: HttpResponse) -> None:
    for watch in WATCHERS:
        watch(
            ApiResponseSent(
                method=method,
                route=found.route,
                family=found.family,
                version=version,
                interpretations=store.interpretations.chosen,
                status=answer.status,
                headers=tuple(answer.headers),
                body=answer.body,
            )
        )


async def _body(announced: bytes, receive: Receive) -> bytes:
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


def _shaped(store: Store, found: RouteMatch, problem: ApiProblem, version: str) -> ApiResponse:
    """Core endpoints speak goa, data endpoints the simple shape; a 401 perhaps not.

    Source: errors.goa, errors.simple, token.expired
    """
    error_id = store.mint.error_id()
    is_data = found.family == "data"
    if is_data and not (problem.status == 401 and store.interpretation("token.expired") == "goa-everywhere"):
        return simple_error(problem, error_id)
    return goa_error(problem, error_id, has_flags=not (found.is_list and version == "v3"))


def _headers(given: ApiResponse, version: str, allowed: tuple[str, ...]) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-fiskil-version", version.encode()), (b"date", _http_date())]
    if given.status != 204:
        headers += ((b"content-type", given.content_type.encode()), (b"content-length", b"%d" % len(given.body)))
    if given.status == 405:
        headers.append((b"allow", ", ".join(allowed).encode()))
    if given.status == 413:
        headers.append((b"connection", b"close"))
    return headers


async def _send_answer(send: Send, receive: Receive, answer: HttpResponse) -> None:
    is_refused_early = answer.status == 413
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": is_refused_early})
    if is_refused_early:
        # Closing on a client that still sends would reset the connection and could take the answer along.
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
        # What carries no escapes is split at once, as most requests are.
        pairs = [pair.partition("=") for pair in raw.decode().split("&") if pair]
        return tuple([(name, value) for name, _, value in pairs])
    return tuple(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


_query = lru_cache(maxsize=1024)(_read_query)


def _http_date() -> bytes:
    """Real time, because an app compares it with its own clock."""
    return _date_of(int(real_now().timestamp()))


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


_VERSIONS = {version.encode(): version for version in VERSIONS}
