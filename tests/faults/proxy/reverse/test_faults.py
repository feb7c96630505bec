"""Failures behind a relay: clients get a gateway's responses, and the journal records the cause."""

import socket
from collections.abc import Callable

import httpx
import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.faults.proxy.reverse.relay import Relay
from fiskil_harness.journal import ApiUnreachable, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.proxy.reverse.scripted import CLOSE, CSV, GET, OK, POST, Rig, Scripted, ended, json_response
from tests.plain_http import plain_client


def test_each_request_has_its_own_connection(rig: Callable[..., Rig]) -> None:
    """No request meets a connection that the hosted API has closed, and no request is sent twice."""
    relay_rig = rig(OK + CLOSE, CLOSE, OK)

    responses = relay_rig.send(GET, POST, GET)

    assert responses.startswith(OK + b"HTTP/1.1 502 Bad Gateway\r\n")
    assert responses.endswith(OK)
    assert relay_rig.api.connections == 3
    assert [exchange.status for exchange in relay_rig.exchanges] == [200, 502, 200]
    assert [(unreached.request_number, unreached.reason) for unreached in relay_rig.journal.all(ApiUnreachable)] == [
        (2, "the connection ended without a response")
    ]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (CLOSE, "the connection ended without a response"),
        (b"SMTP ready\r\n\r\n", "the API's response is not HTTP"),
        (b"HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n", "the API's response is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nx-odd: a\x01b\r\ncontent-length: 0\r\n\r\n", "the API's response is not HTTP"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "the API's response is not HTTP",
        ),
        (
            b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"<close>',
            "the response is incomplete",
        ),
        (CSV % 9 + b"abc" + CLOSE, "the response is incomplete"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n<close>", "the response is incomplete"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhi\r\n", "the API's response is not HTTP"),
        (CSV % 20_000_000 + b"a" * 10_500_000, "the response is too long to be rewritten"),
    ],
)
def test_no_response_is_a_502(rig: Callable[..., Rig], response: bytes, reason: str) -> None:
    """A client that has received nothing gets a gateway's status with the reason."""
    relay_rig = rig(response)

    received = relay_rig.send(GET)

    assert received.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert [unreached.reason for unreached in relay_rig.journal.all(ApiUnreachable)] == [reason]
    assert relay_rig.relay.open_requests == 0


def test_a_refused_connection_is_a_502(rig: Callable[..., Rig]) -> None:
    """If the hosted API refuses connections, the client gets a 502 and its connection is kept."""
    relay_rig = rig()
    bound_socket = socket.socket()
    bound_socket.bind(("127.0.0.1", 0))  # a port that is in use, but not listening
    unreachable_relay = Relay(relay_rig.loop, upstream=f"http://127.0.0.1:{bound_socket.getsockname()[1]}")
    journal = Journal()
    unreachable_relay.begin(journal)

    with (
        bound_socket,
        plain_client(base_url=unreachable_relay.url) as client,
    ):
        statuses = [client.get("/v1/x").status_code, client.get("/v1/y").status_code]

    assert statuses == [502, 502]
    assert journal.all(ApiUnreachable)[1].reason == "no connection: Connection refused"
    assert len({call.connection for call in ended(unreachable_relay, journal)}) == 1
    unreachable_relay.close()


def test_a_surplus_response_is_dropped(rig: Callable[..., Rig]) -> None:
    """The bytes of a second response never become the response to the next request."""
    relay_rig = rig(json_response('{"a":1}') + CSV % 4 + b"evil", CSV % 4 + b"good")

    responses = relay_rig.send(GET, GET)

    assert b"evil" not in responses
    assert responses.endswith(b"good")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/9.9.9\r\n\r\n", b"400"),
        (b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, b"431"),
    ],
)
def test_a_malformed_request_is_refused(rig: Callable[..., Rig], request_: bytes, status: bytes) -> None:
    """The hosted API does not receive a malformed request."""
    relay_rig = rig()

    with relay_rig.open() as sock:
        sock.sendall(request_)
        response = b"".join(iter(lambda: sock.recv(65_536), b""))

    assert response.startswith(b"HTTP/1.1 " + status)
    assert relay_rig.api.requests == []


def test_a_client_that_leaves_is_recorded(rig: Callable[..., Rig]) -> None:
    """An exchange whose client leaves before the response is in the journal without a status."""
    relay_rig = rig(b"")

    with relay_rig.open() as sock:
        sock.sendall(GET)
        wait_until(lambda: bool(relay_rig.api.requests), cap_s=30)

    assert [exchange.status for exchange in relay_rig.exchanges] == [None]


def test_the_certificate_of_the_api_is_checked(fiskil: LocalFiskil, rig: Callable[..., Rig]) -> None:
    """Over https the certificate is checked against the given authority, or the system's."""
    pair = (fiskil.certificates.chain_file, fiskil.certificates.key_file)
    api = Scripted(fiskil.loop, [OK, OK], certificate=pair)
    trusting = Relay(fiskil.loop, upstream=api.url, ca_file=fiskil.certificates.ca_file)
    untrusting = Relay(fiskil.loop, upstream=api.url)

    responses = [httpx.get(f"{relay.url}/v1/x", timeout=30, trust_env=False) for relay in (trusting, untrusting)]

    assert [response.status_code for response in responses] == [200, 502]
    assert "its certificate is invalid: unable to get local issuer certificate" in responses[1].text
    assert len(api.requests) == 1
    trusting.close()
    untrusting.close()
    api.close()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_body_that_arrives_during_the_connect_stops_nothing(fiskil: LocalFiskil, times: int) -> None:
    """A handshake takes longer than a body; later requests of the connection are read in spite of that."""
    pair = (fiskil.certificates.chain_file, fiskil.certificates.key_file)
    api = Scripted(fiskil.loop, [OK] * (1 + times), certificate=pair)
    relay = Relay(fiskil.loop, upstream=api.url, ca_file=fiskil.certificates.ca_file)
    head, _, body = POST.partition(b"\r\n\r\n")
    with socket.create_connection(("127.0.0.1", relay.port), timeout=30) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(head + b"\r\n\r\n")
        sock.sendall(body)
        responses = [ok_response(sock), *(exchange(sock, GET) for _ in range(times))]

    relay.close()
    api.close()
    assert responses == [OK] * (1 + times)


def exchange(sock: socket.socket, request: bytes) -> bytes:
    sock.sendall(request)
    return ok_response(sock)


def ok_response(sock: socket.socket) -> bytes:
    """Return one response of the length of ``OK``."""
    return b"".join(sock.recv(1) for _ in range(len(OK)))
