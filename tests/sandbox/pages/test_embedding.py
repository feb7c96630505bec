"""Pages that may embed the consent page, as its headers state, and the reports of browsers that refused."""

import json
from typing import Any

import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.errors import UsageError
from fiskil_harness.sandbox.pages.embedding import REPORTS, source_of
from tests.sandbox.consents.walks import walk_to
from tests.sandbox.still import Still

REPORTED = {"csp-report": {"document-uri": "http://127.0.0.1:1/", "effective-directive": "frame-ancestors"}}
PAGE = "http://app.test:8000/"


def ancestors(form_browser: FormBrowser) -> list[str] | None:
    """Return the sources that may embed the opened page; None if any page may."""
    policy = form_browser.page.headers["content-security-policy"].split("; ")
    return next((part.split()[1:] for part in policy if part.startswith("frame-ancestors ")), None)


@pytest.mark.parametrize("uri", ["", "myapp://done"])
def test_any_page_embeds_a_session_without_an_origin(still: Still, form_browser: FormBrowser, uri: str) -> None:
    """Without an address of the web the page cannot know the app's origin. Source: page.embedding"""
    form_browser.open(still.page_of(still.invite(redirect_uri=uri, cancel_uri=uri)))

    assert ancestors(form_browser) is None
    assert "report-uri" not in form_browser.page.headers["content-security-policy"]


def test_any_page_embeds_the_screen_about_an_unknown_session(still: Still, form_browser: FormBrowser) -> None:
    """An unknown session has no addresses, and its message reaches every page. Source: sdk.invalid-session"""
    form_browser.open(f"{still.auth_url}?sess_id=nobody")

    assert ancestors(form_browser) is None


def test_pages_of_the_origins_of_the_addresses_embed_the_page(still: Still, form_browser: FormBrowser) -> None:
    """No other page may, not even one of this machine. Source: page.embedding"""
    form_browser.open(
        still.page_of(still.invite(redirect_uri="https://shop.test:8443/back?x=1", cancel_uri="http://me:pw@Shop.test/"))
    )

    assert ancestors(form_browser) == ["https://shop.test:8443", "http://shop.test"]


def test_every_screen_has_the_policy(still: Still, form_browser: FormBrowser) -> None:
    """The last screen and the screen about a used session have it too. Source: page.embedding"""
    session = walk_to("login", still, form_browser)
    form_browser.submit("cancel", watched="frame")
    last = ancestors(form_browser)

    form_browser.open(still.page_of(session))

    assert last == ancestors(form_browser) == ["https://app.example"]


@pytest.mark.parametrize(
    ("uri", "sources"),
    [
        ("http://[::1]:8000/back", ["http://*:8000"]),
        ("https://ü.example/", ["https://xn--tda.example"]),
        ("https://a;script-src%20x/", ["'none'"]),
        ("https://me:pw@*/", ["'none'"]),
        (f"https://{'a' * 70}.example/", ["'none'"]),
    ],
)
def test_only_a_usable_origin_gets_into_the_policy(
    still: Still, form_browser: FormBrowser, uri: str, sources: list[str]
) -> None:
    """A source has no IPv6 address, so it allows every host at that port. Source: page.embedding"""
    form_browser.open(still.page_of(still.invite(redirect_uri=uri, cancel_uri="")))

    assert ancestors(form_browser) == sources
    assert form_browser.page.headers["content-security-policy"].count(";") == 7


@pytest.mark.parametrize(
    ("origins", "sources"),
    [
        (("http://app.test:8000/", "http://[::1]:3000"), ["https://app.example", "http://app.test:8000", "http://*:3000"]),
        (("file://", "capacitor:"), ["https://app.example", "file:", "capacitor:"]),
        (("*",), None),
    ],
)
def test_more_origins_may_embed_the_page(
    still: Still, form_browser: FormBrowser, origins: tuple[str, ...], sources: list[str] | None
) -> None:
    """They are added to those of the addresses; an asterisk removes the limit. Source: page.embedding"""
    still.sandbox.store.embed_from = tuple(map(source_of, origins))

    form_browser.open(still.page_of(still.invite()))

    assert ancestors(form_browser) == sources


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "app.test",
        "app.test:8000",
        "http://",
        "http://a/b",
        "http://a?b",
        "http://a:x",
        "http://a b",
        "http://[::1",
        "ftp://a",
        "http://me@a",
    ],
)
def test_an_unusable_origin_is_refused(origin: str) -> None:
    """The message names the origin and the three forms that are allowed."""
    with pytest.raises(UsageError, match=r"is not an origin\. Write scheme, host and port"):
        source_of(origin)


def report(still: Still, form_browser: FormBrowser, body: Any, **headers: str) -> list[str]:
    """Send a report as a browser does; return the origins that the sandbox passed on."""
    origins: list[str] = []
    still.sandbox.store.on_frame_refused = origins.append
    response = form_browser._browser.request("POST", still.auth_url + REPORTS, json=body, headers=headers)
    assert response.status == 204
    return origins


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"referer": PAGE}, "http://app.test:8000"),
        ({"referer": "http://[::1]:8000/"}, "http://[::1]:8000"),
        ({}, ""),
        ({"referer": "http://a'b/"}, ""),
        ({"referer": "http://[::1/"}, ""),
    ],
)
def test_a_refused_frame_is_passed_on(still: Still, form_browser: FormBrowser, headers: dict[str, str], origin: str) -> None:
    """The report of the browser comes from the embedding page, whose origin is its referrer. Source: page.embedding"""
    assert report(still, form_browser, REPORTED, **headers) == [origin]


@pytest.mark.parametrize("body", [{"csp-report": {"effective-directive": "img-src"}}, {"csp-report": 7}, [], {}])
def test_other_reports_are_ignored(still: Still, form_browser: FormBrowser, body: Any) -> None:
    """The browser reports everything that a policy forbids to the same URL."""
    assert report(still, form_browser, body, referer=PAGE) == []


def test_a_report_of_an_older_browser_is_read(still: Still, form_browser: FormBrowser) -> None:
    """It names the directive in another field, with its sources."""
    body = json.loads(json.dumps(REPORTED).replace("effective-directive", "violated-directive"))
    body["csp-report"]["violated-directive"] = "frame-ancestors https://app.example"

    assert report(still, form_browser, body, referer=PAGE) == ["http://app.test:8000"]
