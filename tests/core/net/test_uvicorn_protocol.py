"""Connections: usual requests are answered at once, every other one as uvicorn does, and no client can tell which."""

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
    "absolute": b"GET http://x/a?b" + HEAD + b"\r\n",
}
ENDS = HEAD + b"Connection: close\r\n\r\n"


class Echo:
    """Says which way a request came, and what it was."""

    def respond_at_once(self, request: HttpRequest) -> HttpResponse | None:
        """What is not about waiting."""
        if request.path == "/broken":
            raise ZeroDivisionError("ours")
        return None if request.path.startswith("/later") else told(b"at once", request)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """All of it; an answer is late where the path says so."""
        body, has_more = b"", True
        while has_more:
            message = await receive()
            body, has_more = body + message["body"], message.get("more_body", False)
        answer = told(b"in pieces", HttpRequest.of(scope, body))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})


class Restless(Connection):
    """A connection that is closed soon when nobody asks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout_keep_alive = 0.05  # type: ignore[assignment]


def told(way: bytes, request: HttpRequest) -> HttpResponse:
    request.client = None
    body = msgspec.json.encode([[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.headers])
    rest = f"{request.method} {request.path!r} {request.raw_path} {request.query!r} {request.body!r}".encode()
    if request.path == "/much":
        rest = b"x" * 20_000
    return HttpResponse(200, [(b"x-way", way), (b"content-length", b"%d" % len(rest + body))], rest + body)


class Client:
    """A connection to the echo that reads whole answers."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection((LOOPBACK, port), timeout=60)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self.sock.makefile("rb")

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self.sock.sendall(raw)

    def answer(self) -> tuple[bytes, bytes, bytes]:
        """The next answer: status line, way and body."""
        status, *lines = [line.rstrip() for line in iter(self._reader.readline, b"\r\n")]
        fields = dict(line.split(b": ", 1) for line in lines)
        return status, fields.get(b"x-way", b""), self._reader.read(int(fields.get(b"content-length", 0)))

    def rest(self) -> bytes:
        """All that comes until the other side closes."""
        return self._reader.read()

    def close(self) -> None:
        """Hang up."""
        self._reader.close()
        self.sock.close()


@pytest.fixture
def crashes() -> list[Crash]:
    """Where crashes are noted."""
    return []


@pytest.fixture
def loop(crashes: list[Crash]) -> Iterator[Loop]:
    """A running event loop."""
    with Loop(crashes=crashes) as running:
        yield running


@pytest.fixture
def client(loop: Loop, crashes: list[Crash]) -> Iterator[Client]:
    """A client of the echo."""
    made = Client(Server(loop, Echo(), crashes=crashes).port)
    yield made
    made.close()


@pytest.fixture
def restless(loop: Loop) -> Iterator[Client]:
    """A client of an echo that closes idle connections soon."""
    made = Client(Server(loop, Echo(), protocol=Restless).port)
    yield made
    made.close()


def test_usual_requests_are_answered_at_once(client: Client) -> None:
    """One after the other on one connection, with and without a body."""
    client.send(b"GET /" + HEAD + b"\r\n")
    first = client.answer()
    client.send(b"POST /" + LENGTH + b"abcd")
    second = client.answer()

    assert first[:2] == second[:2] == (b"HTTP/1.1 200 OK", b"at once")


@pytest.mark.parametrize("raw", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_unusual_requests_take_the_long_way(client: Client, raw: bytes) -> None:
    """Uvicorn answers them, and the connection ends as they ask."""
    client.send(raw)

    said = client.rest()

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"x-way: in pieces\r\n" in said


def test_an_answer_to_head_has_no_body(client: Client) -> None:
    """What follows it on the connection is the next answer."""
    client.send(b"HEAD /" + HEAD + b"\r\n" + b"GET /" + ENDS)

    head, _, after = client.rest().partition(b"\r\n\r\n")

    assert b"x-way: in pieces" in head
    assert after.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_waits_for_100_gets_it(client: Client) -> None:
    """The body is sent after the word that it may be, and arrives."""
    client.send(b"POST /" + HEAD + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    first = client.sock.recv(100)
    client.send(b"abcd")

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b"b'abcd'" in client.answer()[2]


@pytest.mark.parametrize("raw", SAME.values(), ids=SAME.keys())
def test_both_ways_tell_of_the_same_request(client: Client, raw: bytes) -> None:
    """Method, paths, query, headers and body are the same whichever way a request takes."""
    client.send(raw)
    at_once = client.answer()
    client.send(b"GET /later" + HEAD + b"\r\n" + raw)
    client.answer()
    in_pieces = client.answer()

    assert (at_once[1], in_pieces[1]) == (b"at once", b"in pieces")
    assert at_once[2] == in_pieces[2]


@pytest.mark.parametrize("at", range(1, len(b"POST /a" + LENGTH + b"abcd")))
def test_a_request_may_come_in_any_two_pieces(client: Client, at: int) -> None:
    """Its answer is that of the whole, wherever the cut is, and so is that of the next request."""
    raw = b"POST /a" + LENGTH + b"abcd"
    client.send(raw)
    whole = client.answer()[2]

    client.send(raw[:at])
    client.send(raw[at:])

    assert client.answer()[2] == whole
    client.send(raw)
    assert client.answer()[2] == whole


def test_what_is_asked_together_is_answered_in_order(client: Client) -> None:
    """Also where one in the middle cannot be answered at once: those behind it wait for it."""
    paths = [b"/1", b"/2", b"/later", b"/4", b"/5"]

    client.send(b"".join(b"GET " + path + HEAD + b"\r\n" for path in paths))

    answers = [client.answer() for _ in paths]
    assert [body.split()[2] for _, _, body in answers] == paths
    assert [way for _, way, _ in answers] == [b"at once"] * 2 + [b"in pieces"] * 3


def test_a_request_after_a_late_answer_is_answered_at_once(client: Client) -> None:
    """The long way is that of one request, not of the connection."""
    client.send(b"GET /later" + HEAD + b"\r\n")
    late = client.answer()
    client.send(b"GET /" + HEAD + b"\r\n")

    assert (late[1], client.answer()[1]) == (b"in pieces", b"at once")


def test_a_client_that_does_not_read_is_waited_for(client: Client) -> None:
    """Twenty megabytes of answers are not piled up at once, and every one arrives."""
    asked = 1_000
    sender = threading.Thread(target=client.send, args=((b"GET /much" + HEAD + b"\r\n") * asked,))

    sender.start()
    answers = [client.answer() for _ in range(asked)]
    sender.join(60)

    assert {len(body) > 20_000 for _, _, body in answers} == {True}
    assert {way for _, way, _ in answers} == {b"at once", b"in pieces"}


def test_an_exception_of_ours_is_500_and_noted(client: Client, crashes: list[Crash]) -> None:
    """The connection goes on."""
    client.send(b"GET /broken" + HEAD + b"\r\n")
    first = client.answer()
    client.send(b"GET /" + HEAD + b"\r\n")

    assert first == (b"HTTP/1.1 500 Internal Server Error", b"", b"")
    assert client.answer()[0] == b"HTTP/1.1 200 OK"
    assert [(crash.place, crash.error) for crash in crashes] == [("server", "ZeroDivisionError: ours")]


def test_bad_http_behind_a_good_request_is_refused(client: Client, crashes: list[Crash]) -> None:
    """The good one is answered first."""
    client.send(b"GET /" + HEAD + b"\r\n" + b"\x00\x01\r\n\r\n")

    said = client.rest()

    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"HTTP/1.1 400 Bad Request\r\n" in said
    assert crashes == []


def test_an_idle_connection_is_closed(restless: Client) -> None:
    """After the time that connections are kept, counted from the last answer."""
    restless.send(b"GET /" + HEAD + b"\r\n")
    restless.answer()

    assert restless.rest() == b""


def test_a_connection_in_the_middle_of_a_request_is_kept(restless: Client) -> None:
    """However long the rest of the request takes."""
    restless.send(b"GET /" + HEAD + b"\r\n" + b"GET /second")
    restless.answer()
    assert not select.select([restless.sock], [], [], 0.15)[0]
    restless.send(HEAD + b"\r\n")

    assert restless.answer()[0] == b"HTTP/1.1 200 OK"
