"""The API as an ASGI application: routes a request, asks for a token, and gives every refusal its documented shape.

Nothing that a client sends can make it answer 500: what a handler does not expect is a 400 of the route's family.
"""

from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from harness.clock import real_now
from harness.sandbox import tokens
from harness.sandbox.api.routes import ROUTES, ApiRoute
from harness.sandbox.api.wire import (
    DEFAULT_VERSION,
    VERSIONS,
    ApiAnswer,
    ApiRequest,
    goa_error,
    simple_error,
)
from harness.sandbox.problems import ApiProblem, bad_request
from harness.sandbox.store import Store

LARGEST_BODY = 1_048_576


def api_application(store: Store) -> Starlette:
    """Every route over *store*."""
    routes = [Route(one.path, _endpoint(store, one), methods=[one.method]) for one in ROUTES]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    app.add_exception_handler(404, _refusal(store, ApiProblem(404, "not_found", "no such endpoint")))
    app.add_exception_handler(405, _refusal(store, ApiProblem(405, "method_not_allowed", "method not allowed")))
    return app


def _endpoint(store: Store, route: ApiRoute) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        version = request.headers.get("x-fiskil-version") or DEFAULT_VERSION
        try:
            if version not in VERSIONS:
                version, wrong = DEFAULT_VERSION, version
                raise bad_request(f"X-Fiskil-Version {wrong!r} is not accepted")
            body = await _body(request)
            with store.changing():
                if not route.is_open:
                    tokens.require(store, request.headers.get("authorization"))
                given = route.handler(store, _as_value(request, body, version))
        except ApiProblem as problem:
            given = _shaped(store, route, problem, version)
        return _response(store, given, version)

    return endpoint


def _as_value(request: Request, body: bytes, version: str) -> ApiRequest:
    query = request.scope["query_string"].decode("latin-1")
    return ApiRequest(
        path=request.url.path,
        path_values={key: unquote(str(value)) for key, value in request.path_params.items()},
        query=tuple(parse_qsl(query, keep_blank_values=True, errors="replace")),
        headers=dict(request.headers),
        body=body,
        version=version,
    )


async def _body(request: Request) -> bytes:
    """The whole body, refused early when it is larger than any documented request."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST_BODY:
                raise ApiProblem(413, "request_too_large", f"the body is larger than {LARGEST_BODY} bytes")
            chunks.append(chunk)
    except ClientDisconnect:
        raise bad_request("the body is incomplete") from None
    return b"".join(chunks)


def _shaped(store: Store, route: ApiRoute, problem: ApiProblem, version: str) -> ApiAnswer:
    """Core endpoints speak goa, data endpoints the simple shape. Source: errors.goa, errors.simple"""
    error_id = store.mint.error_id()
    if route.family == "data":
        return simple_error(problem, error_id)
    return goa_error(problem, error_id, has_flags=not (route.is_list and version == "v3"))


def _refusal(store: Store, problem: ApiProblem) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def refuse(request: Request, error: Exception) -> Response:
        headers: dict[str, Any] = getattr(error, "headers", None) or {}
        response = _response(store, goa_error(problem, store.mint.error_id(), has_flags=True), DEFAULT_VERSION)
        response.headers.update(headers)
        return response

    return refuse


def _response(store: Store, given: ApiAnswer, version: str) -> Response:
    headers = {"x-fiskil-version": version, "date": _http_date()}
    response = Response(given.body, status_code=given.status, headers=headers)
    if given.content_type:
        response.headers["content-type"] = given.content_type
    return response


def _http_date() -> str:
    """Real time, because an app compares it with its own clock."""
    return format_datetime(real_now(), usegmt=True)
