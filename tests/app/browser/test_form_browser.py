"""The visitor fills forms as a browser would, follows redirects, and stays on this machine."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.app.browser.form_browser import FormBrowser, forms, is_same_origin, with_query
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import StepError

PAGE = """
<form action="/first"><input type="hidden" name="act" value="cancel"><button>Cancel</button></form>
<form method="post" action="/second">
  <input type="hidden" name="act" value="select"><input type="hidden" name="token" value="t&amp;1">
  <input type="checkbox" name="account" value="a" checked><input type="checkbox" name="account" value="b">
  <input type="radio" name="bank" value="x" disabled><input name="note"><input type="submit" name="go" value="1">
</form>
<p>Your code is <strong data-code> 123456 </strong>.</p>
"""


@pytest.fixture
def visitor() -> Iterator[FormBrowser]:
    """A visitor with a fresh browser."""
    with HttpClient(timeout_s=60) as browser:
        yield FormBrowser(browser)


def shown(text: str) -> HttpReply:
    return HttpReply(status=200, body=text.encode(), url="http://127.0.0.1/")


def test_forms_carry_what_a_browser_would_send() -> None:
    """Hidden and checked fields count, disabled and submit ones do not; choices are listed apart."""
    first, second = forms(shown(PAGE))

    assert (first.action, first.fields) == ("/first", (("act", "cancel"),))
    assert second.fields == (("act", "select"), ("token", "t&1"), ("account", "a"), ("note", ""))
    assert second.choices == {"account": ("a", "b")}


def test_text_is_found_by_attribute(visitor: FormBrowser) -> None:
    """The rehearsal's one-time code stands on the page."""
    visitor.page = shown(PAGE)

    assert visitor.text_of("data-code") == "123456"
    assert visitor.choices("account") == ("a", "b")


def test_values_are_found_by_attribute(visitor: FormBrowser) -> None:
    """The consent page's messages stand in one; a page without it says nothing."""
    visitor.page = shown('<main data-messages="[1, &quot;a&quot;]"><p data-messages="2">text</p></main>')

    assert visitor.value_of("data-messages") == '[1, "a"]'
    assert visitor.value_of("data-other") == ""


def test_a_visitor_says_what_it_is_with_every_request(httpserver: HTTPServer) -> None:
    """A page in a frame is asked for as one, also by its forms and where it leads."""
    seen: list[str] = []

    def take(request: Request) -> Response:
        seen.append(request.headers.get("sec-fetch-dest", ""))
        return Response(PAGE) if request.method == "GET" else Response(status=303, headers={"location": "/"})

    httpserver.expect_request("/").respond_with_handler(take)
    httpserver.expect_request("/second").respond_with_handler(take)
    with HttpClient(timeout_s=60) as browser:
        visitor = FormBrowser(browser, headers={"sec-fetch-dest": "iframe"})
        visitor.open(httpserver.url_for("/"))
        visitor.submit("select")

    assert seen == ["iframe", "iframe", "iframe"]


def test_answers_replace_fields_of_their_form(visitor: FormBrowser, httpserver: HTTPServer) -> None:
    """The form is chosen by its act; what is not answered goes as it stood."""
    seen: list[dict[str, list[str]]] = []

    def take(request: Request) -> Response:
        seen.append({name: request.form.getlist(name) for name in request.form})
        return Response("done")

    httpserver.expect_request("/", method="GET").respond_with_data(PAGE)
    httpserver.expect_request("/second", method="POST").respond_with_handler(take)
    visitor.open(httpserver.url_for("/"))

    reply = visitor.submit("select", account=["b", "c"])

    assert reply.body == b"done"
    assert seen == [{"act": ["select"], "token": ["t&1"], "note": [""], "account": ["b", "c"]}]


def test_a_form_that_is_not_there_is_an_error(visitor: FormBrowser) -> None:
    """The step could not be performed, and the message says what was looked for."""
    visitor.page = shown(PAGE)

    with pytest.raises(StepError, match=r"no form for 'deny' \(it answered 200\)"):
        visitor.submit("deny")


def test_redirects_are_followed_with_cookies(visitor: FormBrowser, httpserver: HTTPServer) -> None:
    """The visitor lands where a browser would, and keeps what it was given on the way."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "/b", "Set-Cookie": "seen=1; Path=/"})
    httpserver.expect_request("/b", headers={"Cookie": "seen=1"}).respond_with_data("here")

    reply = visitor.open(httpserver.url_for("/a"))

    assert (reply.status, reply.body) == (200, b"here")
    assert visitor.redirects == [httpserver.url_for("/b")]


def test_a_circle_of_redirects_ends(visitor: FormBrowser, httpserver: HTTPServer) -> None:
    """Eight hops are enough for anybody."""
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": "/a"})

    reply = visitor.open(httpserver.url_for("/a"))

    assert (reply.status, len(visitor.redirects)) == (302, 8)


@pytest.mark.parametrize(
    "elsewhere", ["https://shop.example.com/done", "shop://callback?session_id=1", "http://192.0.2.7/", "http://[::2]/"]
)
def test_the_visitor_stays_on_this_machine(visitor: FormBrowser, httpserver: HTTPServer, elsewhere: str) -> None:
    """Production addresses and an app's own scheme are noted, not visited."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": elsewhere})

    reply = visitor.open(httpserver.url_for("/a"))

    assert (reply.status, visitor.redirects) == (303, [elsewhere])


def test_a_host_may_be_allowed_by_name(httpserver: HTTPServer) -> None:
    """What the config allows is tried; nothing answers there."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "http://box.invalid/"})

    with HttpClient(timeout_s=60) as browser:
        reply = FormBrowser(browser, allow_hosts=("box.invalid",)).open(httpserver.url_for("/a"))

    assert (reply.status, reply.trouble) == (None, "connection refused")


def test_query_parameters_are_added() -> None:
    """With or without a query of its own."""
    assert with_query("http://a/b", c="d e") == "http://a/b?c=d+e"
    assert with_query("http://a/b?x=1", c="d") == "http://a/b?x=1&c=d"


def test_a_page_elsewhere_is_the_redirect_that_led_there(visitor: FormBrowser, httpserver: HTTPServer) -> None:
    """Another port is another origin, whether anybody listens there or not; another name of this machine is not."""
    away = f"http://127.0.0.1:{free_port()}/done"
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data(status=302, headers={"Location": away})
    visitor.open(httpserver.url_for("/a"))

    assert (visitor.page.status, visitor.redirects[-1]) == (None, away)
    assert visitor.page_at(f"http://localhost:{httpserver.port}").status == 302
    assert visitor.page_at("http://127.0.0.1:1").status == 303
    assert visitor.page_at(away) is visitor.page


def test_a_form_to_another_machine_is_not_sent(visitor: FormBrowser) -> None:
    """Not even with what a page says itself."""
    visitor.page = shown(
        '<form method="post" action="https://example.com/"><input type="hidden" name="act" value="go"></form>'
    )

    with pytest.raises(StepError, match="leads to another machine"):
        visitor.submit("go")


@pytest.mark.parametrize(
    ("left", "right", "is_same"),
    [
        ("http://localhost:8000/x", "http://127.0.0.1:8000", True),
        ("http://[::1]:8000/x", "http://127.0.0.1:8000", True),
        ("http://localhost", "http://localhost:80/", True),
        ("https://localhost", "https://localhost:443/", True),
        ("https://localhost:8000", "http://localhost:8000", False),
        ("http://localhost:3000", "http://localhost:8000", False),
        ("http://shop.example", "http://localhost", False),
        ("http://localhost:x", "http://localhost:80", False),
        ("shop://done", "http://localhost:80", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(left: str, right: str, *, is_same: bool) -> None:
    """The names of this machine are one."""
    assert is_same_origin(left, right) is is_same
