"""The fault that does not wait for a request: as a value, and what clients see that are still sending."""

import socket
from contextlib import closing

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import End
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import REPLY, acts, told

HALF = b"POST /v1/end-users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{"


def test_it_refuses_and_closes() -> None:
    """In the API's place."""
    fault = faults.EarlyResponse(status=400)

    assert getattr(fault.response_instead(told()), "status", None) == 400
    assert fault.shape(acts(), told()) == [*acts(), End.CLOSE]
    assert fault.change_response(REPLY, told()) is REPLY


def test_the_answer_comes_before_the_body(fiskil: LocalFiskil) -> None:
    """A request of which a byte has come is answered, and the connection closes."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _end_user_id: False)
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with (
        fiskil.broken("end_users.create", faults.EarlyResponse()),
        closing(socket.create_connection((host, int(port)), timeout=30)) as line,
    ):
        line.sendall(HALF)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert wait_until(lambda: not fiskil.link.open_requests, cap_s=30)
    assert [(call.status, call.request_body) for call in journal.all(Exchange)] == [(413, b"")]


def test_a_request_that_has_come_whole_is_refused_too(fiskil: LocalFiskil) -> None:
    """The API never hears of it."""
    with fiskil.broken("end_users.create", faults.EarlyResponse()):
        answer = httpx.post(fiskil.api_url + "/v1/end-users", json={"email": "a@example.com"}, trust_env=False)

    assert answer.status_code == 413
    assert fiskil.sandbox.store.end_users == {}


def test_it_must_be_an_error() -> None:
    """For the API has done nothing."""
    with pytest.raises(ConfigError, match="status must be a whole number, from 400 to 599, got 200"):
        faults.EarlyResponse(status=200).check()
