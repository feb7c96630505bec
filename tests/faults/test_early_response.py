"""The fault that does not wait for a request: as a value, and as clients receive it that are still sending."""

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
from tests.faults.observed import REPLY, acts, make_exchange

HALF = b"POST /v1/end-users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{"


def test_it_refuses_and_closes() -> None:
    """It responds in place of the API, and closes."""
    fault = faults.EarlyResponse(status=400)

    assert getattr(fault.response_instead(make_exchange()), "status", None) == 400
    assert fault.shape(acts(), make_exchange()) == [*acts(), End.CLOSE]
    assert fault.change_response(REPLY, make_exchange()) is REPLY


def test_the_response_arrives_before_the_body(fiskil: LocalFiskil) -> None:
    """A request of whose body one byte has arrived gets its response, and the connection closes."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    host, port = fiskil.api_url.removeprefix("http://").split(":")
    with (
        fiskil.broken("end_users.create", faults.EarlyResponse()),
        closing(socket.create_connection((host, int(port)), timeout=30)) as line,
    ):
        line.sendall(HALF)
        response = b"".join(iter(lambda: line.recv(65_536), b""))

    assert response.startswith(b"HTTP/1.1 413 ")
    assert wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    assert [(call.status, call.request_body) for call in journal.all(Exchange)] == [(413, b"")]


def test_a_complete_request_is_refused_too(fiskil: LocalFiskil) -> None:
    """The API receives no request."""
    with fiskil.broken("end_users.create", faults.EarlyResponse()):
        response = httpx.post(fiskil.api_url + "/v1/end-users", json={"email": "a@example.com"}, trust_env=False, timeout=30)

    assert response.status_code == 413
    assert fiskil.sandbox.store.end_users == {}


def test_it_must_be_an_error() -> None:
    """The status must be an error, because the API does nothing."""
    with pytest.raises(ConfigError, match="status must be a whole number, from 400 to 599, got 200"):
        faults.EarlyResponse(status=200).check()
