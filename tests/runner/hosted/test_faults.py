"""What is nobody's fault before the hosted API, and what is secret there, on made-up journals."""

from typing import Any

import pytest

from fiskil_harness.journal import Entry, Exchange, Journal, Refused, Unreached
from fiskil_harness.runner.hosted.driver import is_disturbed, secrets_of


def taped(*entries: Entry) -> Journal:
    journal = Journal()
    list(map(journal.write, entries))
    return journal


def call(**more: Any) -> Exchange:
    told = {"number": 1, "route": "banking.accounts", "method": "GET", "path": "/v1/banking/accounts", "status": 200}
    return Exchange(**(told | more))


@pytest.mark.parametrize(
    "entry",
    [
        call(status=503),
        call(status=429),
        Refused(method="POST", route="end_users.create", kind="write", why="it may change", request_number=1),
        Unreached(what="no connection", route="token", request_number=1),
    ],
)
def test_what_nobody_had_in_mind_disturbs(entry: Entry) -> None:
    """The hosted API failed by itself, or a request was refused by us: what is missing then accuses nobody."""
    assert is_disturbed(taped(call(), entry))


@pytest.mark.parametrize(
    "entry", [call(status=503, bites=("Status(status=503)",)), call(status=401), call(status=404), call(status=None)]
)
def test_what_is_the_apps_own_business_does_not(entry: Entry) -> None:
    """Faults of ours, refusals that it must cope with, and calls that it gave up."""
    assert not is_disturbed(taped(call(), entry))


def test_tokens_secrets_and_full_numbers_are_secret() -> None:
    """Masked and short numbers are not, nor is what a browser is sent to."""
    body = b'{"accounts":[{"account_number":"123456789"},{"account_number":"xxxx6789"},{"account_number":"123456"}]}'
    journal = taped(
        call(request_headers=(("authorization", "Bearer token-of-mine"),), response_body=body),
        call(route="token", method="POST", request_body=b'{"client_secret":"fsk_mine"}', response_body=b'{"token":"fresh"}'),
        call(route="auth.session", response_body=b'{"auth_url":"https://auth.example/?s=1","session_id":"s1"}'),
    )

    assert secrets_of(journal) == {
        "access token": ("fresh", "token-of-mine"),
        "account number": ("123456789",),
        "client secret": ("fsk_mine",),
    }
