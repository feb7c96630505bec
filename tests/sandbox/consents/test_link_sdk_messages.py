"""What the page tells the window that watches: the documented messages, whichever way a journey comes to its end."""

import html
import json
from typing import Any

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
    """What a page is going to post."""
    text = body.decode().partition('data-messages="')[2].partition('"')[0]
    messages: list[dict[str, Any]] = json.loads(html.unescape(text) or "[]")
    return messages


def end(still: Still, form_browser: FormBrowser, ending: Ending, **session: str) -> AuthSession:
    """A journey that ends so, without anybody watching."""
    entry = ENDINGS[ending]
    opened = walk_to(entry[0], still, form_browser, name=WHO.get(entry[2], "rosa"), **session)
    WAYS[entry](still, opened, form_browser)
    return still.standing(opened)


def failure(session: AuthSession, ending: Ending) -> dict[str, Any]:
    """The documented message of a journey that failed."""
    return {
        "isCompleted": False,
        "error": ending.value.lower(),
        "errorID": session.error_id,
        "errorType": ending.value,
        "errorDescription": DESCRIPTIONS[ending],
        "errorURI": f"https://docs.fiskil.com/errors#{ending.value}",
    }


def test_an_approval_names_the_consent(still: Still, form_browser: FormBrowser) -> None:
    """isCompleted, the app's own address, and consentID, on a screen that stays. Source: sdk.messages, sdk.last-screen"""
    session = walk_to("confirm", still, form_browser)

    form_browser.submit("confirm", watched="1")

    [consent] = still.sandbox.consents_of(session.end_user_id)
    assert (form_browser.page.status, form_browser.redirects) == (200, [])
    assert posted_messages(form_browser.page.body) == [
        {"isCompleted": True, "redirectURL": BACK, "consentID": consent.arrangement_id},
    ]


def test_an_approval_without_an_address_names_none(still: Still, form_browser: FormBrowser) -> None:
    """An empty redirect_uri leaves redirectURL out. Source: sdk.redirect-url"""
    session = walk_to("confirm", still, form_browser, redirect_uri="")

    form_browser.submit("confirm")

    [consent] = still.sandbox.consents_of(session.end_user_id)
    assert posted_messages(form_browser.page.body) == [{"isCompleted": True, "consentID": consent.arrangement_id}]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_a_failure_says_which(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """Five fields beside isCompleted, with the id that a redirect would carry. Source: sdk.failure-form"""
    session = end(still, form_browser, ending, cancel_uri="")

    assert session.error_id
    assert posted_messages(form_browser.page.body) == [failure(session, ending)]


def test_every_ending_is_among_them() -> None:
    """Success, the invalid session, and the six of the table are all there are. Source: journey.error-types"""
    assert {Ending.APPROVED, Ending.INVALID, *ENDINGS} == set(Ending)


def test_a_frame_is_known_by_its_request(still: Still, form_browser: FormBrowser) -> None:
    """Sec-Fetch-Dest is enough, on a form and on a look after the time was over. Source: sdk.messages"""
    first, second = walk_to("login", still, form_browser), walk_to("login", still, form_browser)
    browser = form_browser._browser

    cancelled = browser.request(
        "POST", still.auth_url, form={"sess_id": first.session_id, "act": "cancel"}, headers=IN_A_FRAME
    )
    still.sandbox.clock.advance(minutes=11)
    late = browser.request("GET", still.page_of(second), headers=IN_A_FRAME)

    assert (cancelled.status, posted_messages(cancelled.body)) == (200, [failure(still.standing(first), Ending.CANCELLED)])
    assert (late.status, posted_messages(late.body)) == (200, [failure(still.standing(second), Ending.TIMED_OUT)])


def test_a_tab_goes_back_to_the_app_as_ever(still: Still, form_browser: FormBrowser) -> None:
    """Sec-Fetch-Dest document is no frame. Source: journey.error-redirect"""
    session = walk_to("login", still, form_browser)
    headers = {**IN_A_FRAME, "sec-fetch-dest": "document"}

    response = form_browser._browser.request(
        "POST", still.auth_url, form={"sess_id": session.session_id, "act": "cancel"}, headers=headers
    )

    assert (response.status, response.body) == (303, b"")


def test_no_screen_on_the_way_tells_anything(still: Still, form_browser: FormBrowser) -> None:
    """Before the end there is no message. Source: sdk.messages"""
    session = walk_to("confirm", still, form_browser)

    assert posted_messages(form_browser.page.body) == []
    assert messages_of(session, still.sandbox.store.interpretation) == ()


def test_a_session_that_cannot_be_used_is_invalid(still: Still, form_browser: FormBrowser) -> None:
    """Unknown, used up, and too old look the same from outside. Source: sdk.invalid-session"""
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
    """A reload in the frame is an invalid session. Source: auth-session.single-use"""
    session = walk_to("confirm", still, form_browser)
    form_browser.submit("confirm", watched="1")

    again = form_browser._browser.request("GET", still.page_of(session), headers=IN_A_FRAME)

    assert (again.status, posted_messages(again.body)) == (410, [INVALID])
    assert len(still.sandbox.consents_of(session.end_user_id)) == 1


def test_the_last_screen_leads_back_too(still: Still, form_browser: FormBrowser) -> None:
    """Who opened the page and does not listen strands nobody: the link leaves any frame. Source: sdk.last-screen"""
    walk_to("login", still, form_browser)

    form_browser.submit("cancel", watched="1")

    assert b'target="_top" href="https://app.example/cancelled?customer=7&amp;error=access_denied' in form_browser.page.body


def test_the_message_is_the_same_whoever_asks(still: Still, form_browser: FormBrowser) -> None:
    """The page posts what is made from the session, before and after the browser was sent back. Source: sdk.messages"""
    session = end(still, form_browser, Ending.DENIED, cancel_uri="")

    assert messages_of(session, still.sandbox.store.interpretation) == tuple(posted_messages(form_browser.page.body))
    assert session.has_returned


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name.lower())
def test_a_failure_by_address_is_the_redirect(still: Still, form_browser: FormBrowser, ending: Ending) -> None:
    """That interpretation posts what the browser would have gone to. Source: sdk.failure-form"""
    still.sandbox.read_as({"sdk.failure-form": "redirect-url"})
    session = end(still, form_browser, ending)

    [message] = messages_of(session, still.sandbox.store.interpretation)
    assert message == {"isCompleted": True, "redirectURL": form_browser.redirects[-1]}


def test_a_failure_by_address_has_one_without_a_cancel_uri(still: Still, form_browser: FormBrowser) -> None:
    """Then it is the captured page, which nobody visits from here. Source: sdk.failure-form"""
    still.sandbox.read_as({"sdk.failure-form": "redirect-url"})
    end(still, form_browser, Ending.DENIED, cancel_uri="")

    [message] = posted_messages(form_browser.page.body)
    assert message["redirectURL"].startswith("https://auth.fiskil.com/cancel?error=access_denied&")


def test_cancelling_may_be_told_as_a_denial(still: Still, form_browser: FormBrowser) -> None:
    """The interpretation of redirects rules messages as well. Source: journey.cancelled-type"""
    still.sandbox.read_as({"journey.cancelled-type": "denied"})
    session = end(still, form_browser, Ending.CANCELLED, cancel_uri="")

    assert posted_messages(form_browser.page.body) == [failure(session, Ending.DENIED)]


def test_no_message_carries_a_secret(still: Still, form_browser: FormBrowser) -> None:
    """Any origin may read it: no code, no e-mail, no key, no session that is still good. Source: sdk.target-origin"""
    session = walk_to("confirm", still, form_browser)
    form_browser.submit("confirm", watched="1")

    posted = json.dumps(posted_messages(form_browser.page.body))
    secrets = [value for values in still.sandbox.canaries().values() for value in values]
    assert session.code
    assert session.email
    assert [secret for secret in (session.code, session.email, session.session_id, *secrets) if secret in posted] == []
