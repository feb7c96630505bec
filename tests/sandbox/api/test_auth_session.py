"""``/v1/auth/session``: a single-use invitation that is valid for five days."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser
from fiskil_harness.core.model import Ending
from tests.sandbox.still import NOON, Still


def ask(still: Still, api: httpx.Client, **fields: Any) -> httpx.Response:
    end_user = still.enrol()
    body = {"end_user_id": end_user.end_user_id, "redirect_uri": "", "cancel_uri": "", **fields}
    return api.post("/v1/auth/session", json={name: value for name, value in body.items() if value is not None})


def test_the_response_has_the_address_for_the_end_user(still: Still, api: httpx.Client) -> None:
    """``id`` is the client's, ``auth_url`` has the session id, ``expires_at`` is in Unix seconds.

    Source: auth-session.expires-at
    """
    response = ask(still, api).json()

    assert response == {
        "id": still.sandbox.credentials.client_id,
        "session_id": response["session_id"],
        "auth_url": f"{still.auth_url}?sess_id={response['session_id']}",
        "expires_at": int((NOON + timedelta(days=5)).timestamp()),
    }
    assert len(response["session_id"]) == 27


@pytest.mark.parametrize("missing", ["redirect_uri", "cancel_uri"])
def test_both_addresses_are_required(still: Still, api: httpx.Client, missing: str) -> None:
    """An address that is left out is a bad request; an empty one is accepted. Source: auth-session.uris"""
    response = ask(still, api, **{missing: None})

    assert response.status_code == 400
    assert response.json()["name"] == "bad_request"


@pytest.mark.parametrize(
    "uri",
    ["https://anywhere.example/back", "http://127.0.0.1:8000/back?a=1#top", "myapp://callback", "https://bücher.example/ü"],
)
def test_any_usable_address_is_accepted(still: Still, api: httpx.Client, uri: str) -> None:
    """Hosts are not checked at creation, and an app may have its own scheme. Source: auth-session.uris"""
    assert ask(still, api, redirect_uri=uri, cancel_uri=uri).status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "/callback",
        "app.example/back",
        "http://[::1",
        "http://a:port/",
        "javascript:alert(1)",
        "https://a/\r\nx: y",
        "https://a b",
        "x:",
    ],
)
def test_an_unusable_address_is_refused(still: Still, api: httpx.Client, uri: str) -> None:
    """Otherwise the error would appear only at the end of the journey. Source: auth-session.uris"""
    response = ask(still, api, cancel_uri=uri)

    assert response.status_code == 400
    assert response.json()["message"] == "cancel_uri must be empty or an absolute URI"


@pytest.mark.parametrize("institution_id", ["nowhere", "22", "\x00"])
def test_an_inaccessible_institution_is_refused(still: Still, api: httpx.Client, institution_id: str) -> None:
    """Unknown and inaccessible institutions get invalid_institution_id. Source: institutions.sandbox-bank"""
    response = ask(still, api, institution_id=institution_id)

    assert response.status_code == 400
    assert response.json()["name"] == "invalid_institution_id"


def test_an_unknown_end_user_is_not_found(still: Still, api: httpx.Client) -> None:
    """The response is 404 end_user_not_found, even if the request has other errors."""
    response = ask(still, api, end_user_id="eu_nobody", institution_id="nowhere")

    assert response.status_code == 404
    assert response.json()["name"] == "end_user_not_found"


def test_a_session_is_valid_for_five_days(still: Still, api: httpx.Client) -> None:
    """It is open one microsecond before the fifth day ends, and then invalid. Source: auth-session.lifetime"""
    session = still.invite()

    still.sandbox.clock.advance(days=5, seconds=-0.000001)
    assert still.standing(session).ending is None

    still.sandbox.clock.advance(seconds=0.000001)
    assert still.standing(session).ending is Ending.INVALID


def test_deleting_the_end_user_ends_their_sessions(still: Still, api: httpx.Client) -> None:
    """A session of a deleted end user is invalid. Source: end-users.delete-ends-consents"""
    session = still.invite()

    api.delete(f"/v1/end-users/{session.end_user_id}")

    assert still.standing(session).ending is Ending.INVALID


def test_only_a_consent_of_the_end_user_can_be_renewed(still: Still, api: httpx.Client) -> None:
    """Unknown arrangements and those of other end users are refused. Source: auth-session.renewal"""
    foreign = still.consent("ben")

    assert ask(still, api, arrangement_id="nothing").status_code == 400
    assert ask(still, api, arrangement_id=foreign.arrangement_id).status_code == 400


@pytest.mark.parametrize(
    ("interpretation", "covers"),
    [("ignored", ("accounts", "balances", "transactions")), ("applied", ("accounts", "payees", "identity"))],
)
def test_permissions_may_be_requested(
    still: Still, api: httpx.Client, form_browser: FormBrowser, interpretation: str, covers: tuple[str, ...]
) -> None:
    """Under that interpretation the page shows them and the consent covers them. Source: auth-session.permissions"""
    still.sandbox.choose_interpretations({"auth-session.permissions": interpretation})
    session_id = ask(still, api, permissions=["accounts", "payees", "identity"], institution_id="88888").json()["session_id"]
    opened = still.sandbox.session(session_id)
    assert opened is not None
    form_browser.open(still.page_of(opened))
    form_browser.submit("identify", email="rosa.keane@example.com")
    form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
    page = form_browser.submit("select", account=list(form_browser.choices("account")))
    is_shown = ("People and businesses that you saved to pay" in page.body.decode()) == (interpretation == "applied")
    form_browser.submit("confirm")
    (consent,) = still.sandbox.consents_of(opened.end_user_id)

    assert is_shown
    assert consent.permissions == covers


@pytest.mark.parametrize(("interpretation", "status"), [("ignored", 200), ("applied", 400)])
def test_an_unknown_permission_may_be_refused(still: Still, api: httpx.Client, interpretation: str, status: int) -> None:
    """It is refused only where the API reads permissions. Source: auth-session.permissions"""
    still.sandbox.choose_interpretations({"auth-session.permissions": interpretation})

    assert ask(still, api, permissions=["everything"]).status_code == status
