"""The way in to a control API: orders in JSON from this machine alone, answered in words when they do not fit.

It takes orders only from this machine: a page in a browser cannot reach it.
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

from fiskil_harness.core.internal_errors import Crash, crash_of
from fiskil_harness.errors import HarnessError
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.server.control_requests import refuse_unknown_names

Act = Callable[[Request, bytes], Any]
ControlRequest = tuple[str, str, Act]
"""Method, path, and what is done; every one runs in a thread, because a lock may wait."""

LARGEST_BODY = 65_536
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1"}


class Refusal(HarnessError):
    """A request that is refused; ``status`` is its answer's."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


def application_of(orders: Sequence[ControlRequest], *, crashes: list[Crash]) -> Starlette:
    """An application that takes *orders*; *crashes* takes what one of them raises that nobody foresaw."""
    application = Starlette(routes=[Route(path, _endpoint(act, crashes), methods=[method]) for method, path, act in orders])
    application.router.redirect_slashes = False
    known = ", ".join(f"{method} {path}" for method, path, _ in orders)
    application.add_exception_handler(404, _said(404, f"No such command. Known: {known}."))
    application.add_exception_handler(405, _said(405, f"Not with this method. Known: {known}."))
    return application


def _endpoint(act: Callable[[Request, bytes], Any], crashes: list[Crash]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            _refuse_outsiders(request)
            body = await _body(request)
            return _answer(200, await run_in_threadpool(act, request, body))
        except Refusal as error:
            return _answer(error.status, {"error": str(error)})
        except HarnessError as error:
            return _answer(400, {"error": str(error)})
        except ClientDisconnect:
            return _answer(400, {"error": "The body is incomplete."})
        except Exception as error:  # noqa: BLE001 - the last net; what falls into it is reported as our own fault
            crashes.append(crash_of("control", error))
            return _answer(500, {"error": "The sandbox itself failed. This is no fault of yours."})

    return endpoint


def _refuse_outsiders(request: Request) -> None:
    """A page of another origin sends ``Origin``; a name rebound to this machine comes as another ``Host``."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    if host not in LOCAL_HOSTS or "origin" in request.headers:
        raise Refusal(403, "The control API answers only to tools on this machine, not to pages in a browser.")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
    return body


def read(body: bytes, shape: Any) -> Any:
    """*body* as a value of *shape*.

    Raises:
        Refusal: It is no JSON of that shape.
    """
    try:
        refuse_unknown_names(msgspec.json.decode(body or b"{}"), shape)
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = " Give a line as 'fault', or a route and a fault; `list faults` names them." if shape is Rule else ""
        raise Refusal(400, f"The body does not fit: {_unquoted(error)}.{hint}") from None


def _unquoted(error: Exception) -> str:
    return str(error).replace("`", "'")


def about(value: Any) -> Any:
    """*value* as JSON takes it."""
    return msgspec.to_builtins(value)


def _answer(status: int, content: Any) -> Response:
    return Response(msgspec.json.encode(content) + b"\n", status_code=status, media_type="application/json")


def _said(status: int, message: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def say(_request: Request, _error: Exception) -> Response:
        return _answer(status, {"error": message})

    return say
