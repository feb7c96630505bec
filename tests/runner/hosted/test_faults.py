"""Disturbances and secrets of hosted runs, on journals written by the test."""

from typing import Any

import pytest

from fiskil_harness.journal import ApiUnreachable, Entry, Exchange, Journal, Refused
from fiskil_harness.runner.hosted.driver import is_disturbed, secrets_of


def journal_of(*entries: Entry) -> Journal:
    journal = Journal()
    list(map(journal.write, entries))
    return journal


def call(**more: Any) -> Exchange:
    fields = {"number": 1, "route": "banking.accounts", "method": "GET", "path": "/v1/banking/accounts", "status": 200}
    return Exchange(**(fields | more))


@pytest.mark.parametrize(
    "entry",
    [
        call(status=503),
        call(status=429),
        Refused(method="POST", route="end_users.create", kind="write", why="it may change", request_number=1),
        ApiUnreachable(reason="no connection", route="token", request_number=1),
    ],
)
def test_errors_of_the_hosted_api_and_refused_requests_disturb(entry: Entry) -> None:
    """An error of the hosted API, and a request that the relay refused, disturb a scenario."""
    assert is_disturbed(journal_of(call(), entry))


@pytest.mark.parametrize(
    "entry", [call(status=503, bites=("Status(status=503)",)), call(status=401), call(status=404), call(status=None)]
)
def test_injected_faults_and_client_errors_do_not_disturb(entry: Entry) -> None:
    """An injected fault, a client error and a request that the app gave up do not disturb a scenario."""
    assert not is_disturbed(journal_of(call(), entry))


def test_tokens_secrets_and_full_numbers_are_secret() -> None:
    """Masked and short account numbers are not secret, nor are addresses for a browser."""
    body = b'{"accounts":[{"account_number":"123456789"},{"account_number":"xxxx6789"},{"account_number":"123456"}]}'
    journal = journal_of(
        call(request_headers=(("authorization", "Bearer token-of-mine"),), response_body=body),
        call(route="token", method="POST", request_body=b'{"client_secret":"fsk_mine"}', response_body=b'{"token":"fresh"}'),
        call(route="auth.session", response_body=b'{"auth_url":"https://auth.example/?s=1","session_id":"s1"}'),
    )

    assert secrets_of(journal) == {
        "access token": ("fresh", "token-of-mine"),
        "account number": ("123456789",),
        "client secret": ("fsk_mine",),
    }
