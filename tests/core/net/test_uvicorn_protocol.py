"""Connections: usual requests get a response at once, all others through uvicorn, and no client sees a difference."""

import select
import socket
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.internal_errors import Crash
from fiskil_harness.core.net.server import LOOPBACK, Loop, Server
from fiskil_harness.core.net.uvicorn_protocol import Connection, HttpRequest, HttpResponse

HEAD = b" HTTP/1.1\r\nHost: x\r\n"
LENGTH = HEAD + b"Content-Length: 4\r\n\r\n"
UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB\r\n"
UNUSUAL = {
    "http 1.0": b"GET / HTTP/1.0\r\n\r\n",
    "http 1.0 that is kept": b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "closing": b"GET /" + HEAD + b"Connection: close\r\n\r\n",
    "large body": b"POST /" + HEAD + b"Connection: close\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000,
}
SAME = {
    "plain": b"GET /a" + HEAD + b"\r\n",
    "query": b"GET /a?b=c&d" + HEAD + b"\r\n",
    "empty query": b"GET /a?" + HEAD + b"\r\n",
    "fragment": b"GET /a?b#c" + HEAD + b"\r\n",
    "encoded path": b"GET /a%2Fb%20%C3%BC%ff?x=%20" + HEAD + b"\r\n",
    "long target": b"GET /" + b"a" * 5_000 + b"?" + b"b" * 5_000 + HEAD + b"\r\n",
    "odd headers": b"GET /a" + HEAD + b"X-One: A\r\nx-one: b\r\nX-Empty:\r\nX-High: \xe4\r\n\r\n",
    "body": b"POST /a" + LENGTH + b"\x00abc",
    "delete": b"DELETE /a" + HEAD + b"\r\n",
    "chunked": b"POST /a" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
    "upgrade": b"GET /a" + HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "upgrade with a body": b"POST /a" + HEAD + UPGRADE + b"Content-Length: 4\r\n\r\nabcd",
    "upgrade with chunks": b"POST /a" + HEAD + UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "absolute": b"GET http://x/a?b" + HEAD + b"\r\n",
}
ENDS = HEAD + b"Connection: close\r\n\r\n"


class Echo:
    """Responds with the request itself and the way it took."""

    def respond_at_once(self, request: HttpRequest) -> HttpResponse | None:
        """Respond to any path that does not start with ``/later``."""
        if request.path == "/broken":
            raise ZeroDivisionError("ours")
        return None if request.path.startswith("/later") else echo_response(b"at once", request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the whole body and respond through uvicorn."""
        body, has_more = b"", True
        while has_more:
            message = await receive()
            body, has_more = body + message["body"], message.get("more_body", False)
        response = echo_response(b"in pieces", HttpRequest.of(scope, body))
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        await send({"type": "http.response.body", "body": response.body})


class ImpatientConnection(Connection):
    """A connection that is closed soon when it is idle."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout_keep_alive = 0.05  # type: ignore[assignment]


class HastyConnection(Connection):
    """A connection on which a request head must arrive within a fifth of a second."""

    longest_head_s = 0.2


def echo_response(way: bytes, request: HttpRequest) -> HttpResponse:
    request.client = None
    body = msgspec.json.encode([[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers])
    description = f"{request.method} {request.path!r} {request.raw_path} {request.query!r} {request.body!r}".encode()
    if request.path == "/much":
        description = b"x" * 20_000
    return HttpResponse(200, [(b"x-way", way), (b"content-length", b"%d" % len(description + body))], description + body)


class Client:
    """A connection to the echo that reads whole responses."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection((LOOPBACK, port), timeout=60)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self.sock.makefile("rb")

    def send(self, raw: bytes) -> None:
        """Send *raw* unchanged."""
        self.sock.sendall(raw)

    def response(self) -> tuple[bytes, bytes, bytes]:
        """Return the status line, way and body of the next response."""
        status, *lines = [line.rstrip() for line in iter(self._reader.readline, b"\r\n")]
        fields = dict(line.split(b": ", 1) for line in lines)
        return status, fields.get(b"x-way", b""), self._reader.read(int(fields.get(b"content-length", 0)))

    def read_to_end(self) -> bytes:
        """Return everything until the other side closes the connection."""
        return self._reader.read()

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()
        self.sock.close()


@pytest.fixture
def crashes() -> list[Crash]:
    """Return the list that collects crashes."""
    return []


@pytest.fixture
def loop(crashes: list[Crash]) -> Iterator[Loop]:
    """Yield a running event loop."""
    with Loop(crashes=crashes) as running:
        yield running


@pytest.fixture
def client(loop: Loop, crashes: list[Crash]) -> Iterator[Client]:
    """Yield a client of the echo."""
    connected = Client(Server(loop, Echo(), crashes=crashes).port)
    yield connected
    connected.close()


@pytest.fixture
def impatient_client(loop: Loop) -> Iterator[Client]:
    """Yield a client of an echo that closes idle connections soon."""
    connected = Client(Server(loop, Echo(), protocol=ImpatientConnection).port)
    yield connected
    connected.close()


@pytest.fixture
def hasty_client(loop: Loop) -> Iterator[Client]:
    """Yield a client of an echo that does not wait long for a request head."""
    connected = Client(Server(loop, Echo(), protocol=HastyConnection).port)
    yield connected
    connected.close()


def test_usual_requests_get_a_response_at_once(client: Client) -> None:
    """Successive requests on one connection take the short way, with and without a body."""
    client.send(b"GET /" + HEAD + b"\r\n")
    first = client.response()
    client.send(b"POST /" + LENGTH + b"abcd")
    second = client.response()

    assert first[:2] == second[:2] == (b"HTTP/1.1 200 OK", b"at once")


@pytest.mark.parametrize("raw", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_requests_go_through_uvicorn(client: Client, raw: bytes) -> None:
    """Uvicorn responds, and the connection is closed as the request demands."""
    client.send(raw)

    received = client.read_to_end()

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"x-way: in pieces\r\n" in received


def test_a_response_to_head_has_no_body(client: Client) -> None:
    """The next bytes on the connection are the next response."""
    client.send(b"HEAD /" + HEAD + b"\r\n" + b"GET /" + ENDS)

    head, _, after = client.read_to_end().partition(b"\r\n\r\n")

    assert b"x-way: in pieces" in head
    assert after.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_expects_100_continue_gets_it(client: Client) -> None:
    """The client sends the body after ``100 Continue``, and the body arrives."""
    client.send(b"POST /" + HEAD + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    with client.sock.makefile("rb", buffering=0) as received:
        assert received.readline() + received.readline() == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"abcd")

    assert b"b'abcd'" in client.response()[2]


@pytest.mark.parametrize("raw", SAME.values(), ids=SAME.keys())
def test_both_ways_pass_on_the_same_request(client: Client, raw: bytes) -> None:
    """Method, paths, query, headers and body are equal whichever way a request takes."""
    client.send(raw)
    at_once = client.response()
    client.send(b"GET /later" + HEAD + b"\r\n" + raw)
    client.response()
    in_pieces = client.response()

    assert (at_once[1], in_pieces[1]) == (b"at once", b"in pieces")
    assert at_once[2] == in_pieces[2]


@pytest.mark.parametrize("at", range(1, len(b"POST /a" + LENGTH + b"abcd")))
def test_a_request_may_arrive_in_any_two_pieces(client: Client, at: int) -> None:
    """The response is the same wherever the request is cut, and so is the response to the next request."""
    raw = b"POST /a" + LENGTH + b"abcd"
    client.send(raw)
    whole = client.response()[2]

    client.send(raw[:at])
    client.send(raw[at:])

    assert client.response()[2] == whole
    client.send(raw)
    assert client.response()[2] == whole


def test_a_request_that_offers_an_upgrade_is_served_like_any_other(client: Client) -> None:
    """Its body and all its headers arrive wherever the request is cut, and the connection can be used again."""
    raw = b"POST /a" + HEAD + UPGRADE + b"Content-Length: 4\r\n\r\nabcd"
    responses = []
    for at in range(1, len(raw)):
        client.send(raw[:at])
        client.send(raw[at:])
        responses.append(client.response())

    assert {response[0] for response in responses} == {b"HTTP/1.1 200 OK"}
    [body] = {response[2] for response in responses}
    assert b"'abcd'" in body
    assert b'["upgrade","h2c"]' in body


def test_many_pipelined_offers_of_an_upgrade_get_responses(client: Client) -> None:
    """They may arrive in one piece."""
    raw = b"POST /a" + HEAD + UPGRADE + b"Content-Length: 4\r\n\r\nabcd"

    client.send(raw * 400)

    assert all(b"'abcd'" in client.response()[2] for _ in range(400))


def test_pipelined_requests_get_responses_in_order(client: Client) -> None:
    """Requests behind one that goes through uvicorn wait for it."""
    paths = [b"/1", b"/2", b"/later", b"/4", b"/5"]

    client.send(b"".join(b"GET " + path + HEAD + b"\r\n" for path in paths))

    responses = [client.response() for _ in paths]
    assert [body.split()[2] for _, _, body in responses] == paths
    assert [way for _, way, _ in responses] == [b"at once"] * 2 + [b"in pieces"] * 3


def test_a_request_after_a_late_response_gets_a_response_at_once(client: Client) -> None:
    """Uvicorn serves that one request, not the rest of the connection."""
    client.send(b"GET /later" + HEAD + b"\r\n")
    late = client.response()
    client.send(b"GET /" + HEAD + b"\r\n")

    assert (late[1], client.response()[1]) == (b"in pieces", b"at once")


def test_responses_wait_for_a_client_that_does_not_read(client: Client) -> None:
    """Twenty megabytes of responses are not buffered at once, and all of them arrive."""
    count = 1_000
    sender = threading.Thread(target=client.send, args=((b"GET /much" + HEAD + b"\r\n") * count,))

    sender.start()
    responses = [client.response() for _ in range(count)]
    sender.join(60)

    assert {len(body) > 20_000 for _, _, body in responses} == {True}
    assert {way for _, way, _ in responses} == {b"at once", b"in pieces"}


def test_an_exception_of_a_harness_application_is_500_and_recorded(client: Client, crashes: list[Crash]) -> None:
    """The connection stays open and serves the next request."""
    client.send(b"GET /broken" + HEAD + b"\r\n")
    first = client.response()
    client.send(b"GET /" + HEAD + b"\r\n")

    assert first == (b"HTTP/1.1 500 Internal Server Error", b"", b"")
    assert client.response()[0] == b"HTTP/1.1 200 OK"
    assert [(crash.place, crash.error) for crash in crashes] == [("server", "ZeroDivisionError: ours")]


def test_malformed_http_after_a_valid_request_is_refused(client: Client, crashes: list[Crash]) -> None:
    """The valid request gets its response first, and no crash is recorded."""
    client.send(b"GET /" + HEAD + b"\r\n" + b"\x00\x01\r\n\r\n")

    received = client.read_to_end()

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 400 Bad Request\r\n" in received
    assert crashes == []


def test_an_idle_connection_is_closed(impatient_client: Client) -> None:
    """The keep-alive timeout counts from the last response."""
    impatient_client.send(b"GET /" + HEAD + b"\r\n")
    impatient_client.response()

    assert impatient_client.read_to_end() == b""


def test_a_connection_within_a_request_stays_open(impatient_client: Client) -> None:
    """The keep-alive timeout does not apply while the rest of a request is missing."""
    impatient_client.send(b"GET /" + HEAD + b"\r\n" + b"GET /second")
    impatient_client.response()
    assert not select.select([impatient_client.sock], [], [], 0.15)[0]
    impatient_client.send(HEAD + b"\r\n")

    assert impatient_client.response()[0] == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("begin", [b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
@pytest.mark.parametrize("before", [0, 2])
def test_a_head_that_never_ends_is_refused(hasty_client: Client, begin: bytes, before: int) -> None:
    """Clients that send half a head would otherwise hold their connections for ever; earlier requests change nothing."""
    for _ in range(before):
        hasty_client.send(b"GET /" + HEAD + b"\r\n")
        hasty_client.response()

    hasty_client.send(begin)

    assert hasty_client.read_to_end().startswith(b"HTTP/1.1 408 ")


def test_a_connection_without_a_request_is_closed(hasty_client: Client) -> None:
    """There is no request to respond to."""
    assert hasty_client.read_to_end() == b""


def test_the_time_for_a_head_does_not_limit_a_body(hasty_client: Client) -> None:
    """A body may take longer than a head."""
    hasty_client.send(b"POST /" + LENGTH + b"ab")

    assert not select.select([hasty_client.sock], [], [], 0.5)[0]
    hasty_client.send(b"cd")
    assert hasty_client.response()
