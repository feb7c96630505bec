"""The form browser fills in forms as a browser does, follows redirects, and stays on this machine."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.app.browser.form_browser import FormBrowser, forms, is_same_origin
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
def form_browser() -> Iterator[FormBrowser]:
    """A form browser without cookies."""
    with HttpClient(timeout_s=60) as browser:
        yield FormBrowser(browser)


def page_with(text: str) -> HttpReply:
    return HttpReply(status=200, body=text.encode(), url="http://127.0.0.1/")


def test_forms_have_the_fields_that_a_browser_submits() -> None:
    """Hidden and checked fields are included, disabled and submit ones are not; choices are listed separately."""
    first, second = forms(page_with(PAGE))

    assert (first.action, first.fields) == ("/first", (("act", "cancel"),))
    assert second.fields == (("act", "select"), ("token", "t&1"), ("account", "a"), ("note", ""))
    assert second.choices == {"account": ("a", "b")}


def test_text_is_found_by_attribute(form_browser: FormBrowser) -> None:
    """The one-time code is on the page, in an element with an attribute."""
    form_browser.page = page_with(PAGE)

    assert form_browser.text_of("data-code") == "123456"
    assert form_browser.choices("account") == ("a", "b")


def test_values_are_found_by_attribute(form_browser: FormBrowser) -> None:
    """The consent page's messages are in an attribute; a page without it yields an empty text."""
    form_browser.page = page_with('<main data-messages="[1, &quot;a&quot;]"><p data-messages="2">text</p></main>')

    assert form_browser.value_of("data-messages") == '[1, "a"]'
    assert form_browser.value_of("data-other") == ""


def test_every_request_has_the_headers_of_the_browser(httpserver: HTTPServer) -> None:
    """The headers of a page in a frame are sent with forms and redirects too."""
    destinations: list[str] = []

    def take(request: Request) -> Response:
        destinations.append(request.headers.get("sec-fetch-dest", ""))
        return Response(PAGE) if request.method == "GET" else Response(status=303, headers={"location": "/"})

    httpserver.expect_request("/").respond_with_handler(take)
    httpserver.expect_request("/second").respond_with_handler(take)
    with HttpClient(timeout_s=60) as browser:
        form_browser = FormBrowser(browser, headers={"sec-fetch-dest": "iframe"})
        form_browser.open(httpserver.url_for("/"))
        form_browser.submit("select")

    assert destinations == ["iframe", "iframe", "iframe"]


def test_values_replace_fields_of_their_form(form_browser: FormBrowser, httpserver: HTTPServer) -> None:
    """The form is chosen by its act, and other fields keep their values."""
    submitted: list[dict[str, list[str]]] = []

    def take(request: Request) -> Response:
        submitted.append({name: request.form.getlist(name) for name in request.form})
        return Response("done")

    httpserver.expect_request("/", method="GET").respond_with_data(PAGE)
    httpserver.expect_request("/second", method="POST").respond_with_handler(take)
    form_browser.open(httpserver.url_for("/"))

    reply = form_browser.submit("select", account=["b", "c"])

    assert reply.body == b"done"
    assert submitted == [{"act": ["select"], "token": ["t&1"], "note": [""], "account": ["b", "c"]}]


def test_a_missing_form_is_an_error(form_browser: FormBrowser) -> None:
    """The error names the form that was expected."""
    form_browser.page = page_with(PAGE)

    with pytest.raises(StepError, match=r"no form for 'deny' \(it returned 200\)"):
        form_browser.submit("deny")


def test_redirects_are_followed_with_cookies(form_browser: FormBrowser, httpserver: HTTPServer) -> None:
    """Cookies that a redirect sets are sent with the next request."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "/b", "Set-Cookie": "seen=1; Path=/"})
    httpserver.expect_request("/b", headers={"Cookie": "seen=1"}).respond_with_data("here")

    reply = form_browser.open(httpserver.url_for("/a"))

    assert (reply.status, reply.body) == (200, b"here")
    assert form_browser.redirects == [httpserver.url_for("/b")]


def test_a_redirect_loop_ends(form_browser: FormBrowser, httpserver: HTTPServer) -> None:
    """At most eight redirects are followed."""
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": "/a"})

    reply = form_browser.open(httpserver.url_for("/a"))

    assert (reply.status, len(form_browser.redirects)) == (302, 8)


@pytest.mark.parametrize(
    "elsewhere", ["https://shop.example.com/done", "shop://callback?session_id=1", "http://192.0.2.7/", "http://[::2]/"]
)
def test_the_form_browser_stays_on_this_machine(form_browser: FormBrowser, httpserver: HTTPServer, elsewhere: str) -> None:
    """Redirects to other hosts or to an app's own scheme are recorded but not followed."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": elsewhere})

    reply = form_browser.open(httpserver.url_for("/a"))

    assert (reply.status, form_browser.redirects) == (303, [elsewhere])


def test_a_host_may_be_allowed_by_name(httpserver: HTTPServer) -> None:
    """A request to an allowed host is made; here no server listens there."""
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "http://box.invalid/"})

    with HttpClient(timeout_s=60) as browser:
        reply = FormBrowser(browser, allow_hosts=("box.invalid",)).open(httpserver.url_for("/a"))

    assert (reply.status, reply.problem) == (None, "connection refused")


def test_a_page_elsewhere_is_the_redirect_that_led_there(form_browser: FormBrowser, httpserver: HTTPServer) -> None:
    """Another port is another origin, even without a server there; another name of this machine is not."""
    other_url = f"http://127.0.0.1:{free_port()}/done"
    httpserver.expect_request("/a").respond_with_data(status=303, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data(status=302, headers={"Location": other_url})
    form_browser.open(httpserver.url_for("/a"))

    assert (form_browser.page.status, form_browser.redirects[-1]) == (None, other_url)
    assert form_browser.page_at(f"http://localhost:{httpserver.port}").status == 302
    assert form_browser.page_at("http://127.0.0.1:1").status == 303
    assert form_browser.page_at(other_url) is form_browser.page


def test_a_form_to_another_host_is_not_submitted(form_browser: FormBrowser) -> None:
    """A form with another host as its action is not submitted."""
    form_browser.page = page_with(
        '<form method="post" action="https://example.com/"><input type="hidden" name="act" value="go"></form>'
    )

    with pytest.raises(StepError, match="leads to another host"):
        form_browser.submit("go")


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
    """All names of this machine count as the same host."""
    assert is_same_origin(left, right) is is_same


@pytest.mark.parametrize("is_fiskil", [True, False])
def test_the_deadline_of_the_app_does_not_apply_to_fiskil(httpserver: HTTPServer, *, is_fiskil: bool) -> None:
    """On a busy machine the local Fiskil may respond later than an app must."""
    httpserver.expect_request("/page").respond_with_data("page")
    with HttpClient(timeout_s=0) as client:
        browser = FormBrowser(client, fiskil_url=httpserver.url_for("/") if is_fiskil else "http://127.0.0.1:1")

        assert browser.open(httpserver.url_for("/page")).status == (200 if is_fiskil else None)


def test_a_missing_page_has_its_reason_in_the_error(form_browser: FormBrowser) -> None:
    """Without a response there is no status."""
    form_browser.open(f"http://127.0.0.1:{free_port()}/")

    with pytest.raises(StepError, match=r"no form for 'deny' \(it returned connection refused\)"):
        form_browser.submit("deny")
