"""The hosted API as an ASGI application: sends each request to one origin, and returns its response.

It uses the transport of httpx, not its client, because a client interprets redirects and cookies. Each request has a
connection of its own. So no request meets a kept connection that is dead, and no byte of one response can become part of
another.
"""

import asyncio
import re
import ssl
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from fiskil_harness.core.net.server import client_context
from fiskil_harness.core.net.uvicorn_protocol import STATUS_LINE, HttpRequest
from fiskil_harness.faults.fault import Reply
from fiskil_harness.faults.proxy.exchange import ProxiedCall
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.faults.proxy.reverse.url_rewriting import Origin, Rewriting
from fiskil_harness.journal import ApiUnreachable

LARGEST_BODY = 10_485_760
LONGEST_CONNECT_S, LONGEST_SILENCE_S = 10.0, 60.0
TIMEOUT = httpx.Timeout(LONGEST_SILENCE_S, connect=LONGEST_CONNECT_S)
BODILESS = frozenset({204, 304})
FRAME = frozenset({b"content-length", b"transfer-encoding"})
BETWEEN_TWO = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    b"transfer-encoding upgrade".split()
)
"""Headers that concern one connection only (hop-by-hop)."""
_OURS = BETWEEN_TWO | FRAME | {b"host", b"accept-encoding", b"expect", b"http2-settings"}
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
NOT_HTTP = "the API's response is not HTTP"

Headers = Sequence[tuple[bytes, bytes]]


class _Failure(Exception):
    """A request that got no complete response; *reason* is a sentence fragment, *status* is the relay's own."""

    def __init__(self, reason: str, status: int = 502) -> None:
        self.reason, self.status = reason, status


class Upstream:
    """Forwards requests to one origin; follows no redirect, and uses no proxy of the environment."""

    def __init__(self, url: str, *, ca_file: Path | None, guard: Guard | None) -> None:
        """Prepare to forward; nothing is sent before the first request.

        Args:
            url: The origin.
            ca_file: A file of certificate authorities to trust (default: those of the system).
            guard: Counts the requests, and remembers the tokens that the API issues.

        Raises:
            UsageError: *url* is not an origin.
        """
        self.origin = Origin(url)
        self._tls = client_context(ca_file) if self.origin.is_tls else False
        self._guard = guard

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, as an ASGI application; if the client leaves, send nothing and stop waiting for the API."""
        body = await _read(receive)
        if body is None:
            return
        forwarding = asyncio.ensure_future(self._reply(scope, body))
        leaving = asyncio.ensure_future(_disconnect(receive))
        try:
            await asyncio.wait({forwarding, leaving}, return_when=asyncio.FIRST_COMPLETED)
            reply = forwarding.result() if forwarding.done() else None
        finally:
            forwarding.cancel()
            leaving.cancel()
        if reply is not None:
            await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.headers)})
            await send({"type": "http.response.body", "body": reply.body})

    async def _reply(self, scope: Any, body: bytes) -> Reply:
        """Return the API's response, or the relay's own if there is none."""
        try:
            return await self._forward(scope, body)
        except _Failure as failure:
            call: ProxiedCall = scope["call"]
            if call.journal is not None:
                stamp, route = call.journal.stamp(), call.facts.route
                call.journal.write(ApiUnreachable(**stamp, reason=failure.reason, route=route, request_number=call.number))
            text = f"The relay got no response from {self.origin.url}: {failure.reason}.\n".encode()
            reply = Reply(status=failure.status, headers=((b"content-type", b"text/plain; charset=utf-8"),), body=b"")
            return reply.with_body(text)

    async def _forward(self, scope: Any, body: bytes) -> Reply:
        """Send a request to the API, and return its response with links to the relay.

        Raises:
            _Failure: There is no complete response.
        """
        if len(body) > LARGEST_BODY:
            raise _Failure("the request is too long to be sent", 413)
        query = scope["query_string"]
        target = scope["raw_path"] + (b"?" + query if query else b"")
        request = httpx.Request(
            scope["method"],
            self.origin.url,
            headers=_request_headers(scope["headers"], self.origin.host.encode(), body),
            stream=httpx.ByteStream(body),
            extensions={"target": target, "timeout": TIMEOUT.as_dict()},
        )
        if self._guard is not None:
            self._guard.passed += 1
        response = None
        try:
            async with httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport:
                response = await transport.handle_async_request(request)
                received = await _received(response)
        except httpx.TransportError as error:
            raise _failure_of(error, has_begun=response is not None) from error
        headers = [(name.lower(), value) for name, value in response.headers.raw]
        if response.status_code not in STATUS_LINE or any(_CONTROLS.search(value) for _, value in headers):
            raise _Failure(NOT_HTTP)
        if self._guard is not None:
            token_body = plain(headers, received)[0]
            self._guard.remember_token(HttpRequest.of(scope, body), target, response.status_code, token_body)
        return self._rewritten(scope, response.status_code, headers, received)

    def _rewritten(self, scope: Any, status: int, headers: Headers, body: bytes) -> Reply:
        """Return a response without hop-by-hop headers, whose links and redirects lead to the relay."""
        host, port = scope["server"]
        rewriting = Rewriting(self.origin, f"{scope['scheme']}://{host}:{port}", keeps_home=self._guard is not None)
        if any(name == b"content-type" and (b"json" in value or b"goa" in value) for name, value in headers):
            plain_body, plain_headers = plain(headers, body)
            rewritten = rewriting.body(plain_body)
            if rewritten is not plain_body:
                body, headers = rewritten, plain_headers
        omitted = BETWEEN_TWO | named_by_connection(headers) | (FRAME if status in BODILESS else frozenset())
        kept = tuple(pair for pair in rewriting.headers(headers) if pair[0] not in omitted)
        reply = Reply(status=status, headers=kept, body=body)
        return reply if scope["method"] == "HEAD" or status in BODILESS else reply.with_body(body)


def plain(headers: Headers, body: bytes) -> tuple[bytes, Headers]:
    """Return the decompressed body and its headers; both unchanged if the body is not compressed, incomplete, or followed by
    more data.
    """
    if not any(name == b"content-encoding" and value.lower() in {b"gzip", b"deflate"} for name, value in headers):
        return body, headers
    unpacking = zlib.decompressobj(wbits=47)
    try:
        unpacked = unpacking.decompress(body, LARGEST_BODY)
    except zlib.error:
        return body, headers
    if not unpacking.eof or unpacking.unused_data:
        return body, headers
    return unpacked, [pair for pair in headers if pair[0] != b"content-encoding"]


def named_by_connection(headers: Headers) -> frozenset[bytes]:
    """Return the headers that ``connection`` declares as hop-by-hop, except those that frame or authorise the request."""
    values = [value for name, value in headers if name == b"connection"]
    named = {word.strip().lower() for value in values for word in value.split(b",")}
    return frozenset(named - {b"content-length", b"authorization", b"content-type"})


def _request_headers(headers: Headers, host: bytes, body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of the request to *host*; they request a response without compression."""
    omitted = _OURS | named_by_connection(headers)
    kept = [pair for pair in headers if pair[0] not in omitted]
    is_framed = bool(body) or any(name in FRAME for name, _ in headers)
    length = [(b"content-length", b"%d" % len(body))] if is_framed else []
    return [(b"host", host), (b"accept-encoding", b"identity"), *kept, *length]


async def _read(receive: Any) -> bytes | None:
    """Return the body of a request, read until it is complete or too long; None if the client left before."""
    body = bytearray()
    while len(body) <= LARGEST_BODY:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


async def _disconnect(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _received(response: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST_BODY:
            raise _Failure("the response is too long to be rewritten")
    return bytes(body)


def _failure_of(error: httpx.TransportError, *, has_begun: bool) -> _Failure:
    """Return the reason why there is no complete response; *has_begun* means that its head has arrived."""
    match error:
        case httpx.ConnectTimeout():
            return _Failure(f"no connection within {LONGEST_CONNECT_S:g} s")
        case httpx.TimeoutException():
            return _Failure(f"no response for {LONGEST_SILENCE_S:g} s", 504)
        case httpx.ConnectError():
            return _Failure(_connect_problem(error))
        case httpx.NetworkError():
            return _Failure("the connection was reset during the response" if has_begun else "connection reset")
        case httpx.RemoteProtocolError() if "disconnected" in str(error) or "closed" in str(error):
            # httpx has one class for both causes; only its text differs.
            return _Failure("the response is incomplete" if has_begun else "the connection ended without a response")
    return _Failure(NOT_HTTP)


def _connect_problem(error: BaseException) -> str:
    """Return the reason why there is no connection: the innermost error of the system or of TLS."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return f"its certificate is invalid: {cause.verify_message.rstrip('.')}"
            case ssl.SSLError():
                return f"TLS failed: {cause.reason or 'handshake'}"
            case OSError() if cause.strerror:
                return f"no connection: {cause.strerror}"
    return f"no connection: {error}"
