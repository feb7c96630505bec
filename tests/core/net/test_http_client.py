"""The HTTP client returns a response, or in words the reason why there is none."""

import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.http_client import HttpClient, HttpReply, without_rate_limit
from fiskil_harness.core.net.server import free_port


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Yield a client whose limit is longer than any delay of a busy machine."""
    with HttpClient(timeout_s=60) as opened:
        yield opened


def serve_once(raw: bytes, *, head: bytes = b"", pause_s: float = 0, times: int = 1) -> str:
    """Serve one connection and return its URL: send *head* and then *times* times *raw*, with *pause_s* after each."""
    listener = socket.create_server(("127.0.0.1", 0))
    never_set = threading.Event()

    def respond() -> None:
        with listener, listener.accept()[0] as sock:
            sock.recv(65536)
            sock.sendall(head)
            for _ in range(times):
                try:
                    sock.sendall(raw)
                except OSError:
                    return
                never_set.wait(pause_s)

    threading.Thread(target=respond, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_a_response_is_returned_complete(client: HttpClient, httpserver: HTTPServer) -> None:
    """The reply has the status, headers with lower-case names, the body and the requested URL."""
    httpserver.expect_request("/x", method="POST", json={"a": 1}).respond_with_data(
        "hello", status=201, headers={"X-Thing": "1"}, content_type="text/plain; charset=utf-8"
    )

    reply = client.request("POST", httpserver.url_for("/x"), json={"a": 1})

    assert (reply.status, reply.body, reply.problem) == (201, b"hello", "")
    assert (reply.headers["x-thing"], reply.content_type) == ("1", "text/plain")
    assert reply.url == httpserver.url_for("/x")


def test_each_request_has_its_own_connection(client: HttpClient) -> None:
    """A server that fails may close the connection while the next request is on its way, and does not always say so."""
    listener = socket.create_server(("127.0.0.1", 0))

    def respond() -> None:
        with listener:
            for status in (b"500 Oops", b"200 OK"):
                with listener.accept()[0] as sock:
                    sock.recv(65536)
                    sock.sendall(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n")
                    sock.recv(65536)  # the next request, if there is one: it gets no response

    threading.Thread(target=respond, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

    assert [client.request("GET", url).status for _ in range(2)] == [500, 200]


def test_redirects_are_not_followed(client: HttpClient, httpserver: HTTPServer) -> None:
    """The caller decides about a redirect."""
    httpserver.expect_request("/x").respond_with_data("", status=302, headers={"Location": "/y"})

    reply = client.request("GET", httpserver.url_for("/x"))

    assert (reply.status, reply.headers["location"]) == (302, "/y")


def test_cookies_are_kept_as_in_a_browser(client: HttpClient, httpserver: HTTPServer) -> None:
    """A cookie that one response sets is sent with the next request."""
    httpserver.expect_request("/set").respond_with_data("", headers={"Set-Cookie": "who=rosa; Path=/; HttpOnly"})
    httpserver.expect_request("/get").respond_with_handler(lambda request: Response(request.cookies.get("who", "")))

    client.request("GET", httpserver.url_for("/set"))

    assert client.request("GET", httpserver.url_for("/get")).body == b"rosa"


def test_repeated_fields_are_sent_repeatedly(client: HttpClient, httpserver: HTTPServer) -> None:
    """A form field with two values, such as two ticked boxes, is sent twice."""

    def names(request: Request) -> Response:
        return Response(",".join(request.form.getlist("account")))

    httpserver.expect_request("/").respond_with_handler(names)

    assert client.request("POST", httpserver.url_for("/"), form={"account": ["a", "b"]}).body == b"a,b"


def test_a_refused_connection_is_reported(client: HttpClient) -> None:
    """The reason does not contain the port."""
    reply = client.request("GET", f"http://127.0.0.1:{free_port()}/")

    assert (reply.status, reply.problem) == (None, "connection refused")


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"", "connection closed before the response was complete"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello", "connection closed before the response was complete"),
        (b"nonsense\r\n\r\n", "the response is not HTTP"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello",
            "the response is not encoded as its content-encoding says",
        ),
    ],
    ids=["nothing", "too short", "no http", "no gzip"],
)
def test_a_broken_response_is_reported(client: HttpClient, raw: bytes, trouble: str) -> None:
    """The reply contains the reason, and no exception is raised."""
    reply = client.request("GET", serve_once(raw))

    assert (reply.status, reply.problem) == (None, trouble)


def test_a_missing_response_is_reported_at_the_time_limit(client: HttpClient) -> None:
    """One request may have a limit that differs from the client's."""
    url = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n", pause_s=60)
    elapsed = stopwatch()

    reply = client.request("GET", url, timeout_s=0.05)

    assert (reply.status, reply.problem) == (None, "no response within the limit")
    assert elapsed() < 30


def test_a_slow_response_is_aborted_at_the_time_limit(client: HttpClient) -> None:
    """The limit applies to the whole response, not only to each read."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"
    elapsed = stopwatch()

    reply = client.request("GET", serve_once(b"x", head=head, pause_s=0.05, times=2000), timeout_s=0.3)

    assert (reply.status, reply.problem) == (None, "no response within the limit")
    assert elapsed() < 30


def test_an_endless_response_is_aborted(client: HttpClient) -> None:
    """A response of more than 16 MiB is not read further."""
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"

    reply = client.request("GET", serve_once(b"x" * 1_000_000, head=head, times=100), timeout_s=60)

    assert (reply.status, reply.problem) == (None, "the response is longer than 16 MiB")


@pytest.mark.parametrize(
    "url", ["no url", "http://[::1", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://a\x00b/"]
)
def test_an_invalid_url_is_reported(client: HttpClient, url: str) -> None:
    """An app may put an invalid URL into a redirect, so none raises an exception."""
    reply = client.request("GET", url)

    assert reply.status is None
    assert " " in reply.problem


def test_a_port_that_does_not_exist_is_not_taken_for_another(httpserver: HTTPServer, client: HttpClient) -> None:
    """The operating system uses the last 16 bits of a port, so such a request could reach another program."""
    reply = client.request("GET", f"http://127.0.0.1:{httpserver.port + 65_536}/")

    assert (reply.status, reply.problem) == (None, "the URL is not an HTTP URL")
    assert httpserver.log == []


@pytest.mark.parametrize(("pause", "is_its_own", "sent"), [("0", True, 2), ("0", False, 1), ("", True, 1), ("60", True, 1)])
def test_a_request_is_repeated_only_for_the_apps_own_rate_limit(pause: str, sent: int, *, is_its_own: bool) -> None:
    """The app states a short pause, and passes on no refusal of the API."""
    replies = [HttpReply(status=429, headers={"retry-after": pause}), HttpReply(status=200)]

    reply = without_rate_limit(lambda: replies.pop(0), is_its_own=lambda: is_its_own)

    assert (reply.status, len(replies)) == (200 if sent == 2 else 429, 2 - sent)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_copy_sends_the_same_cookies(httpserver: HTTPServer, client: HttpClient, host: str) -> None:
    """Cookies of a response, Secure ones too, and cookies that were set by name; a browser sends them to this machine."""
    httpserver.expect_request("/in").respond_with_data("", headers={"Set-Cookie": "session=1; Path=/; Secure"})
    httpserver.expect_request("/page").respond_with_handler(lambda request: Response(str(sorted(request.cookies.items()))))
    url = f"http://{host}:{httpserver.port}"

    client.set_cookies({"plan": "basic"}, url=url)
    client.request("GET", f"{url}/in")
    with client.copy() as other:
        page = other.request("GET", f"{url}/page")

    assert page.body.decode() == "[('plan', 'basic'), ('session', '1')]"
