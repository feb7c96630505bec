"""An app that listens as the Link SDK does, in real Chromium: every ending arrives, in a frame and in a window."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer

from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.browser.hosts import FAILURES, PAGE, Host, agree, consent
from tests.sampling import first

pytestmark = pytest.mark.slow
BANK = "88888"

Invite = Callable[..., AuthSession]


@pytest.fixture
def host(chromium: Browser, fiskil: LocalFiskil, httpserver: HTTPServer) -> Iterator[Host]:
    """The app's page, at another origin than the consent page."""
    httpserver.expect_request("/app").respond_with_data(PAGE, content_type="text/html")
    context = chromium.new_context(viewport={"width": 1280, "height": 740})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(httpserver.url_for("/app"))
    yield Host(page, fiskil.auth_url)
    context.close()


def consent_ids(fiskil: LocalFiskil, rosa: EndUser) -> list[str]:
    """Return the ids of granted consents."""
    return [consent.arrangement_id for consent in fiskil.sandbox.consents_of(rosa.end_user_id)]


def paths_requested(httpserver: HTTPServer) -> list[str]:
    """Return the paths that the browser requested from the app, except icons."""
    return [request.path for request, _ in httpserver.log if request.path != "/favicon.ico"]


def test_every_ending_has_a_path() -> None:
    """The failures, a success and an invalid session are all endings. Source: journey.error-types"""
    assert {"APPROVED", "AUTH_SESSION_INVALID", *FAILURES} == set(Ending)


def test_a_consent_arrives_in_a_frame(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, httpserver: HTTPServer
) -> None:
    """The promise has consentID and redirectURL, and the frame stays on its last screen. Source: sdk.messages"""
    session = invite(institution_id=BANK)

    consent(host.embed(session.session_id))

    assert host.outcome == {"consentID": consent_ids(fiskil, rosa)[0], "redirectURL": session.redirect_uri}
    assert len(host.messages) == 1
    assert paths_requested(httpserver) == ["/app"]


def test_a_window_goes_to_the_app_after_its_message(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, httpserver: HTTPServer
) -> None:
    """A window is redirected as a tab is, and its opener has the consent too. Source: sdk.last-screen"""
    session = invite(institution_id=BANK)

    screen = host.pop_up(session.session_id)
    consent(screen)

    assert host.outcome == {"consentID": consent_ids(fiskil, rosa)[0], "redirectURL": session.redirect_uri}
    expect(screen.get_by_role("heading", name="Back in the app")).to_be_visible()
    assert len(host.messages) == 1
    assert paths_requested(httpserver) == ["/app", "/callback"]
    assert screen.url == f"{session.redirect_uri}&session_id={session.session_id}"


def test_a_window_leaves_after_its_opener_has_the_message(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite
) -> None:
    """Chromium delivers a message without its source if the window is at another site by then. Source: sdk.messages"""
    host.page.context.clock.install()
    screen = host.pop_up(invite(institution_id=BANK).session_id)

    consent(screen)

    assert host.outcome["consentID"] == consent_ids(fiskil, rosa)[0]
    assert screen.url.startswith(fiskil.auth_url)
    screen.clock.fast_forward(1_000)
    expect(screen.get_by_role("heading", name="Back in the app")).to_be_visible()


def test_a_window_without_a_redirect_url_stays(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite) -> None:
    """Only a URL that is not empty is followed. Source: sdk.last-screen"""
    screen = host.pop_up(invite(has_app=False, institution_id=BANK).session_id)

    consent(screen)

    assert host.outcome == {"consentID": consent_ids(fiskil, rosa)[0]}
    expect(screen.get_by_role("heading", name="You are sharing your data")).to_be_visible()


@pytest.mark.parametrize("way", ["frame", "window"])
@pytest.mark.parametrize("error_type", first(3, FAILURES))
def test_a_failure_arrives_as_its_code(host: Host, fiskil: LocalFiskil, invite: Invite, way: str, error_type: str) -> None:
    """The type is the code, and the details are those of a redirect. Source: sdk.failure-form"""
    session = invite(institution_id=BANK)

    FAILURES[error_type](host.begin(way, session.session_id))

    outcome = host.outcome
    ended = fiskil.sandbox.session(session.session_id)
    assert ended is not None
    assert (outcome["code"], outcome["message"]) == (error_type, error_type.lower())
    assert outcome["details"]["error_id"] == ended.error_id
    assert outcome["details"]["error_uri"].endswith(f"#{error_type}")


@pytest.mark.parametrize("way", ["frame", "window"])
def test_an_unknown_session_arrives_as_invalid(host: Host, way: str) -> None:
    """The code arrives at once, in the documented spelling. Source: sdk.invalid-session"""
    host.begin(way, "nobody's")

    assert host.outcome["code"] == "AUTH_SESSION_INVALID"


@pytest.mark.parametrize("way", ["frame", "window"])
def test_a_used_session_arrives_as_invalid(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, way: str) -> None:
    """A used session cannot be used again, and grants nothing more. Source: auth-session.single-use"""
    session = invite(institution_id=BANK)
    consent(host.begin(way, session.session_id))
    assert "consentID" in host.outcome

    host.page.reload()
    host.begin(way, session.session_id)

    assert host.outcome["code"] == "AUTH_SESSION_INVALID"
    assert len(consent_ids(fiskil, rosa)) == 1


@pytest.mark.parametrize("way", ["frame", "window"])
def test_a_page_left_open_past_the_expiry_reports_invalid(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, way: str
) -> None:
    """The next press of a button reports that the session has expired. Source: auth-session.lifetime"""
    screen = host.begin(way, invite().session_id)
    expect(screen.get_by_role("heading", name="Choose your bank")).to_be_visible()
    fiskil.sandbox.clock.advance(days=5)

    screen.get_by_role("button", name="Continue").click()

    assert host.outcome["code"] == "AUTH_SESSION_INVALID"
    assert consent_ids(fiskil, rosa) == []


def test_a_window_reloaded_too_late_reports_a_timeout(host: Host, fiskil: LocalFiskil, invite: Invite) -> None:
    """Its URL still contains that another window listens. Source: sdk.last-screen"""
    screen = host.pop_up(invite(institution_id=BANK).session_id)
    expect(screen.get_by_label("Your e-mail address")).to_be_visible()
    fiskil.sandbox.clock.advance(minutes=11)

    screen.reload(wait_until="commit")

    assert host.outcome["code"] == "CONSENT_TIMEOUT"
    expect(screen.get_by_role("heading", name="Cancelled in the app")).to_be_visible()


@pytest.mark.parametrize("way", ["frame", "window"])
def test_a_page_left_open_too_long_reports_a_timeout(host: Host, fiskil: LocalFiskil, invite: Invite, way: str) -> None:
    """An institution's screen expires after ten minutes. Source: journey.timeout"""
    screen = host.begin(way, invite(institution_id=BANK).session_id)
    expect(screen.get_by_label("Your e-mail address")).to_be_visible()
    fiskil.sandbox.clock.advance(minutes=11)

    screen.get_by_role("button", name="Cancel and go back to the app").click()

    assert host.outcome["code"] == "CONSENT_TIMEOUT"


def test_the_overlay_is_removed_at_the_end(host: Host, invite: Invite) -> None:
    """The app is visible again, and the frame with the session is removed."""
    screen = host.embed(invite(institution_id=BANK).session_id)
    FAILURES["CONSENT_ENDUSER_DENIED"](screen)

    assert host.outcome["code"] == "CONSENT_ENDUSER_DENIED"
    expect(host.page.locator("#fiskil-link-overlay")).to_have_count(0)


def test_the_documented_spelling_removes_the_overlay(host: Host) -> None:
    """The SDK keeps its frame for another spelling only, so the reason is never shown. Source: sdk.invalid-session"""
    host.embed("nobody's")

    assert host.outcome["code"] == "AUTH_SESSION_INVALID"
    expect(host.page.locator("#fiskil-link-overlay")).to_have_count(0)


@pytest.mark.parametrize("reading", ["link-invalid-session", "both"])
def test_the_other_spelling_keeps_the_overlay(host: Host, fiskil: LocalFiskil, reading: str) -> None:
    """In the overlay the end user reads that the invitation cannot be used. Source: sdk.invalid-session"""
    fiskil.interpret({"sdk.invalid-session": reading})

    screen = host.embed("nobody's")

    assert host.outcome["code"] == "LINK_INVALID_SESSION"
    expect(screen.get_by_role("heading", name="This invitation cannot be used")).to_be_visible()


def test_a_failure_in_the_url_arrives_as_its_code(host: Host, fiskil: LocalFiskil, invite: Invite) -> None:
    """The code is read from redirectURL, although isCompleted is true. Source: sdk.failure-form"""
    fiskil.interpret({"sdk.failure-form": "redirect-url"})

    FAILURES["AUTH_SESSION_CANCELLED"](host.embed(invite(institution_id=BANK).session_id))

    assert host.outcome["code"] == "AUTH_SESSION_CANCELLED"
    assert [row["isCompleted"] for row in host.messages] == [True]


def test_an_error_alone_is_an_internal_error(host: Host, fiskil: LocalFiskil, invite: Invite) -> None:
    """The oldest form has no type, so the code is unspecific. Source: sdk.failure-form"""
    fiskil.interpret({"sdk.failure-form": "legacy"})

    FAILURES["CONSENT_ENDUSER_DENIED"](host.embed(invite(institution_id=BANK).session_id))

    assert (host.outcome["code"], host.outcome["message"]) == ("LINK_INTERNAL_ERROR", "CONSENT_ENDUSER_DENIED")


def test_an_origin_that_is_not_expected_is_a_mismatch(host: Host, fiskil: LocalFiskil, invite: Invite) -> None:
    """An app that names its own origin, as older pages advise, hears of nothing else. Source: sdk.target-origin"""
    screen = host.embed(invite(institution_id=BANK).session_id, allowedOrigin="https://app.example")

    FAILURES["CONSENT_ENDUSER_DENIED"](screen)

    assert host.outcome["code"] == "LINK_ORIGIN_MISMATCH"
    assert host.outcome["details"] == {"expectedOrigin": "https://app.example", "receivedOrigin": fiskil.auth_url}


def test_messages_of_other_windows_are_ignored(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite) -> None:
    """A success from another window, an invalid message and a success without a consent are ignored."""
    screen = host.embed(invite(institution_id=BANK).session_id)
    expect(screen.get_by_label("Your e-mail address")).to_be_visible()
    host.page.evaluate("() => window.postMessage({isCompleted: true, consentID: 'forged'}, '*')")
    frame = host.page.frames[1]
    frame.evaluate(
        "() => { for (const message of ['hello', null, 7, {}, {isCompleted: true}]) parent.postMessage(message, '*'); }"
    )

    consent(screen)

    assert host.outcome["consentID"] == consent_ids(fiskil, rosa)[0]
    assert [row.get("consentID") for row in host.messages] == [None, host.outcome["consentID"]]


def test_silence_is_a_timeout(host: Host, invite: Invite) -> None:
    """After ten minutes the promise times out: the page posts nothing before the end. Source: sdk.messages"""
    host.page.clock.install()
    screen = host.embed(invite(institution_id=BANK).session_id)
    expect(screen.get_by_label("Your e-mail address")).to_be_visible()

    host.page.clock.fast_forward(600_000)

    assert host.outcome["code"] == "LINK_TIMEOUT"
    assert host.messages == []


def test_a_second_click_is_ignored(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite) -> None:
    """A second click during the request sends nothing and reports no invalid session."""
    screen = host.embed(invite(institution_id=BANK).session_id)
    agree(screen)

    is_stopped = screen.get_by_role("button", name="Confirm and share").evaluate(
        """button => {
          const isStopped = [];
          button.form.addEventListener("submit", (event) => isStopped.push(event.defaultPrevented));
          button.click();
          button.click();
          return isStopped;
        }"""
    )

    assert is_stopped == [False, True]
    assert host.outcome["consentID"] == consent_ids(fiskil, rosa)[0]
    assert len(consent_ids(fiskil, rosa)) == 1


def test_the_keyboard_is_enough_in_a_frame(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite) -> None:
    """No pointer is needed from the app's button to the consent: each screen takes the focus."""
    screen = host.embed(invite().session_id)
    keys = host.page.keyboard
    expect(screen.get_by_role("heading", name="Choose your bank")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(screen.get_by_label("Your e-mail address")).to_be_focused()
    keys.type("rosa.keane@example.com")
    keys.press("Enter")
    expect(screen.get_by_label("Code sent to")).to_be_focused()
    keys.type(screen.locator("[data-code]").inner_text())
    keys.press("Enter")
    expect(screen.get_by_role("heading", name="Choose accounts to share")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(screen.get_by_role("heading", name="Confirm what you share")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")

    assert host.outcome["consentID"] == consent_ids(fiskil, rosa)[0]


def test_the_last_screen_of_a_window_links_to_the_app(host: Host, invite: Invite, fiskil: LocalFiskil) -> None:
    """A window that stays has a link to the app, in case that the opener does not listen. Source: sdk.last-screen"""
    fiskil.interpret({"sdk.last-screen": "stays"})
    screen = host.pop_up(invite(institution_id=BANK).session_id)
    consent(screen)
    expect(screen.get_by_role("heading", name="You are sharing your data")).to_be_visible()
    assert screen.url.startswith(fiskil.auth_url)

    screen.get_by_role("link", name="Go back to the app").click()

    expect(screen.get_by_role("heading", name="Back in the app")).to_be_visible()


def test_a_form_of_the_app_cannot_consent(host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite) -> None:
    """Chromium reports the origin of a form, and the page refuses it. Source: page.own-forms"""
    session = invite(institution_id=BANK)
    host.page.evaluate(
        """([action, id]) => { document.body.innerHTML =
          `<form method="post" action="${action}"><input name="sess_id" value="${id}"><input name="act" value="cancel">
           <button>Send</button></form>`; }""",
        [fiskil.auth_url, session.session_id],
    )

    host.page.get_by_role("button", name="Send").click()

    expect(host.page.get_by_text("This form was sent by another page")).to_be_visible()
    assert fiskil.sandbox.session(session.session_id) == session


@pytest.fixture
def other_server() -> Iterator[HTTPServer]:
    """An app at an address that is not this machine's usual one."""
    with HTTPServer(host="127.0.0.2", port=0) as server:
        server.expect_request("/app").respond_with_data(PAGE, content_type="text/html")
        yield server


@pytest.mark.parametrize(("own", "is_shown"), [("{}/back", True), ("http://127.0.0.1/back", False)])
def test_only_the_app_embeds_the_page(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, other_server: HTTPServer, own: str, is_shown: bool
) -> None:
    """An origin that the session names may embed it, any other gets the browser's error page. Source: page.embedding"""
    with fiskil.sandbox.store.changing() as store:
        session = sessions.open_session(
            store,
            end_user_id=rosa.end_user_id,
            redirect_uri=own.format(other_server.url_for("")),
            cancel_uri="",
            institution_id=BANK,
        )
    host.page.goto(other_server.url_for("/app"))

    screen = host.embed(session.session_id)

    if is_shown:
        expect(screen.locator("body")).to_contain_text("Log in at")
    else:
        expect(screen.locator("html")).to_have_js_property("baseURI", "chrome-error://chromewebdata/")


@pytest.mark.parametrize("way", ["frame", "window"])
@pytest.mark.parametrize("outcome", ["approved", "denied", "terminated"])
def test_an_ordered_ending_reaches_an_open_page_at_once(
    host: Host, fiskil: LocalFiskil, rosa: EndUser, invite: Invite, way: str, outcome: str
) -> None:
    """The app gets its message without any click on the page, and the page stops listening. Source: sdk.messages"""
    session = invite(institution_id=BANK)
    expect(host.begin(way, session.session_id).get_by_label("Your e-mail address")).to_be_visible()

    ended = fiskil.conclude(session.session_id, outcome)

    assert ended.ending is not None
    assert host.outcome.get("code", "consent") == ("consent" if outcome == "approved" else ended.ending.value)
    assert len(host.messages) == 1
    assert fiskil.sandbox.store.page_listeners == set()
