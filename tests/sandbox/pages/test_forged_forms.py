"""Forged forms: sent from elsewhere, for another session, twice, too early or too late."""

from collections.abc import Callable

import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import AuthSession, Ending
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.core.net.server import Loop
from fiskil_harness.sandbox.consents import journey_table
from tests.sandbox.consents.walks import WAYS, walk_to
from tests.sandbox.still import Still

Post = Callable[..., HttpReply]


@pytest.fixture
def post(still: Still, form_browser: FormBrowser) -> Post:
    """Return a function that posts a form for a session, with optional headers."""

    def send(session_id: str, act: str, headers: dict[str, str] | None = None, **fields: str) -> HttpReply:
        form = {"sess_id": session_id, "act": act, **fields}
        return form_browser._browser.request("POST", still.auth_url, form=form, headers=headers)

    return send


def untouched(still: Still, session: AuthSession) -> bool:
    """Return True if the session is unchanged and there is no consent and no event."""
    consents = still.sandbox.consents_of(session.end_user_id)
    return (still.standing(session), consents, still.sandbox.events) == (session, [], ())


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "http://[::1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "nonsense"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
    ids=str,
)
@pytest.mark.parametrize("act", ["confirm", "cancel"])
def test_a_form_from_another_page_does_nothing(
    still: Still, form_browser: FormBrowser, post: Post, headers: dict[str, str], act: str
) -> None:
    """It gets 403, and no consent is granted and no journey ended. Source: page.own-forms"""
    session = walk_to("confirm", still, form_browser)

    response = post(session.session_id, act, headers)

    assert response.status == 403
    assert b"This form was sent by another page, so nothing was done." in response.body
    assert untouched(still, session)


@pytest.mark.parametrize("site", [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}], ids=str)
def test_a_form_of_the_page_itself_is_accepted(
    still: Still, form_browser: FormBrowser, post: Post, site: dict[str, str]
) -> None:
    """A form with the page's own origin is accepted, with or without Sec-Fetch-Site. Source: page.own-forms"""
    session = walk_to("confirm", still, form_browser)

    response = post(session.session_id, "confirm", {"origin": still.auth_url, **site})

    assert response.status == 303
    assert still.standing(session).ending is Ending.APPROVED


def test_a_client_without_an_origin_is_accepted(still: Still, form_browser: FormBrowser, post: Post) -> None:
    """A client other than a browser sends no Origin header. Source: page.own-forms"""
    session = walk_to("confirm", still, form_browser)

    assert post(session.session_id, "confirm").status == 303
    assert still.standing(session).ending is Ending.APPROVED


@pytest.mark.parametrize("act", ["choose", "identify", "enter_code", "select", "confirm", "cancel", "deny"])
def test_a_session_of_another_sandbox_is_unknown(
    loop: Loop, still: Still, form_browser: FormBrowser, post: Post, act: str
) -> None:
    """An id of another sandbox is unknown, and that sandbox is not affected. Source: sdk.invalid-session"""
    elsewhere = Still(loop, seed=8)
    foreign = walk_to("confirm", elsewhere, form_browser)

    response = post(foreign.session_id, act, email="a@b", code=foreign.code or "", account="everyday")
    is_untouched = untouched(elsewhere, foreign)
    elsewhere.close()

    assert response.status == 404
    assert b"This invitation cannot be used" in response.body
    assert is_untouched
    assert still.sandbox.events == ()


def test_a_form_with_two_session_ids_affects_only_the_first(still: Still, form_browser: FormBrowser, post: Post) -> None:
    """The first id of a form counts, and the other session stays as it was."""
    mine, other = walk_to("confirm", still, form_browser), walk_to("confirm", still, form_browser)

    response = form_browser._browser.request(
        "POST", still.auth_url, form={"sess_id": [mine.session_id, other.session_id], "act": "confirm"}
    )

    assert response.status == 303
    assert still.standing(mine).ending is Ending.APPROVED
    assert still.standing(other) == other


@pytest.mark.parametrize(
    "entry", [pair for pair, to in journey_table.TABLE.items() if to != pair[0] and pair[1] != "wait_too_long"]
)
def test_a_form_that_is_sent_twice_counts_once(
    still: Still, form_browser: FormBrowser, post: Post, entry: tuple[str, str, str]
) -> None:
    """The second form shows the current stage, or that the journey has ended. Source: auth-session.single-use"""
    stage, act, _ = entry
    session = walk_to(stage, still, form_browser)
    WAYS[entry](still, session, form_browser)
    after_first, events = still.standing(session), still.sandbox.events

    response = post(session.session_id, act, institution_id="88888", email="rosa.keane@example.com", account="everyday")

    repeated = still.standing(session)
    assert response.status == (410 if after_first.ending else 303)
    assert (repeated.ending, still.sandbox.events) == (after_first.ending, events)
    assert len(still.sandbox.consents_of(session.end_user_id)) == (after_first.ending is Ending.APPROVED)


def test_no_code_is_accepted_after_too_many_wrong_ones(still: Still, form_browser: FormBrowser, post: Post) -> None:
    """The right code then comes too late and grants nothing. Source: journey.code-attempts"""
    session = walk_to("code", still, form_browser)
    code = form_browser.text_of("data-code")
    for _ in range(3):
        form_browser.submit("enter_code", code="000000x")

    response = post(session.session_id, "enter_code", code=code)

    ended = still.standing(session)
    assert (response.status, ended.ending, ended.stage) == (410, Ending.OTP_FAILURE, "code")
    assert still.sandbox.consents_of(session.end_user_id) == []


@pytest.mark.parametrize("stage", journey_table.STAGES)
@pytest.mark.parametrize("act", ["choose", "identify", "enter_code", "select", "confirm", "cancel", "deny"])
def test_a_page_left_open_past_the_expiry_has_no_effect(
    still: Still, form_browser: FormBrowser, post: Post, stage: str, act: str
) -> None:
    """After five days every button leads to the same screen. Source: auth-session.lifetime"""
    session = walk_to(stage, still, form_browser)
    still.sandbox.clock.advance(days=5)

    response = post(
        session.session_id, act, institution_id="88888", email="a@b", code=session.code or "", account="everyday"
    )

    assert response.status == 410
    assert still.standing(session).ending is Ending.INVALID
    assert still.sandbox.consents_of(session.end_user_id) == []
