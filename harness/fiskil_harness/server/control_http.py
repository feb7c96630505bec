"""HTTP of a control API: JSON requests and responses, and messages for invalid requests.

It accepts requests only from this machine; a page in a browser cannot use it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from fiskil_harness.core import plugins
from fiskil_harness.core.internal_errors import Crash, crash_of
from fiskil_harness.errors import HarnessError
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.server.control_requests import refuse_unknown_names

Handler = Callable[[Request, bytes], Any]
ControlRequest = tuple[str, str, Handler]
"""Method, path and handler; the handler runs in a thread, because it may wait for a lock."""

LARGEST_BODY = 65_536
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1"}


class Refusal(HarnessError):
    """A refused control request; ``status`` is the HTTP status of the response."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


def application_of(
    requests: Sequence[ControlRequest], *, crashes: list[Crash], confirm: Callable[[], None] = lambda: None
) -> Starlette:
    """Return an application that serves *requests*.

    *crashes* receives the unexpected exceptions of their handlers. *confirm* is called before the response to each POST.
    """
    application = Starlette(
        routes=[
            Route(path, _endpoint(handler, crashes, confirm if method == "POST" else _nothing), methods=[method])
            for method, path, handler in requests
        ]
    )
    application.router.redirect_slashes = False
    request_list = ", ".join(f"{method} {path}" for method, path, _ in requests)
    application.add_exception_handler(404, _fixed_response(404, f"No such request. Known: {request_list}."))
    application.add_exception_handler(405, _fixed_response(405, f"Wrong method for this path. Known: {request_list}."))
    return application


def _nothing() -> None:
    """Confirm nothing, because the request changes nothing."""


def _endpoint(
    handler: Handler, crashes: list[Crash], confirm: Callable[[], None]
) -> Callable[[Request], Awaitable[Response]]:
    def handle(request: Request, body: bytes) -> Any:
        result = handler(request, body)
        confirm()
        return result

    async def endpoint(request: Request) -> Response:
        try:
            _require_local_client(request)
            body = await _body(request)
            return _response(200, await run_in_threadpool(handle, request, body))
        except Refusal as error:
            return _response(error.status, {"error": str(error)})
        except HarnessError as error:
            return _response(400, {"error": str(error)})
        except ClientDisconnect:
            return _response(400, {"error": "The body is incomplete."})
        except Exception as error:  # noqa: BLE001 - every other exception is an internal error, and reported as one
            crashes.append(crash_of("control", error))
            return _response(500, {"error": "The sandbox itself failed. Your request did not cause this."})

    return endpoint


def _require_local_client(request: Request) -> None:
    """Raise Refusal if a page in a browser sent *request*: it has an ``Origin``, or a foreign ``Host`` (DNS rebinding)."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:  # such as "[::1"
        host = None
    if host not in LOCAL_HOSTS or "origin" in request.headers:
        raise Refusal(403, "The control API accepts requests only from tools on this machine, not from pages in a browser.")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
    return body


def read(body: bytes, shape: Any) -> Any:
    """Decode the JSON in *body* as a value of the type *shape*; an empty body counts as ``{}``.

    Raises:
        Refusal: *body* is not JSON of that type.
        UnknownName: *body* has an unknown field, or an unknown value in a field with a fixed list of values.
    """
    try:
        refuse_unknown_names(msgspec.json.decode(body or b"{}"), shape)
        return plugins.decode(body or b"{}", shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = " Send 'fault' as a line of text, or 'route' and 'fault'; `list faults` prints them." if shape is Rule else ""
        raise Refusal(400, f"The body is invalid: {_without_backticks(error)}.{hint}") from None


def _without_backticks(error: Exception) -> str:
    return str(error).replace("`", "'")


def about(value: Any) -> Any:
    """Return *value* converted to JSON types, such as dicts and lists."""
    return msgspec.to_builtins(value)


def _response(status: int, content: Any) -> Response:
    return Response(msgspec.json.encode(content) + b"\n", status_code=status, media_type="application/json")


def _fixed_response(status: int, message: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def respond(_request: Request, _error: Exception) -> Response:
        return _response(status, {"error": message})

    return respond
