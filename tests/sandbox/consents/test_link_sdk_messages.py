"""Messages to the window that embeds or opened the page: the documented ones for each way a journey ends."""

import html
import json
from typing import Any

import msgspec
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.sandbox.consents.link_sdk_messages import messages_of
from fiskil_harness.sandbox.consents.redirects import DESCRIPTIONS
from tests.sandbox.consents.walks import ENDINGS, WAYS, WHO, walk_to
from tests.sandbox.still import BACK, Still

IN_A_FRAME = {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
INVALID = {
    "isCompleted": False,
    "error": "auth_session_invalid",
    "errorType": "AUTH_SESSION_INVALID",
    "errorDescription": "The auth session was terminated or not found.",
    "errorURI": "https://docs.fiskil.com/errors#AUTH_SESSION_INVALID",
}


def posted_messages(body: bytes) -> list[dict[str, Any]]:
    """Return the messages that a page will post."""
    text = body.decode().partition('data-messages="')[2].partition('"')[0]
    messages: list[dict[str, Any]] = json.loads(html.unescape(text) or "[]")
    return messages


def end(still: Still, form_browser: FormBrowser, ending: Ending, **session: str) -> AuthSession:
    """Return a session whose journey ended with *ending*, without a listening window."""
    entry = ENDINGS[ending]
    opened = walk_to(entry[0], still, form_browser, name=WHO.get(entry[2], "rosa"), **session)
    WAYS[entry](still, opened, form_browser)
    return still.standing(opened)


def failure(session: AuthSession, ending: Ending) -> dict[str, Any]:
    """Return the documented message of a failed journey."""
    return {
        "isCompleted": False,
        "error": ending.value.lower(),
        "errorID": session.error_id,
        "errorType": ending.value,
        "errorDescription": DESCRIPTIONS[ending],
        "errorURI": f"https://docs.fiskil.com/errors#{ending.value}",
    }


def test_an_approval_names_the_consent(still: Still, form_browser: FormBrowser) -> None:
    """The last screen stays and posts isCompleted, the app's own address and consentID.

    Source: sdk.messages, sdk.last-screen
    """
    session = walk_to("confirm", still, form_browser)

    form_browser.submit("confirm", watched="frame")

    [consent] = still.sandbox.consents_of(session.end_user_id)
    assert (form_browser.page.status, form_browser.redirects) == (200, [])
    assert posted_messages(form_browser.page.body) == [
        {"isCompleted": True, "redirectURL": BACK, "consentID": consent.arrangement_id},
    ]


def test_an_approval_without_an_address_names_none(still: Still, form_browser: FormBrowser) -> None:
    """With an empty redirect_uri, redirectURL is left out. Source: sdk.redirect-url"""
    session = walk_to("confirm", still, form_browser, redirect_uri="")

    form_browser.submit("confirm")

    [consent] = still.sandbox.consents_of(session.end_user_id)
    assert posted_messages(form_browser.page.body) == [{"isCompleted": True, "consentID": consent.arrangement_id}]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_a_failure_has_its_error_fields(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """It has five fields besides isCompleted, with the error id that a redirect would have. Source: sdk.failure-form"""
    session = end(still, form_browser, ending, cancel_uri="")

    assert session.error_id
    assert posted_messages(form_browser.page.body) == [failure(session, ending)]


def test_an_undocumented_error_type_is_posted(still: Still, form_browser: FormBrowser) -> None:
    """All fields of the message name the type. Source: sdk.failure-form"""
    session = msgspec.structs.replace(end(still, form_browser, Ending.DENIED), error_type="CONSENT_NEW")

    (message,) = messages_of(session, still.sandbox.store.interpretation)

    assert message["errorType"] == "CONSENT_NEW"
    assert message["error"] == "consent_new"
    assert message["errorURI"] == "https://docs.fiskil.com/errors#CONSENT_NEW"


def test_every_ending_is_covered() -> None:
    """Success, the invalid session and the six endings of the table are all endings. Source: journey.error-types"""
    assert {Ending.APPROVED, Ending.INVALID, *ENDINGS} == set(Ending)


def test_a_frame_is_recognised_by_its_request(still: Still, form_browser: FormBrowser) -> None:
    """Sec-Fetch-Dest is enough, for a form and for a page opened after the time limit. Source: sdk.messages"""
    first, second = walk_to("login", still, form_browser), walk_to("login", still, form_browser)
    browser = form_browser._browser

    cancelled = browser.request(
        "POST", still.auth_url, form={"sess_id": first.session_id, "act": "cancel"}, headers=IN_A_FRAME
    )
    still.sandbox.clock.advance(minutes=11)
    late = browser.request("GET", still.page_of(second), headers=IN_A_FRAME)

    assert (cancelled.status, posted_messages(cancelled.body)) == (200, [failure(still.standing(first), Ending.CANCELLED)])
    assert (late.status, posted_messages(late.body)) == (200, [failure(still.standing(second), Ending.TIMED_OUT)])


def test_a_tab_is_redirected_to_the_app(still: Still, form_browser: FormBrowser) -> None:
    """A request with Sec-Fetch-Dest document is not from a frame. Source: journey.error-redirect"""
    session = walk_to("login", still, form_browser)
    headers = {**IN_A_FRAME, "sec-fetch-dest": "document"}

    response = form_browser._browser.request(
        "POST", still.auth_url, form={"sess_id": session.session_id, "act": "cancel"}, headers=headers
    )

    assert (response.status, response.body) == (303, b"")


def test_no_screen_before_the_end_posts_a_message(still: Still, form_browser: FormBrowser) -> None:
    """Before the end there is no message. Source: sdk.messages"""
    session = walk_to("confirm", still, form_browser)

    assert posted_messages(form_browser.page.body) == []
    assert messages_of(session, still.sandbox.store.interpretation) == ()


def test_a_session_that_cannot_be_used_is_invalid(still: Still, form_browser: FormBrowser) -> None:
    """Unknown, used and expired sessions post the same message. Source: sdk.invalid-session"""
    used, old = end(still, form_browser, Ending.DENIED), still.invite()
    replies = [form_browser.open(f"{still.auth_url}?sess_id=nobody"), form_browser.open(still.page_of(used))]
    still.sandbox.clock.advance(days=5)
    replies.append(form_browser.open(still.page_of(old)))

    assert [(reply.status, posted_messages(reply.body)) for reply in replies] == [
        (404, [INVALID]),
        (410, [INVALID]),
        (410, [INVALID]),
    ]


def test_the_last_screen_is_shown_once(still: Still, form_browser: FormBrowser) -> None:
    """A reload in the frame shows an invalid session. Source: auth-session.single-use"""
    session = walk_to("confirm", still, form_browser)
    form_browser.submit("confirm", watched="frame")

    again = form_browser._browser.request("GET", still.page_of(session), headers=IN_A_FRAME)

    assert (again.status, posted_messages(again.body)) == (410, [INVALID])
    assert len(still.sandbox.consents_of(session.end_user_id)) == 1


def test_the_last_screen_has_a_link_to_the_app(still: Still, form_browser: FormBrowser) -> None:
    """The link leaves any frame, for a window that does not listen. Source: sdk.last-screen"""
    walk_to("login", still, form_browser)

    form_browser.submit("cancel", watched="frame")

    assert b'target="_top" href="https://app.example/cancelled?customer=7&amp;error=access_denied' in form_browser.page.body


def test_a_window_follows_the_link_to_the_app(still: Still, form_browser: FormBrowser) -> None:
    """Its last screen posts the message and marks the link that the script follows. Source: sdk.last-screen"""
    session = walk_to("login", still, form_browser)

    form_browser.submit("cancel", watched="window")

    assert b"customer=7&amp;error=access_denied" in form_browser.page.body
    assert b'" data-followed>Go back to the app</a>' in form_browser.page.body
    assert posted_messages(form_browser.page.body) == [failure(still.standing(session), Ending.CANCELLED)]


@pytest.mark.parametrize(("place", "choice"), [("frame", "follows"), ("window", "stays")])
def test_other_last_screens_stay(still: Still, form_browser: FormBrowser, place: str, choice: str) -> None:
    """A frame stays, and a window too under that interpretation. Source: sdk.last-screen"""
    still.sandbox.choose_interpretations({"sdk.last-screen": choice})
    walk_to("login", still, form_browser)

    form_browser.submit("cancel", watched=place)

    assert b"data-followed" not in form_browser.page.body


def test_the_message_does_not_depend_on_the_caller(still: Still, form_browser: FormBrowser) -> None:
    """It is made from the session, so it is the same before and after the redirect. Source: sdk.messages"""
    session = end(still, form_browser, Ending.DENIED, cancel_uri="")

    assert messages_of(session, still.sandbox.store.interpretation) == tuple(posted_messages(form_browser.page.body))
    assert session.has_returned


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_a_failure_by_address_is_the_redirect(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """That interpretation posts the address of the redirect. Source: sdk.failure-form"""
    still.sandbox.choose_interpretations({"sdk.failure-form": "redirect-url"})
    session = end(still, form_browser, ending)

    [message] = messages_of(session, still.sandbox.store.interpretation)
    assert message == {"isCompleted": True, "redirectURL": form_browser.redirects[-1]}


def test_a_failure_by_address_has_one_without_a_cancel_uri(still: Still, form_browser: FormBrowser) -> None:
    """The address is then the captured page, to which the sandbox never redirects. Source: sdk.failure-form"""
    still.sandbox.choose_interpretations({"sdk.failure-form": "redirect-url"})
    end(still, form_browser, Ending.DENIED, cancel_uri="")

    [message] = posted_messages(form_browser.page.body)
    assert message["redirectURL"].startswith("https://auth.fiskil.com/cancel?error=access_denied&")


def test_cancelling_may_be_reported_as_a_denial(still: Still, form_browser: FormBrowser) -> None:
    """The interpretation of redirects applies to messages too. Source: journey.cancelled-type"""
    still.sandbox.choose_interpretations({"journey.cancelled-type": "denied"})
    session = end(still, form_browser, Ending.CANCELLED, cancel_uri="")

    assert posted_messages(form_browser.page.body) == [failure(session, Ending.DENIED)]


def test_no_message_carries_a_secret(still: Still, form_browser: FormBrowser) -> None:
    """Any origin may read a message, so it has no code, e-mail, key or open session. Source: sdk.target-origin"""
    session = walk_to("confirm", still, form_browser)
    form_browser.submit("confirm", watched="frame")

    posted = json.dumps(posted_messages(form_browser.page.body))
    secrets = [value for values in still.sandbox.canaries().values() for value in values]
    assert session.code
    assert session.email
    assert [secret for secret in (session.code, session.email, session.session_id, *secrets) if secret in posted] == []
