"""The one door to httpx: an answer, or in words why there is none."""

import socket
import threading
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.net.server import free_port


@pytest.fixture
def browser() -> Iterator[HttpClient]:
    """A browser that waits for as long as a busy machine may take."""
    with HttpClient(timeout_s=60) as made:
        yield made


def serve_once(raw: bytes, *, head: bytes = b"", pause_s: float = 0, times: int = 1) -> str:
    """Answer one connection with *head* and then *raw*, *times* over, and say under which address."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def answer() -> None:
        with listening, listening.accept()[0] as sock:
            sock.recv(65536)
            sock.sendall(head)
            for _ in range(times):
                try:
                    sock.sendall(raw)
                except OSError:
                    return
                done.wait(pause_s)

    threading.Thread(target=answer, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_an_answer_comes_whole(browser: HttpClient, httpserver: HTTPServer) -> None:
    """Status, headers in lower case, body, and the address that was asked."""
    httpserver.expect_request("/x", method="POST", json={"a": 1}).respond_with_data(
        "hello", status=201, headers={"X-Thing": "1"}, content_type="text/plain; charset=utf-8"
    )

    reply = browser.request("POST", httpserver.url_for("/x"), json={"a": 1})

    assert (reply.status, reply.body, reply.trouble) == (201, b"hello", "")
    assert (reply.headers["x-thing"], reply.content_type) == ("1", "text/plain")
    assert reply.url == httpserver.url_for("/x")


def test_redirects_are_not_followed(browser: HttpClient, httpserver: HTTPServer) -> None:
    """Whoever asked decides."""
    httpserver.expect_request("/x").respond_with_data("", status=302, headers={"Location": "/y"})

    reply = browser.request("GET", httpserver.url_for("/x"))

    assert (reply.status, reply.headers["location"]) == (302, "/y")


def test_cookies_are_kept_like_a_browser_keeps_them(browser: HttpClient, httpserver: HTTPServer) -> None:
    """What one answer sets, the next request carries."""
    httpserver.expect_request("/set").respond_with_data("", headers={"Set-Cookie": "who=rosa; Path=/; HttpOnly"})
    httpserver.expect_request("/get").respond_with_handler(lambda request: Response(request.cookies.get("who", "")))

    browser.request("GET", httpserver.url_for("/set"))

    assert browser.request("GET", httpserver.url_for("/get")).body == b"rosa"


def test_repeated_fields_are_sent_repeatedly(browser: HttpClient, httpserver: HTTPServer) -> None:
    """A form with two boxes ticked."""

    def names(request: Request) -> Response:
        return Response(",".join(request.form.getlist("account")))

    httpserver.expect_request("/").respond_with_handler(names)

    assert browser.request("POST", httpserver.url_for("/"), form={"account": ["a", "b"]}).body == b"a,b"


def test_nobody_at_the_address_is_said(browser: HttpClient) -> None:
    """In words, without the port."""
    reply = browser.request("GET", f"http://127.0.0.1:{free_port()}/")

    assert (reply.status, reply.trouble) == (None, "connection refused")


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"", "connection closed before the answer was complete"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello", "connection closed before the answer was complete"),
        (b"nonsense\r\n\r\n", "the answer is not HTTP"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello",
            "the answer is not encoded as its content-encoding says",
        ),
    ],
    ids=["nothing", "too short", "no http", "no gzip"],
)
def test_a_broken_answer_is_trouble(browser: HttpClient, raw: bytes, trouble: str) -> None:
    """Whatever is wrong with it, no exception comes out of the door."""
    reply = browser.request("GET", serve_once(raw))

    assert (reply.status, reply.trouble) == (None, trouble)


def test_no_answer_within_the_limit_is_trouble(browser: HttpClient) -> None:
    """The limit may be set for one request."""
    url = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n", pause_s=60)
    elapsed = stopwatch()

    reply = browser.request("GET", url, timeout_s=0.05)

    assert (reply.status, reply.trouble) == (None, "no answer within the limit")
    assert elapsed() < 30


def test_an_answer_that_drips_is_given_up_as_well(browser: HttpClient) -> None:
    """The limit is on the whole answer, not only on each read."""
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"
    elapsed = stopwatch()

    reply = browser.request("GET", serve_once(b"x", head=head, pause_s=0.05, times=2000), timeout_s=0.3)

    assert (reply.status, reply.trouble) == (None, "no answer within the limit")
    assert elapsed() < 30


def test_an_endless_answer_is_trouble(browser: HttpClient) -> None:
    """Sixteen megabytes are enough."""
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"

    reply = browser.request("GET", serve_once(b"x" * 1_000_000, head=head, times=100), timeout_s=60)

    assert (reply.status, reply.trouble) == (None, "the answer is longer than 16 MiB")


@pytest.mark.parametrize(
    "url", ["no url", "http://[::1", "http://", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://a\x00b/"]
)
def test_an_address_that_is_none_is_trouble(browser: HttpClient, url: str) -> None:
    """Nothing is raised for what an app may have put into a redirect."""
    reply = browser.request("GET", url)

    assert reply.status is None
    assert " " in reply.trouble
