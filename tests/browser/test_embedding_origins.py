"""An app's page from each kind of origin, in real Chromium: every ending arrives in a frame, a window and a tab."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer

from fiskil_harness.core.model import AuthSession
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.browser.hosts import FAILURES, PAGE, Host, consent

pytestmark = pytest.mark.slow
BANK = "88888"
ORIGINS = ("127.0.0.1", "localhost", "[::1]", "app.test", "file")
WAYS = ("frame", "window", "tab")

Open = Callable[[str], Host]
Invite = Callable[..., AuthSession]


@pytest.fixture
def urls(httpserver: HTTPServer, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The URLs of the app's page, by kind of origin."""
    (tmp_path / "app.html").write_text(PAGE, encoding="utf-8")
    with HTTPServer(host="::1", port=0) as server:
        for pages in (server, httpserver):
            pages.expect_request("/app").respond_with_data(PAGE, content_type="text/html")
        yield {
            "[::1]": f"http://[::1]:{server.port}/app",
            "file": (tmp_path / "app.html").as_uri(),
            **{host: f"http://{host}:{httpserver.port}/app" for host in ("127.0.0.1", "localhost", "app.test")},
        }


@pytest.fixture
def host(chromium: Browser, fiskil: LocalFiskil, urls: dict[str, str]) -> Iterator[Open]:
    """Open the app's page from a kind of origin."""
    context = chromium.new_context(viewport={"width": 1280, "height": 740})

    def make(origin: str) -> Host:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(urls[origin])
        return Host(page, fiskil.auth_url)

    yield make
    context.close()


@pytest.mark.parametrize("way", ["frame", "window"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_every_ending_arrives(host: Open, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, origin: str, way: str) -> None:
    """The app reads the consent, the failure with its error id, and the unknown session. Source: page.embedding"""
    approved, failed, unknown = host(origin), host(origin), host(origin)
    cancelled = invite(has_app=False, institution_id=BANK)

    consent(approved.begin(way, invite(has_app=False, institution_id=BANK).session_id))
    FAILURES["AUTH_SESSION_CANCELLED"](failed.begin(way, cancelled.session_id))
    unknown.begin(way, "nobody's")

    [granted] = fiskil.sandbox.consents_of(rosa.end_user_id)
    assert approved.outcome == {"consentID": granted.arrangement_id}
    assert failed.outcome["code"] == "AUTH_SESSION_CANCELLED"
    ended = fiskil.sandbox.session(cancelled.session_id)
    assert ended is not None
    assert failed.outcome["details"]["error_id"] == ended.error_id
    assert unknown.outcome["code"] == "AUTH_SESSION_INVALID"


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_window_notifies_its_opener_and_goes_to_another_site(
    host: Open, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, origin: str
) -> None:
    """The app has the consent although the window is at the site of redirect_uri afterwards. Source: sdk.last-screen"""
    app, session = host(origin), invite(institution_id=BANK)

    screen = app.pop_up(session.session_id)
    consent(screen)

    expect(screen.get_by_role("heading", name="Back in the app")).to_be_visible()
    [granted] = fiskil.sandbox.consents_of(rosa.end_user_id)
    assert app.outcome == {"consentID": granted.arrangement_id, "redirectURL": session.redirect_uri}


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_ending_is_shown_in_a_tab(host: Open, invite: Invite, origin: str) -> None:
    """Without addresses the tab stays on the last screen; with them it goes to the app. Source: sdk.last-screen"""
    staying, going, unknown = host(origin), host(origin), host(origin)
    session = invite(institution_id=BANK)

    consent(staying.begin("tab", invite(has_app=False, institution_id=BANK).session_id))
    consent(going.begin("tab", session.session_id))
    unknown.begin("tab", "nobody's")

    expect(staying.page.locator("[data-ending=APPROVED]")).to_be_visible()
    expect(going.page).to_have_url(f"{session.redirect_uri}&session_id={session.session_id}")
    expect(unknown.page.locator("[data-ending=AUTH_SESSION_INVALID]")).to_be_visible()


@pytest.mark.parametrize(
    ("origin", "embedder"), [("127.0.0.1", "http://127.0.0.1:{port}"), ("app.test", "http://app.test:{port}"), ("file", "")]
)
def test_a_refused_frame_is_reported(
    host: Open, fiskil: LocalFiskil, invite: Invite, httpserver: HTTPServer, origin: str, embedder: str
) -> None:
    """Chromium reports a frame of an origin that is not one of the addresses; it sends none of a file."""
    origins: SimpleQueue[str] = SimpleQueue()
    fiskil.sandbox.store.on_frame_refused = origins.put

    host(origin).embed(invite(institution_id=BANK).session_id)

    assert origins.get(timeout=30) == embedder.format(port=httpserver.port)


@pytest.mark.parametrize(
    ("origin", "source"), [("app.test", "http://app.test:*"), ("[::1]", "http://*:*"), ("file", "file:")]
)
def test_another_origin_may_embed_the_page(
    host: Open, fiskil: LocalFiskil, invite: Invite, origin: str, source: str
) -> None:
    """A source that was added to those of the addresses lets its pages embed the page. Source: page.embedding"""
    fiskil.sandbox.store.embed_from = (source,)

    screen = host(origin).embed(invite(institution_id=BANK).session_id)

    expect(screen.get_by_label("Your e-mail address")).to_be_visible()
