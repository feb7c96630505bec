"""The end of a journey in the browser: a redirect to the app with the documented parameters, or a last screen."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents.redirects import DESCRIPTIONS
from tests.sandbox.consents.walks import ENDINGS, WAYS, WHO, finish, walk_to
from tests.sandbox.still import BACK, GONE, Still


def end(still: Still, form_browser: FormBrowser, ending: Ending, **session: str) -> AuthSession:
    """Return a session whose journey ended with *ending*."""
    entry = ENDINGS[ending]
    opened = walk_to(entry[0], still, form_browser, name=WHO.get(entry[2], "rosa"), **session)
    WAYS[entry](still, opened, form_browser)
    return still.standing(opened)


def landed(form_browser: FormBrowser) -> tuple[str, list[tuple[str, str]]]:
    """Return the redirect address, and its parameters in order."""
    url = urlsplit(form_browser.redirects[-1])
    return f"{url.scheme}://{url.netloc}{url.path}", parse_qsl(url.query, keep_blank_values=True)


def test_success_goes_to_redirect_uri(still: Still, form_browser: FormBrowser) -> None:
    """session_id is added to the address's own query. Source: journey.success-redirect"""
    session = finish(still, form_browser)

    assert form_browser.redirects == [f"{BACK}&session_id={session.session_id}"]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_failure_goes_to_cancel_uri_with_five_parameters(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """The five documented parameters follow the address's own query. Source: journey.error-redirect"""
    session = end(still, form_browser, ending)

    address, parameters = landed(form_browser)
    assert address == "https://app.example/cancelled"
    assert parameters == [
        ("customer", "7"),
        ("error", "access_denied"),
        ("error_description", DESCRIPTIONS[ending]),
        ("error_id", session.error_id),
        ("error_type", ending.value),
        ("error_uri", f"https://docs.fiskil.com/errors#{ending.value}"),
    ]
    assert (session.error_id or "").startswith("err_")


@pytest.mark.parametrize("stage", ["institution", "login", "code", "accounts", "confirm"])
def test_cancelling_on_any_screen_is_reported_as_cancelled(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """Each screen has Cancel, with the same error type. Source: journey.error-types"""
    walk_to(stage, still, form_browser)

    form_browser.submit("cancel")

    assert ("error_type", "AUTH_SESSION_CANCELLED") in landed(form_browser)[1]


def test_descriptions_are_plus_encoded(still: Still, form_browser: FormBrowser) -> None:
    """Spaces are encoded as plus signs, as in the captured address. Source: journey.error-redirect"""
    end(still, form_browser, Ending.DENIED)

    assert "error_description=The+end+user+declined+to+share" in form_browser.redirects[-1]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://app.example", "https://app.example?session_id="),
        ("https://app.example/?", "https://app.example/?session_id="),
        ("https://app.example/a?b=c%20d&b=e#top", "https://app.example/a?b=c%20d&b=e&session_id="),
        ("myapp://done", "myapp://done?session_id="),
        ("https://app.example/ü?x=ü", "https://app.example/%C3%BC?x=%C3%BC&session_id="),
        ("https://app.example/?session_id=mine", "https://app.example/?session_id=mine&session_id="),
    ],
)
def test_the_parts_of_the_apps_address_are_kept(still: Still, form_browser: FormBrowser, uri: str, expected: str) -> None:
    """Query, fragment and scheme of the app's address stay. Source: journey.success-redirect"""
    session = walk_to("confirm", still, form_browser, redirect_uri=uri)

    reply = form_browser._browser.request("POST", still.auth_url, form={"sess_id": session.session_id, "act": "confirm"})

    location = reply.headers["location"]
    assert location == f"{expected}{session.session_id}" + ("#top" if "#top" in uri else "")


def test_without_an_address_success_is_a_last_screen(still: Still, form_browser: FormBrowser) -> None:
    """With an empty redirect_uri the browser stays and shows the success. Source: auth-session.uris"""
    finish(still, form_browser, redirect_uri="")

    assert (form_browser.page.status, form_browser.redirects) == (200, [])
    assert b"You are sharing your data" in form_browser.page.body


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_without_an_address_failure_is_a_last_screen(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """With an empty cancel_uri the browser stays and shows that nothing was shared. Source: auth-session.uris"""
    end(still, form_browser, ending, cancel_uri="")

    assert (form_browser.page.status, form_browser.redirects) == (200, [])
    assert b"Nothing was shared" in form_browser.page.body
    assert form_browser.text_of("data-ending")


def test_a_timed_out_journey_redirects_when_it_is_opened_again(still: Still, form_browser: FormBrowser) -> None:
    """Opening the page again redirects to cancel_uri with CONSENT_TIMEOUT, once. Source: journey.timeout"""
    session = walk_to("code", still, form_browser)
    still.sandbox.clock.advance(minutes=11)

    form_browser.open(still.page_of(session))
    redirects = form_browser.redirects
    form_browser.open(still.page_of(session))

    assert redirects[-1].startswith(GONE)
    assert "error_type=CONSENT_TIMEOUT" in redirects[-1]
    assert (form_browser.page.status, form_browser.redirects) == (410, [])


def test_a_late_form_gets_the_timeout(still: Still, form_browser: FormBrowser) -> None:
    """A form after the time limit has no effect and gets the redirect of a timeout. Source: journey.timeout"""
    session = walk_to("confirm", still, form_browser)
    still.sandbox.clock.advance(minutes=11)

    form_browser.submit("confirm")

    assert "error_type=CONSENT_TIMEOUT" in form_browser.redirects[-1]
    assert still.sandbox.consents_of(session.end_user_id) == []


@pytest.mark.parametrize("ending", [Ending.APPROVED, *ENDINGS], ids=lambda ending: ending.name.lower())
def test_a_used_session_cannot_be_used_again(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """Opening it, or posting any of its forms, changes nothing and redirects nowhere. Source: auth-session.single-use"""
    session = finish(still, form_browser) if ending is Ending.APPROVED else end(still, form_browser, ending)
    events = still.sandbox.events

    form_browser.open(still.page_of(session))
    statuses = [form_browser.page.status]
    for act in ("choose", "identify", "enter_code", "select", "confirm", "cancel", "deny"):
        form = {"sess_id": session.session_id, "act": act, "email": "a@b", "code": session.code or "", "account": "everyday"}
        statuses.append(form_browser._browser.request("POST", still.auth_url, form=form).status)

    assert set(statuses) == {410}
    assert b"This invitation cannot be used" in form_browser.page.body
    assert (still.standing(session), still.sandbox.events) == (session, events)


def test_a_used_session_links_to_the_app(still: Still, form_browser: FormBrowser) -> None:
    """The screen links to the address of the first redirect."""
    session = finish(still, form_browser)
    target = form_browser.redirects[-1]

    form_browser.open(still.page_of(session))

    assert f'href="{target.replace("&", "&amp;")}"'.encode() in form_browser.page.body


@pytest.mark.parametrize("days", [5, 400])
def test_an_expired_session_cannot_be_used(still: Still, form_browser: FormBrowser, days: int) -> None:
    """AUTH_SESSION_INVALID has no redirect; the page explains it. Source: auth-session.lifetime"""
    session = still.invite()
    still.sandbox.clock.advance(days=days)

    form_browser.open(still.page_of(session))

    assert (form_browser.page.status, form_browser.redirects) == (410, [])
    assert still.standing(session).ending is Ending.INVALID
    assert b"It is unknown or too old." in form_browser.page.body


def test_a_session_that_expires_on_the_way_cannot_be_finished(still: Still, form_browser: FormBrowser) -> None:
    """A session ends five days after its creation, even between two acts. Source: auth-session.lifetime"""
    session = still.invite()
    still.sandbox.clock.advance(days=5, minutes=-5)
    form_browser.open(still.page_of(session))
    form_browser.submit("choose", institution_id="88888")
    still.sandbox.clock.advance(minutes=5)

    form_browser.submit("identify", email="rosa.keane@example.com")

    assert form_browser.page.status == 410
    assert still.standing(session).ending is Ending.INVALID


def test_deleting_the_end_user_invalidates_an_open_page(still: Still, form_browser: FormBrowser) -> None:
    """The next form finds no valid session. Source: end-users.delete-ends-consents"""
    session = walk_to("accounts", still, form_browser)
    still.client().delete(f"/v1/end-users/{session.end_user_id}")

    form_browser.submit("select", account="everyday")

    assert form_browser.page.status == 410
    assert b"This invitation cannot be used" in form_browser.page.body


@pytest.mark.parametrize("session_id", ["", "nothing", "\x00", "' or 1=1", "x" * 5_000])
def test_an_unknown_session_cannot_be_used(still: Still, form_browser: FormBrowser, session_id: str) -> None:
    """Opening or posting it gets 404 with an explanation."""
    browser = form_browser._browser

    opened = browser.request("GET", f"{still.auth_url}?sess_id={session_id[:1000]}".replace("\x00", "%00"))
    posted = browser.request("POST", still.auth_url, form={"sess_id": session_id, "act": "confirm"})

    assert (opened.status, posted.status) == (404, 404)
    assert b"This invitation cannot be used" in opened.body
